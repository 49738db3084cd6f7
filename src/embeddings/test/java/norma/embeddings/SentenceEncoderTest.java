package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From texts to vectors.
class SentenceEncoderTest {
    private static SentenceEncoder minilm;

    @TempDir
    private Path folder;

    private static final Options MEAN = Options.DEFAULT.threads(1).pooling(Pooling.MEAN);

    @BeforeAll
    static void load() throws IOException {
        minilm = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(2));
    }

    @AfterAll
    static void close() {
        minilm.close();
    }

    @Test
    void vectorsAreThoseOfTheReference() throws IOException {
        List<Reference> rows = Reference.read();
        float[][] vectors = minilm.encode(rows.stream().map(Reference::text).toList());
        for (int i = 0; i < vectors.length; i++) {
            Reference row = rows.get(i);
            float[] expected = row.embeddingOf256() == null ? row.embedding() : row.embeddingOf256();
            assertTrue(Vectors.cosine(expected, vectors[i]) >= 0.999999, row.text());
            assertArrayEquals(expected, vectors[i], 1e-5f, row.text());
        }
    }

    @Test
    void longTextsAreCutWhereTheOptionsSay() throws IOException {
        Reference longest = Reference.read().getLast();
        try (var longer = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(1).maxTokens(512))) {
            assertArrayEquals(longest.embedding(), longer.encode(longest.text()), 1e-5f);
        }
    }

    @Test
    void theFirstDimensionsAreKeptAndMadeAUnit() throws IOException {
        bert();
        try (var whole = SentenceEncoder.load(folder, MEAN.unit(false));
                var part = SentenceEncoder.load(folder, MEAN.dimensions(5))) {
            float[] x = whole.encode("b c");
            assertEquals(TinyFolder.DIM, whole.dimensions());
            assertEquals(5, part.dimensions());
            assertArrayEquals(Vectors.unit(Arrays.copyOf(x, 5)), part.encode("b c"));
        }
    }

    @Test
    void queriesAndPassagesHavePrefixes() throws IOException {
        bert();
        Options prefixes = MEAN.prefixes("b ", "c ");
        try (var encoder = SentenceEncoder.load(folder, prefixes)) {
            assertArrayEquals(encoder.encode("b d"), encoder.encodeQuery("d"));
            assertArrayEquals(encoder.encode(List.of("c d")), encoder.encodePassages(List.of("d")));
            assertFalse(Arrays.equals(encoder.encode("b d"), encoder.encode("d")));
        }
    }

    @Test
    void optionsThatTheModelCannotMeetAreRefused() throws IOException {
        bert();
        var dimensions = MEAN.dimensions(17);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(folder, dimensions))
                .getMessage()
                .contains("at most 16 dimensions and 20 tokens; got 17 and 0"));
        var tokens = MEAN.maxTokens(21);
        assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(folder, tokens));
        assertThrows(IllegalArgumentException.class, () -> Options.DEFAULT.threads(0));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SentenceEncoder.load(folder)).getMessage()
                .contains("Options.DEFAULT.pooling(Pooling.MEAN), for example, or --pooling mean on the command line"));
    }

    @Test
    void aCrossEncoderReadsPairs() throws IOException {
        bert();
        try (var ranker = CrossEncoder.load(folder, Options.DEFAULT.threads(1))) {
            List<String> passages = List.of("b c", "d", "");
            float[] scores = ranker.scores("e", passages);
            assertEquals(3, scores.length);
            assertEquals(ranker.logits("e", passages.subList(1, 2))[0][2], scores[1]);
            assertFalse(scores[0] == ranker.scores("f", passages)[0]);
        }
    }

    /// The small model with a vocabulary of letters.
    private void bert() throws IOException {
        TinyFolder.bert(folder).write();
        var vocabulary = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        for (char c = 'a'; vocabulary.size() < TinyFolder.VOCABULARY; c++) {
            vocabulary.add(String.valueOf(c));
        }
        Files.write(folder.resolve("vocab.txt"), vocabulary);
    }

    @Test
    void anyTextHasAVector() {
        List<String> texts =
                List.of("", " \t\n", "\0", "\ud800 lone \udc00", "🚀🔥", "a".repeat(1 << 20), "b ".repeat(1 << 19));
        for (float[] vector : minilm.encode(texts)) {
            assertEquals(1, Vectors.dot(vector, vector), 1e-5);
        }
        float[][] few = minilm.encode(List.of(" ", "a b", "ab", "\ufffd lone \ufffd", "🚀🔥", "b ".repeat(600)));
        float[][] many =
                minilm.encode(List.of("", "a\tb", "a\0b", "\ud800 lone \udc00", "🚀\u200b🔥", "b ".repeat(1 << 19)));
        assertArrayEquals(few, many, "what the tokenizer drops or cuts off must not matter");
        assertEquals(0, minilm.encode(List.of()).length);
        assertTrue(assertThrows(NullPointerException.class, () -> minilm.encode((String) null)).getMessage()
                .contains("text"));
        float[][] empty = minilm.encode(Collections.nCopies(10_000, ""));
        assertArrayEquals(minilm.encode(""), empty[9_999]);
    }

    @Test
    void manyThreadsMayAskAtOnceAndBeInterrupted() throws InterruptedException, ExecutionException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            texts.add("text number " + i + " of some length".repeat(i % 5));
        }
        float[][] expected = minilm.encode(texts);
        try (var callers = Executors.newFixedThreadPool(8)) {
            var results = new ArrayList<Future<float[][]>>();
            for (int i = 0; i < 16; i++) {
                boolean interrupted = i % 3 == 0;
                results.add(callers.submit(() -> {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return minilm.encode(texts);
                }));
            }
            for (Future<float[][]> result : results) {
                assertArrayEquals(expected, result.get());
            }
        }
    }

    @Test
    void aClosedEncoderSaysSo() throws IOException {
        bert();
        SentenceEncoder encoder = SentenceEncoder.load(folder, MEAN);
        encoder.close();
        encoder.close();
        assertTrue(
                assertThrows(IllegalStateException.class, () -> encoder.encode("a")).getMessage().contains("closed"));
    }

    @Test
    void aKnownModelsUseIsKnown() throws IOException {
        assertEquals(List.of(Pooling.MEAN), minilm.options().pooling());
        assertEquals(256, minilm.options().maxTokens());
        try (var bge = SentenceEncoder.load("bge-small-en-v1.5", Options.DEFAULT)) {
            assertEquals(List.of(Pooling.CLS), bge.options().pooling());
        }
        try (var e5 = SentenceEncoder.load("e5-small-v2", Options.DEFAULT)) {
            assertEquals(Optional.of("query: "), e5.options().queryPrefix());
            assertArrayEquals(e5.encode("query: where is it?"), e5.encodeQuery("where is it?"));
        }
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertTrue(assertThrows(FileNotFoundException.class, () -> SentenceEncoder.load("none", Options.DEFAULT))
                .getMessage()
                .startsWith("none.onnx: must be on the class path"));
        assertThrows(IOException.class, () -> SentenceEncoder.load(folder.resolve("none.onnx")));
    }
}
