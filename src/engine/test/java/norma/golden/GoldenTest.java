package norma.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import norma.data.CorruptFileException;
import norma.golden.Golden.Outcome;
import norma.golden.Golden.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs golden vectors: those that come with the sources, or those of the folder that `-Dnorma.golden=DIR` names.
class GoldenTest {
    private static final Path OWN = Path.of("test/resources/golden");

    /// A relative name is taken from the repository's root, where Maven is started.
    private static final Path FOLDER = Optional.ofNullable(System.getProperty("norma.golden"))
            .map(Path.of("../..")::resolve).orElse(OWN);

    private static final String CASE = """
            {"method": "layer_norm", "format": "norm-golden/1", "cases": [{"name": "c", "config": {"eps": 1e-05},
              "inputs": {"x": {"shape": [1, 2], "data": [1, 3]}, "weight": {"shape": [2], "data": [2, 2]}},
              "outputs": {"y": {"shape": [1, 2], "data": [-1.99999000007, 1.99999000007]}}}]}
            """;

    @TempDir
    private Path folder;

    /// Ends in one line on standard output: how many cases passed, and how well.
    @Test
    void everyCasePasses() throws IOException {
        var outcomes = new ArrayList<Outcome>();
        for (GoldenFile file : GoldenFile.read(FOLDER)) {
            file.cases().forEach(c -> outcomes.add(Golden.run(file.method(), c)));
        }
        System.out.println(summary(outcomes));
        assertEquals("", outcomes.stream().filter(outcome -> outcome.status() != Status.PASSED)
                .map(outcome -> "%s %s %s: %s%n".formatted(outcome.status(), outcome.method(), outcome.name(),
                        outcome.reason()))
                .collect(Collectors.joining()));
    }

    private static String summary(List<Outcome> outcomes) {
        return String.format(Locale.ROOT, "golden: %d cases, %d passed, %d failed, %d unsupported, max error %.1e",
                outcomes.size(), count(outcomes, Status.PASSED), count(outcomes, Status.FAILED),
                count(outcomes, Status.UNSUPPORTED), outcomes.stream().mapToDouble(Outcome::maxError).max().orElse(0));
    }

    private static long count(List<Outcome> outcomes, Status status) {
        return outcomes.stream().filter(outcome -> outcome.status() == status).count();
    }

    @Test
    void noCaseIsMissing() throws IOException {
        List<GoldenFile> files = GoldenFile.read(OWN);
        assertEquals(61, files.size());
        assertEquals(143, files.stream().mapToInt(file -> file.cases().size()).sum());
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
    void whatTheLossDoesNotDependOnHasAGradientOfZeros() throws IOException {
        String unused = CASE.replace("{\"eps\": 1e-05}", "{\"eps\": 1e-05, \"bias\": false}")
                .replace("\"weight\": {", "\"bias\": {\"shape\": [2], \"data\": [5, 5]}, \"weight\": {")
                .replace("\"outputs\"", """
                        "grad_outputs": {"y": {"shape": [1, 2], "data": [1, 1]}},
                        "grads": {"bias": {"shape": [2], "data": [0, 0]}}, "outputs\"""");
        assertEquals("", run(unused).reason());
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
}
