package norma.train;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.catalogue.GptCheckpoint;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import norma.kernel.Activation;
import norma.model.FeedForward;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.model.Texts;
import norma.nn.Context;
import norma.nn.Rotary;
import norma.optim.AdamW;
import norma.optim.Optimizer;
import norma.optim.Sgd;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A checkpoint comes back as it was; one that is not whole, or not of this run, changes nothing.
class CheckpointTest {
    private static final long SEED = 3;
    private static final GptConfig CONFIG =
            Texts.with(GptConfig.of(7, 4, 8, 2, 1), "rms_norm{eps=1e-5}", "normformer_fairseq")
                    .with(FeedForward.gated(12, Activation.SILU)).with(Rotary.HALVES).withTied(false)
                    .withDropout(0.25f);

    @TempDir
    private Path folder;
    private Path file;

    /// What a run has.
    private record Run(Gpt model, Optimizer optimizer) {
        static Run of(GptConfig config, long seed) {
            Gpt model = Gpt.of(config, seed);
            return new Run(model, AdamW.of(model, 0.01, AdamW.Config.GPT));
        }

        Run trained() {
            for (int step = 0; step < 3; step++) {
                try (Tape tape = Tape.training(new BufferPool(), step)) {
                    tape.backward(model.loss(ids(step, 7, 2, 4), ids(10 + step, 7, 2, 4)));
                }
                optimizer.step(1, 1);
            }
            return this;
        }

        String description() {
            return GptCheckpoint.objective(model).description();
        }

        void write(Path file, long step, long seed) throws IOException {
            new Checkpoint(step, seed, description()).write(file, model, optimizer);
        }

        Checkpoint resume(Path file) throws IOException {
            return Checkpoint.resume(file, model, optimizer, SEED, description());
        }

        Map<String, float[]> state() {
            var state = new LinkedHashMap<String, float[]>();
            model.params().forEach((name, param) -> state.put(name, param.value().toArray()));
            optimizer.state().forEach((name, tensor) -> state.put("optimizer." + name, tensor.toArray()));
            state.put("steps", new float[] {optimizer.steps()});
            return state;
        }
    }

    private static void assertState(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    @BeforeEach
    void writeACheckpoint() throws IOException {
        file = folder.resolve("run.safetensors");
        Run.of(CONFIG, 1).trained().write(file, 3, SEED);
    }

    @Test
    void aRunComesBack() throws IOException {
        Run expected = Run.of(CONFIG, 1).trained(), run = Run.of(CONFIG, 2);
        assertEquals(new Checkpoint(3, SEED, run.description()), run.resume(file));
        assertState(expected.state(), run.state());
        assertState(expected.trained().state(), run.trained().state());
    }

    @Test
    void aModelComesBackFromTheFileAlone() throws IOException {
        Gpt expected = Run.of(CONFIG, 1).trained().model, model = GptCheckpoint.model(file);
        assertEquals(CONFIG, model.config());
        assertBits(expected.logits(ids(1, 7, 2, 4), Context.NONE), model.logits(ids(1, 7, 2, 4), Context.NONE));
    }

    /// Files of the time when every model was a Gpt.
    @Test
    void aDescriptionUnderItsOldNameIsRead() throws IOException {
        rewrite((metadata, _) -> metadata.put("gpt", metadata.remove("model")));
        Run run = Run.of(CONFIG, 2);
        assertEquals(3, run.resume(file).step());
        assertState(Run.of(CONFIG, 1).trained().state(), run.state());
        assertEquals(CONFIG, GptCheckpoint.model(file).config());
    }

    @Test
    void everyWordOfTheConfigIsKept() throws IOException {
        for (GptConfig config : List.of(GptConfig.of(5, 3, 4, 2, 0), GptConfig.of(5, 3, 4, 1, 2).withDropout(0.1f),
                GptConfig.of(5, 3, 4, 1, 1).with(Rotary.NEIGHBOURS.withBase(500)),
                Texts.with(GptConfig.of(5, 3, 4, 1, 1), "normformer_adaptive{depth=0}", "post"))) {
            Run run = Run.of(config, 1);
            run.write(file, 0, 0);
            assertEquals(config, GptCheckpoint.model(file).config());
        }
    }

    // ---- What must change nothing ----

    /// Resuming fails with an error that names the file, and model and optimizer are what they were.
    private void assertRefused(Class<? extends Exception> type, String... says) {
        Run run = Run.of(CONFIG, 9).trained();
        Map<String, float[]> before = run.state();
        Exception e = assertThrows(type, () -> run.resume(file));
        assertSays(e, file.getFileName().toString());
        assertSays(e, says);
        assertState(before, run.state());
    }

    @Test
    void truncatedFiles() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 7, 8, 9, 100, 1000, whole.length / 2, whole.length - 4, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(CorruptFileException.class);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertRefused(CorruptFileException.class);
    }

