package norma.lab.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import norma.lab.Command;
import norma.lab.run.Measurements;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A comparison from the command line to the page, very small.
class CompareTest {
    @TempDir
    static Path folder;
    static Path corpus;
    static Path out;
    static Command run;

    @BeforeAll
    static void compare() {
        corpus = Command.corpus(folder);
        out = folder.resolve("new/folder");
        run = Command.run("compare", "--json", "--data", corpus, "--out", out, "--steps", 6, "--seeds", 2, "--dim", 32,
                "--layers", 2, "--heads", 2, "--context", 16, "--batch", 2, "--threads", 1);
        assertEquals(0, run.code(), run.err());
    }

    private static List<JsonObject> arms() {
        var arms = new ArrayList<JsonObject>();
        run.json().getAsJsonArray("arms").forEach(arm -> arms.add(arm.getAsJsonObject()));
        return arms;
    }

    @Test
    void theFiveArmsAreInTheJson() {
        assertEquals(List.of("layer_norm pre", "layer_norm post", "rms_norm pre", "layer_norm normformer",
                "normformer_adaptive pre"),
                arms().stream().map(a -> a.get("norm").getAsString() + " " + a.get("placement").getAsString())
                        .toList());
        for (JsonObject arm : arms()) {
            assertFalse(arm.get("name").getAsString().isBlank());
            assertTrue(arm.get("parameters").getAsLong() > 1000);
            assertTrue(arm.get("tokensPerSecond").getAsDouble() > 0);
            assertTrue(arm.get("validationLoss").getAsDouble() > 0);
            assertTrue(arm.get("spread").getAsDouble() >= 0);
            assertEquals(2, arm.get("seeds").getAsJsonArray().size());
            assertEquals("finished", arm.get("end").getAsString());
        }
        JsonObject settings = run.json().getAsJsonObject("settings");
        for (String name : List.of("kernels", "threads", "steps", "corpus", "tokenizer", "jdk", "cpu")) {
            assertTrue(settings.has(name), name);
        }
        assertEquals("", run.err(), "a machine reads: nothing on standard error");
    }

    @Test
    void theLossOfAnArmIsTheMeanOfItsSeeds() {
        for (JsonObject arm : arms()) {
            double a = arm.getAsJsonArray("seeds").get(0).getAsDouble();
            double b = arm.getAsJsonArray("seeds").get(1).getAsDouble();
            assertEquals((a + b) / 2, arm.get("validationLoss").getAsDouble(), 1e-9);
            assertEquals(Math.abs(a - b) / Math.sqrt(2), arm.get("spread").getAsDouble(), 1e-9);
        }
    }

    @Test
    void budgetsAreEqual() {
        long first = arms().getFirst().get("parameters").getAsLong();
        for (JsonObject arm : arms()) {
            double over = arm.get("parameters").getAsLong() / (double) first - 1;
            assertTrue(over <= Arm.FREE && over > -0.03, arm.toString());
        }
        double adaptive = arms().getLast().get("parameters").getAsLong() / (double) first - 1;
        assertTrue(Math.abs(adaptive) <= Arm.TOLERANCE, "adaptive " + adaptive);
    }

    @Test
    void resultsAndMetricsAreWritten() throws IOException {
        JsonObject results = JsonParser.parseString(Files.readString(out.resolve("results.json"))).getAsJsonObject();
        assertEquals(run.json().get("arms"), results.get("arms"));
        assertEquals(10, results.getAsJsonArray("trials").size());
        JsonObject trial = results.getAsJsonArray("trials").get(0).getAsJsonObject();
        assertEquals(6, trial.getAsJsonArray("loss").size());
        assertEquals(2, trial.getAsJsonArray("gradients").size(), "one number for each block");
        assertEquals(3, trial.getAsJsonArray("varianceAtEnd").size(), "the embedding and each block");
        List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
        assertEquals(60,
                lines.stream().filter(line -> JsonParser.parseString(line).getAsJsonObject().has("loss")).count());
    }

    @Test
    void theReportNamesAllArmsAndFetchesNothing() throws IOException {
        String page = Files.readString(out.resolve("report.html"));
        for (JsonObject arm : arms()) {
            assertTrue(page.contains("<td>" + arm.get("name").getAsString()), arm.toString());
        }
        assertTrue(page.contains("What this comparison does not show"));
        assertFalse(Pattern.compile("\\{\\{\\w+}}").matcher(page).find(), "a place was not filled");
        assertFalse(Pattern.compile(
                "(?i)<(link|img|iframe)|\\ssrc\\s*=|\\shref\\s*=\\s*[\"']?https?:|@import|url\\(\\s*[\"']?https?:")
                .matcher(page.replaceAll("(?s)<script>\\s*// https://d3js.org.*?</script>", "")).find(),
                "must not fetch anything");
        assertTrue(page.contains("default-src 'none'"), "the browser must refuse to fetch anything");
    }

