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
    void aRunCanBeMadeLongerAndSaysWhatChanges() throws IOException {
        assertEquals(0, train("a").code());
        Command longer = Command.run("train", "--resume", "--out", out("a"), "--steps", "30");
        assertEquals(0, longer.code(), longer.err());
        assertTrue(longer.err().contains("Longer: 30 steps instead of 20. The rate falls until step 30 now"),
                longer.err());
        List<JsonObject> steps = metrics("a").stream().filter(line -> line.has("rate")).toList();
        assertEquals(IntStream.rangeClosed(1, 30).mapToObj(i -> (long) i).toList(),
                steps.stream().map(line -> line.get("step").getAsLong()).toList());
        double peak = 2e-3;
        double u = (20 - 2) / (30.0 - 2); // the rise stays at the two steps it had
        assertEquals(peak / 10 + peak * 0.9 * (1 + Math.cos(Math.PI * u)) / 2, steps.get(20).get("rate").getAsDouble(),
                1e-9);
    }

    @Test
    void aLongerRunIsResumedBitForBit() throws IOException {
        for (String name : List.of("straight", "a")) {
            assertEquals(0, train(name).code());
        }
        assertEquals(0, Command.run("train", "--resume", "--out", out("straight"), "--steps", "30").code());
        Path begun = folder.resolve("a/checkpoint.safetensors");
        byte[] twenty = Files.readAllBytes(begun);
        assertEquals(0, Command.run("train", "--resume", "--out", out("a"), "--steps", "30").code());
        Files.write(begun, twenty); // as if it was killed before its first checkpoint
        assertResumed("a");
    }

    @Test
    void aRunCanNotBecomeShorter() throws IOException {
        assertEquals(0, train("a").code());
        byte[] before = Files.readAllBytes(folder.resolve("a/run.json"));
        assertComplains("--steps must be at least 20, as when the run began", "--resume", "--out", out("a"), "--steps",
                "19");
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("a/run.json")));
    }

    @Test
    void whatIsLearnedSetAsideLeftOutAndDroppedIsSaid() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("a.txt"), "to be or not\n".repeat(50) + "that is the question\n".repeat(50));
        Files.writeString(texts.resolve(".hidden"), "secret");
        Files.write(texts.resolve("b.bin"), new byte[4]);
        Command all = train("a", "--data", texts.toString());
        assertEquals(0, all.code(), all.err());
        assertTrue(all.err().contains("Left out, hidden or not text: .hidden and 1 more"), all.err());
        assertTrue(
                all.err().contains(
                        ": 1,607 characters are 1,609 tokens to learn from, 93 are 95 set aside for validation"),
                all.err());
        assertFalse(all.err().contains("Dropped"), all.err());
        Command distinct = train("b", "--data", texts.toString(), "--drop-duplicates", "--context", "2");
        assertTrue(distinct.err().contains("Dropped 98 repeated passages with 1,667 of 1,700 characters."),
                distinct.err());
    }

    @Test
    void charactersThatNobodyKnowsAreNamed() throws IOException {
        Files.writeString(data, "a red line of letters\n".repeat(100) + "and an é\n");
        Command run = train("a", "--tokenizer", "char");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.err().contains("set aside for validation, where the tokenizer does not know é"), run.err());
        Command sample = Command.run("sample", "--from", out("a"), "--tokens", "2", "--prompt", "Éß\u00a0😀a");
        assertEquals(0, sample.code(), sample.err());
        assertTrue(sample.err().contains("The model's text had no É ß U+00A0 😀: "), sample.err());
        assertTrue(sample.out().startsWith("Éß\u00a0😀a"), sample.out());
        Command json = Command.run("sample", "--from", out("a"), "--tokens", "2", "--prompt", "É", "--json");
        assertEquals("É", json.json().getAsJsonArray("unknown").get(0).getAsString());
        assertEquals("", Command.run("sample", "--from", out("a"), "--tokens", "2", "--prompt", "a").err());
    }

    @Test
    void sampleTakesANucleusAndAPenaltyAndRefusesWhatIsNone() {
        assertEquals(0, train("a").code());
        Command sample = Command.run("sample", "--from", out("a"), "--tokens", "20", "--top-p", "1e-9", "--json");
        assertEquals(Command.run("sample", "--from", out("a"), "--tokens", "20", "--temperature", "0", "--json").json()
                .get("text"), sample.json().get("text"));
        assertEquals(0,
                Command.run("sample", "--from", out("a"), "--tokens", "5", "--repetition-penalty", "1.2").code());
        for (List<String> wrong : List.of(List.of("--top-p", "0"), List.of("--top-p", "1.5"), List.of("--top-p", "NaN"),
                List.of("--repetition-penalty", "0.5"), List.of("--temperature", "-1"), List.of("--top-k", "-1"),
                List.of("--tokens", "-1"))) {
            Command refused = Command.run("sample", "--from", out("a"), wrong.getFirst(), wrong.getLast());
            assertEquals(2, refused.code(), refused.err());
            assertTrue(refused.err().startsWith("norma sample: " + wrong.getFirst() + " must be "), refused.err());
        }
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
            "--heads 3 | dim must be a multiple of heads", "--steps 0 | --steps must be in [1, 10^12]",
            "--rate NaN | --rate must be positive", "--rate fast | is not a double",
            "--warmup -1 | --warmup must be at least 0",
            "--schedule steps | expected one of", "--dropout 1 | rate must lie in [0, 1)",
            "--context 100000 | its training side must have at least --context + 1 = 100,001 tokens; got ",
            "--context 1000 | its validation side must have at least",
            "--context 2147483647 | the Java heap of", "--batch 100000000 | the Java heap of",
            "--batch 2147483647 | the Java heap of", "--dim 2147483646 | the Java heap of",
            "--dim 100000 | the Java heap of", "--layers 2147483647 | the Java heap of",
            "--heads 2147483647 | dim must be a multiple of heads", "--heads -2 | --heads must be at least 1",
            "--dim -8 | --dim must be at least 1", "--layers 0 | --layers must be at least 1",
            "--context 0 | --context must be at least 1", "--steps 9223372036854775807 | --steps must be in [1, 10^12]",
            "--steps 99999999999999999999 | is not a long", "--seed x | is not a long",
            "--accumulation 0 | --accumulation must be at least 1", "--threads 100000000 | must be in [1, 4096]",
            "--tokenizer bpe --vocabulary 3 | must be at least 256", "--batch 0 | --batch must be",
            "--threads 0 | must be in [1, 4096]",
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
