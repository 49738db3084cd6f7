package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import norma.embeddings.finetuning.RerankLoss;
import norma.io.Safetensors;
import norma.json.JsonFields;
import norma.nn.Init;
import norma.nn.ParameterTree;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A cross encoder that learns: its files before and after.
class TrainableCrossEncoderTest {
    private static final List<String> PASSAGES = List.of("a b", "c d e f", "");

    @TempDir
    private Path folder;

    private static float[][] logits(TrainableCrossEncoder encoder) {
        List<Encoding> pairs = PASSAGES.stream().map(passage -> encoder.tokens("a", passage)).toList();
        try (Tape _ = Tape.inference(new BufferPool())) {
            float[] all = encoder.forward(pairs).toArray();
            float[][] rows = new float[pairs.size()][encoder.labels()];
            for (int i = 0; i < all.length; i++) {
                rows[i / encoder.labels()][i % encoder.labels()] = all[i];
            }
            return rows;
        }
    }

    private static float[][] logits(Path saved) throws IOException {
        try (CrossEncoder encoder = CrossEncoder.load(saved)) {
            return encoder.logits("a", PASSAGES);
        }
    }

    private static void assertClose(float[][] expected, float[][] found) {
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found[i], 2e-6f); // training and inference multiply in different orders
        }
    }

    @Test
    void aNewHeadIsSavedAndReadAgain() throws IOException {
        TrainableCrossEncoder encoder =
                TrainableCrossEncoder.of(TrainableFolder.encoder(folder), 1, new Init(1)).maxTokens(7);
        TrainableFolder.shake(encoder);
        Path saved = folder.resolve("saved");
        encoder.save(saved);
        assertClose(logits(encoder), logits(saved));
        assertClose(logits(encoder), logits(TrainableCrossEncoder.load(saved)));
        assertEquals(7, TrainableCrossEncoder.load(saved).tokens("a b c", "d e f g h").length());
        JsonFields config = JsonFields.read(saved.resolve("config.json"));
        assertEquals(List.of("BertForSequenceClassification"), config.texts("architectures"));
        assertEquals("LABEL_0", config.part("id2label").text("0"));
        assertEquals(0, config.part("label2id").whole("LABEL_0"));
        assertTrue(!config.has("num_labels"), "transformers counts id2label");
    }

    /// Their files, as transformers wrote them: names, shapes and numbers are the same after reading and writing.
    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "distilbert"})
    void foldersOfTransformersStayWhatTheyAre(String name) throws IOException, URISyntaxException {
        Path theirs =
                Path.of(TransformersTest.class.getResource("transformers/" + name + "/config.json").toURI())
                        .getParent();
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(theirs.resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": %s}".formatted(name.equals("roberta")
                ? "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": []}"
                : "{\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0, \"a\": 1}, \"unk_token\": \"[UNK]\", "
                        + "\"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100}"));
        TrainableCrossEncoder encoder = TrainableCrossEncoder.load(folder);
        Path saved = folder.resolve("saved");
        encoder.save(saved);
        try (Safetensors before = Safetensors.open(folder.resolve("model.safetensors"));
                Safetensors after = Safetensors.open(saved.resolve("model.safetensors"))) {
            assertEquals(before.entries().keySet(), after.entries().keySet());
            for (String tensor : before.entries().keySet()) {
                assertArrayEquals(before.floats(tensor), after.floats(tensor), tensor);
            }
        }
        JsonArray before =
                JsonFields.read(folder.resolve("config.json")).values().getAsJsonArray("architectures");
        assertEquals(before, JsonFields.read(saved.resolve("config.json")).values().getAsJsonArray("architectures"));
    }

    @Test
    void firstValuesAreThoseOfItsSeed() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Map<String, float[]> one = TrainableFolder.values(TrainableCrossEncoder.of(encoder, 1, new Init(1)));
        Map<String, float[]> two = TrainableFolder.values(TrainableCrossEncoder.of(encoder, 1, new Init(1)));
        one.forEach((name, values) -> assertArrayEquals(values, two.get(name), name));
        assertEquals(0, one.get("head.output.bias")[0]);
        double spread = 0;
        for (float w : one.get("head.dense.weight")) {
            spread += w * w / one.get("head.dense.weight").length;
        }
        assertEquals(0.02, Math.sqrt(spread), 0.004); // 256 numbers: a standard deviation is known to 4.4 %
    }

    @Test
    void gradientsReachAllThatLearns() throws IOException {
        TrainableCrossEncoder encoder = TrainableCrossEncoder.of(TrainableFolder.encoder(folder), 1, new Init(1));
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            tape.backward(encoder.forward(List.of(encoder.tokens("a", "b c"), encoder.tokens("d", "e"))).sum());
        }
        ParameterTree.of(encoder).params()
                .forEach((name, param) -> assertTrue(param.value().hasGradient(), name));
    }

    @Test
    void whatAFolderCannotSayIsRefused() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        String adaptive = assertThrows(IllegalArgumentException.class,
                () -> TrainableCrossEncoder.of(encoder.withAdaptiveNorms(new Init(1)), 1, new Init(1))).getMessage();
        assertTrue(adaptive.contains("adaptive norms"), adaptive);
        assertThrows(IllegalArgumentException.class, () -> TrainableCrossEncoder.of(encoder, 0, new Init(1)));
        TrainableCrossEncoder three = TrainableCrossEncoder.of(encoder, 3, new Init(1));
        assertThrows(IllegalArgumentException.class, () -> three.maxTokens(TinyFolder.POSITIONS + 1));
        String labels = assertThrows(IllegalArgumentException.class, () -> new RerankLoss(three)).getMessage();
        assertTrue(labels.contains("one label") && labels.contains("got 3"), labels);
    }
}
