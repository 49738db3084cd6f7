package norma.norm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import norma.io.CorruptFileException;
import norma.io.Golden;
import norma.io.Golden.Outcome;
import norma.io.Golden.Status;
import norma.io.GoldenFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The golden vectors that come with the sources: a norm of the catalogue must pass all of its own, without being named
/// here.
class GoldenTest {
    private static final String CASE = """
            {"method": "layer_norm", "format": "norm-golden/1", "cases": [{"name": "c", "config": {"eps": 1e-05},
              "inputs": {"x": {"shape": [1, 2], "data": [1, 3]}, "weight": {"shape": [2], "data": [2, 2]}},
              "outputs": {"y": {"shape": [1, 2], "data": [-1.99999000007, 1.99999000007]}}}]}
            """;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everyCasePasses() throws IOException, URISyntaxException {
        return files().stream().flatMap(file -> file.cases().stream()
                .map(c -> DynamicTest.dynamicTest(file.method() + " " + c.name(), () -> {
                    Outcome outcome = Golden.run(file.method(), c);
                    assertEquals(Status.PASSED, outcome.status(), outcome::toString);
                })));
    }

    @Test
    void noCaseIsMissing() throws IOException, URISyntaxException {
        assertEquals(61, files().size());
        assertEquals(143, files().stream().mapToInt(file -> file.cases().size()).sum());
    }

    @Test
    void aRightNumberPassesAndAWrongOneIsNamed() throws IOException {
        assertEquals(Status.PASSED, run(CASE).status());
        Outcome wrong = run(CASE.replace("1.99999000007", "1.9999"));
        assertEquals(Status.FAILED, wrong.status());
        assertTrue(wrong.reason().startsWith("y is off by "), wrong.reason());
    }

    @Test
    void optionsAndInputsNobodyUnderstandsAreUnsupported() throws IOException {
        assertEquals("what to do with option axes", run(CASE.replace("\"eps\": 1e-05", "\"axes\": [1]")).reason());
        assertEquals("what to do with input gate", run(CASE.replace("\"weight\"", "\"gate\"")).reason());
        assertEquals("config: eps is small, which is no Double", run(CASE.replace("1e-05", "\"small\"")).reason());
        assertEquals(Status.UNSUPPORTED, run(CASE.replace("layer_norm", "our_norm")).status());
    }

    @Test
    void whatTheEngineRefusesFails() throws IOException {
        Outcome outcome = run(CASE.replace("\"shape\": [2], \"data\": [2, 2]", "\"shape\": [3], \"data\": [2, 2, 2]"));
        assertEquals(Status.FAILED, outcome.status());
        assertTrue(outcome.reason().startsWith("LayerNorm: gain and bias must be (2)"), outcome.reason());
    }

    @Test
    void gradientsAndTextsForNumbersThatAreNotFinite() throws IOException {
        String gradients = """
                "grad_outputs": {"y": {"shape": [1, 2], "data": [1, 1]}},
                "grads": {"x": {"shape": [1, 2], "data": [0, 0]}, "weight": {"shape": [2], "data": [-0.999995, 0.999995]}},
                "outputs\"""";
        assertEquals("", run(CASE.replace("\"outputs\"", gradients)).reason());
        assertEquals("gradient of x is off by 0.500, more than 2e-05",
                run(CASE.replace("\"outputs\"", gradients.replace("[0, 0]", "[1, 0]"))).reason());
        String nan =
                CASE.replace("[1, 3]", "[\"NaN\", 3]").replace("[-1.99999000007, 1.99999000007]", "[\"NaN\", \"NaN\"]");
        assertEquals(Status.PASSED, run(nan).status());
        assertEquals(Status.FAILED, run(nan.replace("[\"NaN\", 3]", "[1, 3]")).status());
    }

    @Test
    void aRowWithoutVarianceMustBeRightToTheLastBit() throws IOException {
        String row = CASE.replace("\"c\"", "\"zero_variance_row\"").replace("[1, 3]", "[3, 3]")
                .replace("\"weight\"", "\"bias\"").replace("[2, 2]", "[0.3, 0.25]");
        assertEquals("", run(row.replace("[-1.99999000007, 1.99999000007]", "[0.3, 0.25]")).reason());
        assertEquals("y must be right to the last bit; is off by 6.78e-08",
                run(row.replace("[-1.99999000007, 1.99999000007]", "[0.3000001, 0.25]")).reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{\"cases\": NaN}", "{} {}", "norm-golden/2",
            "\"shape\": [1, 2]|\"shape\": [2, 2]",
            "\"shape\": [1, 2]|\"shape\": [1, -2]", "\"shape\": [1, 2]|\"shape\": [1.5, 2]", "[1, 3]|[1, \"nan\"]",
            "[1, 3]|[1, null]", "\"inputs\"|\"input\"", "\"outputs\"|\"output\"", "\"name\"|\"title\"",
            "\"cases\"|\"case\"",
            "\"method\"|\"way\"", "\"outputs\"|\"grads\": {\"z\": 1}, \"outputs\"", "[1, 3]|3", "\"c\"|7",
            "\"outputs\"|\"fixed_inputs\": {\"x\": 1}, \"outputs\"", "\"shape\": [1, 2]|\"shape\": [99999, 99999]"})
    void badFilesAreNamed(String change) throws IOException {
        String text = change.contains("|") ? CASE.replace(change.split("\\|")[0], change.split("\\|")[1])
                : change.equals("norm-golden/2") ? CASE.replace("norm-golden/1", change) : change;
        Path file = Files.writeString(folder.resolve("bad.json"), text);
        String message = assertThrows(CorruptFileException.class, () -> GoldenFile.read(folder)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.lines().count() == 1, message);
    }

    @Test
    void aFolderWithoutVectorsIsRefused() throws IOException {
        Files.writeString(folder.resolve("index.json"), "{}");
        assertThrows(CorruptFileException.class, () -> GoldenFile.read(folder));
    }

    private Outcome run(String text) throws IOException {
        GoldenFile file = GoldenFile.read(Files.writeString(folder.resolve("one.json"), text)).getFirst();
        return Golden.run(file.method(), file.cases().getFirst());
    }

    private static List<GoldenFile> files() throws IOException, URISyntaxException {
        return GoldenFile.read(Path.of(GoldenTest.class.getResource("/golden/index.json").toURI()).getParent());
    }
}
