package norma.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import norma.catalogue.Norms;
import norma.catalogue.Placements;
import norma.lab.console.Json;
import norma.lab.console.Machine;
import norma.norm.StatisticsAxes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `norms`, `doctor` and `sample`: what they print, for people and machines, and what they end with.
class CommandsTest {
    @TempDir
    private Path folder;

    @Test
    void normsListsTheCatalogue() {
        Command norms = Command.run("norms");
        assertEquals(0, norms.code());
        assertEquals(Norms.all().size() + 1, norms.out().lines().count());
        assertEquals(Norms.all().size(),
                JsonParser.parseString(Command.run("norms", "--json").out()).getAsJsonArray().size());
    }

    @Test
    void normsTellsAllOfOne() {
        String one = Command.run("norms", "group_norm").out();
        assertTrue(one.startsWith("group_norm") && one.contains("1803.08494") && one.contains("gamma C, beta C"), one);
        Command unknown = Command.run("norms", "norm_of_norms");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("must be one of [layer_norm"), unknown.err());
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        Command version = Command.run("--version");
        assertEquals(0, version.code());
        assertTrue(version.out().matches("norma \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R"), version.out());
    }

    @Test
    void placementsListsTheirCatalogue() {
        Command placements = Command.run("placements");
        assertEquals(0, placements.code());
        assertEquals(Placements.all().size() + 1, placements.out().lines().count());
        assertEquals(Placements.all().size(),
                JsonParser.parseString(Command.run("placements", "--json").out()).getAsJsonArray().size());
    }

    @Test
    void thePageOfAllNormsIsWhatTheCatalogueSays() throws IOException {
        Path docs = Path.of("../../docs"), made = Files.createDirectory(folder.resolve("docs"));
        Path pages = Files.createDirectory(made.resolve("norm"));
        try (Stream<Path> files = Files.list(docs.resolve("norm"))) {
            for (Path page : files.filter(file -> file.toString().endsWith(".md")).toList()) {
                Files.createFile(pages.resolve(page.getFileName())); // the table links to what is there
            }
        }
        assertEquals(0, Command.run("norms", "--docs", made.toString()).code());
        String again = "differs; ./norma norms --docs docs writes it";
        assertEquals(Files.readString(docs.resolve("norms.md")), Files.readString(made.resolve("norms.md")), again);
        for (StatisticsAxes over : StatisticsAxes.values()) {
            String picture = "norm/over-" + over.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
            assertEquals(Files.readString(docs.resolve(picture)), Files.readString(made.resolve(picture)), again);
        }
    }

    @Test
    void doctorSaysWhichKernelsAreUsed() {
        Command doctor = Command.run("doctor");
        assertEquals(0, doctor.code());
        assertTrue(doctor.out().contains(Machine.kernels()), doctor.out());
        JsonObject found = Command.run("doctor", "--json").json();
        assertEquals(Machine.kernels(), found.get("kernels").getAsString());
        assertEquals(System.getProperty("java.home"), found.get("home").getAsString());
    }

    @Test
    void doctorSaysHowToComputeOnAGpu() {
        String said = Command.run("doctor").out();
        assertTrue(said.contains("GPU         ") && said.contains("TORNADOVM_HOME")
                || said.contains("norma doctor --device tornado"), said);
        assertTrue(Command.run("doctor", "--json").json().get("device").isJsonNull());
        Command without = Command.run("doctor", "--device", "tornado");
        assertEquals(2, without.code());
        assertTrue(without.err().contains("TornadoVM is not in this process"), without.err());
    }

    @Test
    void whatComputesIsAnOptionOfAllThatCompute() {
        for (String name : List.of("train", "compare", "sample", "finetune", "classify", "embed", "similar", "rerank",
                "doctor")) {
            Command help = Command.run(name, "--help", "--device", "tornado");
            assertEquals(0, help.code(), help.err());
            assertTrue(help.out().contains("--device=DEVICE"), name);
        }
    }

    @Test
    void doctorWorksWithoutTheVectorModuleAndTellsWhatToAdd() throws Exception {
        String path = System.getProperty("jdk.module.path", "") + System.getProperty("path.separator")
                + System.getProperty("java.class.path", "");
        Process process =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", path,
                        "norma.lab.Main", "doctor").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("kernels     reference") && said.contains("add --add-modules jdk.incubator.vector"),
                said);
        assertEquals(2, said.split("Norma computes with its reference kernels", -1).length, said);
    }

    @Test
    void jsonHoldsNoNaN() {
        assertEquals("[1.5,null,null]", Json.line(List.of(1.5, Double.NaN, Double.NEGATIVE_INFINITY)));
    }

    @Test
    void sampleSaysTheSameForTheSameSeed() throws IOException {
        String out = model();
        Command first = Command.run("sample", "--from", out, "--prompt", "one", "--tokens", "20", "--seed", "3");
        assertEquals(0, first.code(), first.err());
        assertTrue(first.out().startsWith("one"), first.out());
        assertEquals(first.out(),
                Command.run("sample", "--from", out, "--prompt", "one", "--tokens", "20", "--seed", "3",
                        "--threads", "1").out());
        JsonObject result = Command
                .run("sample", "--from", out, "--prompt", "one", "--tokens", "20", "--seed", "3", "--json").json();
        assertEquals(first.out().strip(), "one" + result.get("text").getAsString().stripTrailing());
    }

    @Test
    void sampleRefusesWhatMakesNoSense() throws IOException {
        String out = model();
        assertEquals(2, Command.run("sample", "--from", folder.resolve("nothing").toString()).code());
        assertEquals(2, Command.run("sample", "--from", out, "--temperature", "-1").code());
        assertEquals(2, Command.run("sample", "--from", out, "--tokens", "-1").code());
        Files.writeString(Path.of(out, "tokenizer.json"),
                "{\"format\": \"norma-tokenizer/1\", \"type\": \"char\", \"characters\": \"abc\"}");
        Command mixed = Command.run("sample", "--from", out);
        assertTrue(mixed.code() == 2 && last(mixed.err()).contains("must be of the same run"), mixed.err());
    }

    private String model() throws IOException {
        String text = "one and two and three. ".repeat(40);
        Path data = Files.writeString(folder.resolve("text.txt"), text);
        String out = folder.resolve("run").toString();
        Command run = Command.run("train", "--data", data.toString(), "--out", out, "--dim", "8", "--layers", "1",
                "--heads", "1",
                "--context", "8", "--batch", "2", "--steps", "2", "--tokenizer", "byte");
        assertEquals(0, run.code(), run.err());
        return out;
    }

    /// The last line.
    private static String last(String text) {
        return text.lines().reduce("", (_, line) -> line);
    }
}
