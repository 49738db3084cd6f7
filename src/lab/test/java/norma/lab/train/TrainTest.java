package norma.lab.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.lab.Command;
import norma.lab.Main;
import norma.lab.console.Failure;
import norma.lab.console.Machine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A run that is stopped, however hard, goes on as if nothing had happened; and what can't work is said in one line.
class TrainTest {
    private static final List<String> TINY = List.of("--dim", "8", "--layers", "1", "--heads", "2", "--context", "8",
            "--batch", "2", "--tokenizer", "byte", "--dropout", "0.2", "--steps", "20", "--validate-every", "8",
            "--checkpoint-every", "5");

    @TempDir
    private Path folder;

    private Path data;

    @BeforeEach
    void text() throws IOException {
        String lines = IntStream.range(0, 400).mapToObj(i -> "line %d says that %d is no %d".formatted(i, i * 7, i * i))
                .collect(Collectors.joining("\n"));
        data = Files.writeString(folder.resolve("text.txt"), lines);
    }

    @Test
    void leavesAModelThatCanBeSampledAndNumbersThatAreJson() throws IOException {
        Command run = train("a");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("Validation loss "), run.out());
        List<JsonObject> lines = metrics("a");
        assertEquals(20, lines.stream().filter(line -> line.has("loss")).count());
        assertEquals(List.of(0L, 8L, 16L, 20L), lines.stream().filter(line -> line.has("validationLoss"))
                .map(line -> line.get("step").getAsLong()).toList());
        assertEquals(0, Command.run("sample", "--from", out("a"), "--tokens", "5").code());
    }

    @Test
    void killedAndResumedEndsInTheSameBits() throws Exception {
        assertEquals(0, train("straight").code());
        Process process = child("killed");
        await(() -> Files.exists(folder.resolve("killed/checkpoint.safetensors")) && metrics("killed").size() > 8);
        process.destroyForcibly().waitFor();
        assertResumed("killed");
    }

    @Test
    void stoppedBySignalLeavesACheckpointOfItsLastStep() throws Exception {
        assertEquals(0, train("straight").code());
        Process process = child("stopped");
        await(() -> metrics("stopped").size() > 3);
        process.destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String said = Files.readString(folder.resolve("stopped.out"));
        assertTrue(said.contains("norma train --resume --out " + out("stopped")) || said.contains("Validation loss"),
                said);
        assertTrue(Files.exists(folder.resolve("stopped/checkpoint.safetensors")));
        assertResumed("stopped");
    }

    @Test
    void killedBeforeTheFirstCheckpointBeginsAgain() throws IOException {
        assertEquals(0, train("straight").code());
        assertEquals(0, train("early").code());
        Files.delete(folder.resolve("early/checkpoint.safetensors"));
        Files.writeString(folder.resolve("early/metrics.jsonl"),
                "{\"step\":0,\"validationLoss\":5.0}\n{\"step\":1,\"lo");
        assertResumed("early");
    }

    @Test
    void aRunThatIsDoneStaysAsItIs() throws IOException {
        assertEquals(0, train("straight").code());
        assertResumed("straight");
    }

    private void assertResumed(String name) throws IOException {
        Command resumed = Command.run("train", "--resume", "--out", out(name), "--threads", "1", "--json");
        assertEquals(0, resumed.code(), resumed.err());
        assertEquals("finished", resumed.json().get("end").getAsString());
        assertArrayEquals(Files.readAllBytes(folder.resolve("straight/checkpoint.safetensors")),
                Files.readAllBytes(folder.resolve(name + "/checkpoint.safetensors")));
        assertEquals(withoutTimes("straight"), withoutTimes(name));
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            assertEquals(4, files.count());
        }
    }

    @Test
    void doesNotOverwriteARunUnlessForced() throws IOException {
        assertEquals(0, train("a").code());
        byte[] before = Files.readAllBytes(folder.resolve("a/checkpoint.safetensors"));
        Command again = train("a", "--seed", "2");
        assertEquals(2, again.code());
        assertTrue(last(again.err()).contains("holds a run already; --resume"), again.err());
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("a/checkpoint.safetensors")));
        assertEquals(2, train("a", "--force", "--norm", "no_norm").code());
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("a/checkpoint.safetensors")));
        assertEquals(0, train("a", "--force", "--seed", "2").code());
        assertFalse(Arrays.equals(before, Files.readAllBytes(folder.resolve("a/checkpoint.safetensors"))));
    }

    @Test
    void resumingRefusesAnotherRun() throws IOException {
        assertEquals(0, train("a").code());
        Command changed = Command.run("train", "--resume", "--out", out("a"), "--dim", "16", "--steps", "20");
        assertEquals(2, changed.code());
        assertEquals(
                "norma train: --dim was 8 when the run began and can't become 16; leave it out, or begin a new run",
                last(changed.err()));
        Files.writeString(data, Files.readString(data) + "\nand one more");
        assertComplains("is not what it was when the run began", "--resume", "--out", out("a"));
    }

    @Test
    void resumingFromBrokenFilesNamesThem() throws IOException {
        assertEquals(0, train("a").code());
        assertComplains("there is no run to resume", "--resume", "--out", out("nothing"));
        Path checkpoint = folder.resolve("a/checkpoint.safetensors");
        byte[] good = Files.readAllBytes(checkpoint);
        for (int length : new int[] {0, 7, 500, good.length - 1}) {
            Files.write(checkpoint, Arrays.copyOf(good, length));
            assertComplains("checkpoint.safetensors: ", "--resume", "--out", out("a"));
            assertEquals(length, Files.size(checkpoint));
            assertEquals(2, Command.run("sample", "--from", out("a")).code());
        }
        Files.write(checkpoint, good);
        Files.writeString(folder.resolve("a/run.json"), "{\"format\": \"norma-run/1\", \"options\": []}");
        assertComplains("run.json: must describe a run", "--resume", "--out", out("a"));
    }

    @Test
    void divergenceIsSaidAndLeavesTheLastGoodCheckpoint() {
        Command run = train("a", "--rate", "1e30", "--clip", "0", "--schedule", "constant", "--warmup", "0", "--json");
        assertEquals(Failure.DIVERGED, run.code(), run.err());
        assertTrue(last(run.err()).startsWith("norma train: diverged after step "), run.err());
        JsonObject result = run.json();
        assertEquals("diverged", result.get("end").getAsString());
        assertTrue(result.get("validationLoss").isJsonNull());
        Command later = train("b", "--rate", "1e4", "--clip", "0", "--optimizer", "sgd", "--warmup", "20",
                "--checkpoint-every", "1");
        assertEquals(Failure.DIVERGED, later.code(), later.err());
        assertEquals(0, Command.run("sample", "--from", out("b"), "--tokens", "3").code(), later.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--norm no_norm | must be one of [layer_norm",
            "--norm rms_norm{eps=big} | option eps can't be 'big'", "--placement nowhere | must be one of [pre, post",
            "--heads 3 | dim must be a multiple of heads", "--steps 0 | --steps must be at least 1",
            "--rate NaN | --rate must be positive", "--rate fast | is not a double",
            "--warmup -1 | --warmup must be at least 0",
            "--schedule steps | expected one of", "--dropout 1 | rate must lie in [0, 1)",
            "--context 100000 | at least time + 1",
            "--tokenizer bpe --vocabulary 3 | must be at least 256", "--batch 0 | --batch must be",
            "--threads 0 | at least 1",
            "--data empty.txt | must have text", "--data missing.txt | there is no such file",
            "--out text.txt | must be a folder",
            "--resume --force | give one of them", "--nonsense | Unknown option"})
    void whatCanNotWorkIsSaidInOneLine(String options, String complaint) throws IOException {
        Files.createFile(folder.resolve("empty.txt"));
        String[] parts = Arrays.stream(options.split(" "))
                .map(part -> part.endsWith(".txt") ? folder.resolve(part).toString() : part).toArray(String[]::new);
        Command run = train("a", parts);
        assertEquals(2, run.code(), run.err());
        assertTrue(last(run.err()).startsWith("norma train: ") && last(run.err()).contains(complaint), run.err());
        assertFalse(Files.exists(folder.resolve("a/run.json")));
    }

    private void assertComplains(String what, String... arguments) {
        Command run = Command.run(Stream.concat(Stream.of("train"), Stream.of(arguments)).toArray());
        assertEquals(2, run.code(), run.err());
        assertTrue(last(run.err()).contains(what), run.err());
    }

    private Command train(String name, String... more) {
        return Command.run(arguments(name, more).toArray());
    }

    /// Options that come later count.
    private List<String> arguments(String name, String... more) {
        var all = new ArrayList<>(List.of("train"));
        var options = new ArrayList<>(TINY);
        options.addAll(List.of("--data", data.toString(), "--out", out(name)));
        for (int i = 0; i < options.size(); i += 2) {
            if (!List.of(more).contains(options.get(i))) {
                all.addAll(options.subList(i, i + 2));
            }
        }
        all.addAll(List.of(more));
        return all;
    }

    /// The same run in a process of its own; it is slow at first, which is when it is stopped.
    private Process child(String name) throws IOException {
        String modules = Stream.of("jdk.module.path", "java.class.path").map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty())
                .collect(Collectors.joining(System.getProperty("path.separator")));
        var line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", modules));
        line.add("-Dnorma.kernels=" + Machine.kernels().replaceAll("\\d", ""));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            line.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        line.add("norma.lab.Main");
        line.addAll(arguments(name));
        return new ProcessBuilder(line).redirectError(folder.resolve(name + ".err").toFile())
                .redirectOutput(folder.resolve(name + ".out").toFile()).start();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        for (int i = 0; i < 6000 && !condition.holds(); i++) {
            Thread.sleep(10);
        }
        assertTrue(condition.holds());
    }

    private String out(String name) {
        return folder.resolve(name).toString();
    }

    private List<JsonObject> metrics(String name) throws IOException {
        Path file = folder.resolve(name).resolve("metrics.jsonl");
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    private List<JsonObject> withoutTimes(String name) throws IOException {
        return metrics(name).stream().peek(line -> line.remove("seconds")).toList();
    }

    /// The last line.
    private static String last(String text) {
        return text.lines().reduce("", (_, line) -> line);
    }
}