    @Test
    void damagedHeaders() throws IOException {
        for (String[] damage : new String[][] {{"norma-checkpoint/1", "norma-checkpoint/9"},
                {"\"step\":\"3\"", "\"step\":\"x\""},
                {"\"seed\"", "\"sead\""}, {"\"format\"", "\"farmat\""}, {"dtype", "ttype"}, {"{", "["},
                {"SILU", "SULI"},
                {"rms_norm", "rms_name"}, {"vocabulary", "vocabularx"}, {"\\\"dim\\\":8", "\\\"dim\\\":x"},
                {"F32", "F99"},
                {"F32", "I32"}, {"tokens.table", "tokens.tablf"}}) {
            byte[] whole = Files.readAllBytes(file);
            replace(damage[0], damage[1]);
            boolean otherModel = List.of("SULI", "rms_name", "vocabularx", "\\\"dim\\\":x").contains(damage[1]);
            assertRefused(otherModel ? IllegalArgumentException.class : CorruptFileException.class);
            Files.write(file, whole);
        }
    }

    private void replace(String text, String other) throws IOException {
        String before = Files.readString(file, StandardCharsets.ISO_8859_1);
        String after = before.replaceFirst(Pattern.quote(text), Matcher.quoteReplacement(other));
        assertNotEquals(before, after, text);
        Files.writeString(file, after, StandardCharsets.ISO_8859_1);
    }

    @Test
    void modelsThatNobodyCanBuild() throws IOException {
        for (String[] damage : new String[][] {{"SILU", "SULI"}, {"rms_norm", "rms_name"}, {"fairseq", "fairest"},
                {"heads\\\":2", "heads\\\":3"}, {"vocabulary", "vocabularx"},
                {"norma-checkpoint/1", "norma-checkpoint/9"}}) {
            byte[] whole = Files.readAllBytes(file);
            replace(damage[0], damage[1]);
            assertSays(assertThrows(CorruptFileException.class, () -> GptCheckpoint.model(file)), "run.safetensors",
                    "metadata");
            Files.write(file, whole);
        }
    }

    /// A description is not believed before the file is large enough for it: no memory is taken for these.
    @Test
    void modelsThatTheFileCannotHold() throws IOException {
        for (String size : List.of("vocabulary", "context", "dim", "hidden", "layers")) {
            byte[] whole = Files.readAllBytes(file);
            rewrite((metadata, _) -> metadata.computeIfPresent("model",
                    (_, model) -> model.replace("\"rotary\":true", "\"rotary\":false")
                            .replaceFirst("\"" + size + "\":\\d+", "\"" + size + "\":2000000000")));
            assertSays(assertThrows(CorruptFileException.class, () -> GptCheckpoint.model(file)), "run.safetensors",
                    "metadata model");
            Files.write(file, whole);
        }
    }

    /// Writes the checkpoint again with something changed.
    private void rewrite(BiConsumer<Map<String, String>, SequencedMap<String, Array>> change) throws IOException {
        var metadata = new LinkedHashMap<String, String>();
        var arrays = new LinkedHashMap<String, Array>();
        try (Safetensors stored = Safetensors.open(file)) {
            metadata.putAll(stored.metadata());
            stored.entries().forEach(
                    (name, entry) -> arrays.put(name, new Array.Floats(stored.floats(name), 0, entry.shape())));
        }
        change.accept(metadata, arrays);
        Safetensors.write(file, metadata, arrays);
    }

    @Test
    void tensorsThatAreMissingOrOfAnotherKind() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        String last = "optimizer.v.head.weight";
        rewrite((_, arrays) -> arrays.remove(last));
        assertRefused(CorruptFileException.class, last, "nothing of that name");
        Files.write(file, whole);
        rewrite((_, arrays) -> arrays.put(last, new Array.Floats(new float[56], 0, 8, 7)));
        assertRefused(CorruptFileException.class, last, "(7, 8)", "(8, 7)");
        Files.write(file, whole);
        rewrite((_, arrays) -> arrays.put(last, new Array.Longs(new long[56], 7, 8)));
        assertRefused(CorruptFileException.class, last, "F32", "I64");
        Files.write(file, whole);
        rewrite((_, arrays) -> arrays.put("mine", new Array.Floats(new float[3], 0, 3)));
        assertRefused(CorruptFileException.class, "[mine F32(3)]", "lacks");
        assertThrows(CorruptFileException.class, () -> GptCheckpoint.model(file));
        Files.write(file, whole);
        rewrite((metadata, _) -> metadata.put("step", "-1"));
        assertRefused(CorruptFileException.class, "step", "-1");
        Files.write(file, whole);
        rewrite((metadata, _) -> metadata.clear());
        assertRefused(CorruptFileException.class, "norma-checkpoint/1");
    }

    @Test
    void checkpointsOfOtherRuns() throws IOException {
        Run other = Run.of(CONFIG.with(FeedForward.gated(13, Activation.SILU)), 1);
        other.write(file, 3, SEED);
        assertRefused(IllegalArgumentException.class, "another model", "\"hidden\":13", "\"hidden\":12");
        Run same = Run.of(CONFIG, 1);
        same.write(file, 3, 4);
        assertRefused(IllegalArgumentException.class, "seed 4", "seed 3");
        var sgd = new Run(same.model, Sgd.of(same.model, 0.01, new Sgd.Config(0.9, false, 0)));
        sgd.write(file, 3, SEED);
        assertRefused(CorruptFileException.class, "optimizer.m.", "optimizer.velocity.head.weight", "lacks");
    }

    @Test
    void whatIsNoFile() throws IOException {
        Files.delete(file);
        assertRefused(IOException.class);
        Files.createDirectory(file);
        assertRefused(IOException.class);
    }
}
