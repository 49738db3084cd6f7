package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.huggingface.Family;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.json.JsonFields;
import norma.nn.Init;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Encoders that learn: padding, other norms, files.
class TrainableEncoderTest {
    private static final List<String> TEXTS = List.of("a b c d e f", "x", "q r s", "a b c d e f g h i j k l");
    private static final Options MEAN = Options.DEFAULT.pooling(Pooling.MEAN);
    private static final Options TWO_THREADS = Options.DEFAULT.threads(2);

    @TempDir
    private Path folder;

    private static float[][] vectors(TrainableEncoder encoder) {
        try (SentenceEncoder used = encoder.encoder(TWO_THREADS)) {
            return used.encode(TEXTS);
        }
    }

    private static float[][] vectors(Path folder) throws IOException {
        try (SentenceEncoder used = SentenceEncoder.load(folder, TWO_THREADS)) {
            return used.encode(TEXTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pooling_mode_mean_tokens", "pooling_mode_cls_token", "pooling_mode_lasttoken"})
    void paddingChangesNothing(String pooling) throws IOException {
        for (TrainableEncoder encoder : List.of(TrainableFolder.encoder(folder, pooling),
                TrainableFolder.encoder(folder, pooling).withAdaptiveNorms(new Init(1)))) {
            TrainableFolder.shake(encoder);
            List<Encoding> tokens = TEXTS.stream().map(encoder::tokens).toList();
            Tensor together = encoder.forward(tokens);
            for (int i = 0; i < TEXTS.size(); i++) {
                float[] vector = together.slice(0, i, i + 1).toArray();
                assertArrayEquals(encoder.forward(tokens.subList(i, i + 1)).toArray(), vector, 1e-5f, TEXTS.get(i));
                assertArrayEquals(vectors(encoder)[i], Vectors.unit(vector), 1e-5f, TEXTS.get(i));
            }
        }
    }

    @Test
    void adaptiveNormsAreAtFirstTheNormsTheyReplace() throws IOException {
        TrainableEncoder encoder = TrainableEncoder.load("all-minilm-l6-v2");
        try (SentenceEncoder plain = encoder.encoder(TWO_THREADS);
                SentenceEncoder adaptive = encoder.withAdaptiveNorms(new Init(1)).encoder(TWO_THREADS)) {
            List<String> texts = List.of("Norma is a tensor engine.", "a much longer sentence, which has a comma in it",
                    "", "\u4f60\u597d");
            float[][] before = plain.encode(texts);
            float[][] after = adaptive.encode(texts);
            for (int i = 0; i < before.length; i++) {
                // gamma xhat + beta is rounded twice here and once in the kernel of the layer norm
                assertArrayEquals(before[i], after[i], 1e-6f);
            }
        }
        assertThrows(IllegalStateException.class,
                () -> encoder.withAdaptiveNorms(new Init(1)).withAdaptiveNorms(new Init(1)));
    }

    @Test
    void whatIsSavedIsReadAgain() throws IOException {
        Path saved = folder.resolve("saved");
        TrainableEncoder encoder = TrainableFolder.encoder(folder).maxTokens(9);
        TrainableFolder.shake(encoder);
        encoder.save(saved);
        assertArrayEquals(vectors(encoder), vectors(saved));
        assertArrayEquals(vectors(encoder), vectors(TrainableEncoder.load(saved)));
    }

    @Test
    void adaptiveNormsAreSavedToo() throws IOException {
        Path saved = folder.resolve("saved");
        TrainableEncoder encoder = TrainableFolder.encoder(folder).withAdaptiveNorms(new Init(1));
        TrainableFolder.shake(encoder);
        encoder.save(saved);
        assertArrayEquals(vectors(encoder), vectors(saved));
        assertArrayEquals(vectors(encoder), vectors(TrainableEncoder.load(saved)));
        JsonFields config = JsonFields.read(saved.resolve("config.json"));
        assertThrows(CorruptFileException.class, () -> Family.of(config), "others must not take it for BERT");
        Files.copy(folder.resolve("model.safetensors"), saved.resolve("model.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        String missing = assertThrows(CorruptFileException.class, () -> SentenceEncoder.load(saved)).getMessage();
        assertTrue(missing.contains("LayerNorm.adaptive."), missing);
    }

    @Test
    void namesAndShapesAreThoseOfHuggingFace() throws IOException {
        Path saved = folder.resolve("saved");
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Classifier.of(encoder, List.of("bad", "so so", "good")).save(saved);
        try (Safetensors before = Safetensors.open(folder.resolve("model.safetensors"));
                Safetensors after = Safetensors.open(saved.resolve("model.safetensors"))) {
            var expected = new HashSet<>(before.entries().keySet());
            expected.removeIf(name -> name.startsWith("pooler."));
            assertEquals(expected, after.entries().keySet());
            for (String name : expected) {
                assertEquals(before.entries().get(name).toString(), after.entries().get(name).toString(), name);
                if (!name.startsWith("classifier.")) {
                    assertArrayEquals(before.floats(name), after.floats(name), name);
                }
            }
        }
        assertEquals(List.of("bad", "so so", "good"), Classifier.load(saved).labels());
    }

    @Test
    void aModelWithoutPoolingIsRefused() throws IOException {
        TrainableFolder.encoder(folder);
        Files.delete(folder.resolve("modules.json"));
        String message =
                assertThrows(IllegalArgumentException.class, () -> TrainableEncoder.load(folder)).getMessage();
        assertTrue(message.contains(
                "TrainableEncoder.load(Path.of(\"%s\"), Options.DEFAULT.pooling(Pooling.MEAN))".formatted(folder)),
                message);
        assertArrayEquals(vectors(TrainableEncoder.load(folder, Pooling.CLS)),
                vectors(TrainableEncoder.load(folder, Options.DEFAULT.pooling(Pooling.CLS))));
        assertThrows(IllegalArgumentException.class, () -> TrainableEncoder.load(folder, MEAN.dimensions(8)));
        assertThrows(IllegalArgumentException.class, () -> TrainableEncoder.load(folder, MEAN.maxTokens(21)));
        assertThrows(IllegalArgumentException.class, () -> TrainableFolder.encoder(folder).maxTokens(21));
    }
}