    @Test
    void theSameSeedGivesTheSameLosses() {
        var again = Command.run("compare", "--json", "--data", corpus, "--out", folder.resolve("again"), "--steps", 6,
                "--seeds", 1, "--dim", 32, "--layers", 2, "--heads", 2, "--context", 16, "--batch", 2, "--threads", 2,
                "--norm", "layer_norm,rms_norm{eps=1e-6, form=gain}");
        assertEquals(0, again.code(), again.err());
        JsonElement first = arms().getFirst().getAsJsonArray("seeds").get(0);
        JsonObject arm = again.json().getAsJsonArray("arms").get(0).getAsJsonObject();
        assertEquals(first, arm.getAsJsonArray("seeds").get(0), "two threads, other arms: the same loss");
        assertTrue(arm.get("spread").isJsonNull(), "one seed has no spread");
        assertEquals(2, again.json().getAsJsonArray("arms").size());
    }

    @Test
    void pairsThatMakeNoModelAreLeftOutWithTheirReasons() {
        var some = Command.run("compare", "--json", "--data", corpus, "--out", folder.resolve("some"), "--steps", 1,
                "--seeds", 1, "--dim", 16, "--layers", 1, "--heads", 2, "--context", 8, "--batch", 2, "--norm",
                "layer_norm,batch_norm,identity", "--placement", "peri,rezero");
        assertEquals(0, some.code(), some.err());
        assertEquals(List.of("peri-layer_norm", "peri-identity", "rezero"), some.json().getAsJsonArray("arms").asList()
                .stream().map(arm -> arm.getAsJsonObject().get("name").getAsString()).toList());
        List<String> refused = some.json().getAsJsonArray("refused").asList().stream()
                .map(pair -> pair.getAsJsonObject().get("norm").getAsString() + " "
                        + pair.getAsJsonObject().get("placement").getAsString())
                .toList();
        assertEquals(List.of("layer_norm rezero", "batch_norm peri", "batch_norm rezero"), refused);
        var none = Command.run("compare", "--data", corpus, "--out", folder.resolve("none"), "--norm", "layer_norm",
                "--placement", "ngpt,fixup");
        assertEquals(2, none.code());
        assertTrue(none.err().contains("nothing to compare: ngpt has no place for a norm"), none.err());
    }

    @Test
    void aDivergedArmIsCountedAndTheCommandSucceeds() {
        var wild = Command.run("compare", "--json", "--data", corpus, "--out", folder.resolve("wild"), "--steps", 30,
                "--seeds",
                1, "--dim", 16, "--layers", 2, "--heads", 2, "--context", 8, "--batch", 2, "--norm", "identity",
                "--rate", 1e30);
        assertEquals(0, wild.code(), wild.err());
        JsonObject arm = wild.json().getAsJsonArray("arms").get(0).getAsJsonObject();
        assertEquals(1, arm.get("diverged").getAsInt());
        assertTrue(arm.get("end").getAsString().startsWith("1 of 1 diverged, at step "), arm.toString());
        assertTrue(arm.get("validationLoss").isJsonNull());
        assertTrue(arm.getAsJsonArray("seeds").get(0).isJsonNull());
    }

    @Test
    void theTableIsThereForPeople() {
        var table = Command.run("compare", "--data", corpus, "--out", folder.resolve("table"), "--steps", 2, "--seeds",
                1,
                "--dim", 16, "--layers", 1, "--heads", 2, "--context", 8, "--batch", 2, "--placement", "pre,post");
        assertEquals(0, table.code(), table.err());
        assertTrue(table.out().contains("pre-LN") && table.out().contains("post-LN"), table.out());
        assertTrue(table.out().contains("report.html"), table.out());
    }

    @Test
    void measurementsLeaveOutWhatIsNotFinite() {
        var some = new Measurements(1, Double.NaN, 3);
        assertArrayEquals(new double[] {1, 3}, some.values());
        assertEquals(2, some.mean());
        assertEquals(Math.sqrt(2), some.deviation(), 1e-12);
        assertEquals(2, some.median());
        assertTrue(Double.isNaN(new Measurements().mean()));
        assertTrue(Double.isNaN(new Measurements(1).deviation()));
    }
}
