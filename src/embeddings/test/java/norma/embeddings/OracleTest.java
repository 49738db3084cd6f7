package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import norma.embeddings.tokenizer.Oracle;
import norma.model.Bert;
import norma.tokenizer.Encoding;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each model against ONNX Runtime on the same file.
class OracleTest {
    private static final int TEXTS = 200;
    private static final int RANDOM_TEXTS = 30;
    private static final int MOST_TOKENS = 512;

    @TempDir
    private Path folder;

    /// How far vectors are from those that they must be.
    private static final class Distance {
        private double cosine = 1;
        private double element;

        void add(float[] expected, float[] actual) {
            cosine = Math.min(cosine, Vectors.cosine(expected, actual));
            for (int i = 0; i < expected.length; i++) {
                element = Math.max(element, Math.abs(expected[i] - actual[i]));
            }
        }

        void check() {
            assertTrue(cosine >= 0.999999, "lowest cosine " + cosine);
            assertTrue(element <= 1e-5, "largest difference " + element);
        }
    }

    /// From text to vector as the model's card says: tokens by Rust's tokenizers, the network by ONNX Runtime, the rest here.
    @ParameterizedTest
    @EnumSource
    void textsHaveTheVectorsThatTheModelsCardSays(Models model) throws OrtException, IOException {
        List<String> texts = VariedTexts.texts(TEXTS);
        Path file = model.tokenizer(folder);
        Tokenizer tokenizer = Tokenizer.load(file);
        var distance = new Distance();
        try (var encoder = SentenceEncoder.load(model.resource,
                Options.DEFAULT.threads(2).maxTokens(MOST_TOKENS));
                var tokens = new Oracle(file, MOST_TOKENS);
                var runtime = new OnnxRuntime(model)) {
            float[][] queries = encoder.encodeQueries(texts.subList(0, TEXTS / 2));
            float[][] passages = encoder.encodePassages(texts.subList(TEXTS / 2, TEXTS));
            for (int i = 0; i < TEXTS; i++) {
                boolean query = i < TEXTS / 2;
                String text = (query ? model.queryPrefix : model.passagePrefix) + texts.get(i);
                Encoding expected = tokens.encode(text);
                assertArrayEquals(expected.ids(), tokenizer.encode(text, MOST_TOKENS).ids(), text);
                float[][] stream = runtime.stream(expected);
                distance.add(Vectors.unit(model.first ? stream[0] : OnnxRuntime.mean(stream)),
                        query ? queries[i] : passages[i - TEXTS / 2]);
            }
        }
        distance.check(); // measured: lowest cosine 1 - 1e-11, largest difference 7.4e-7
    }

    /// Random tokens of random lengths, half of them with two segments, which no text alone has.
    @Test
    void segmentsHaveTheVectorsOfOnnxRuntime() throws OrtException, IOException {
        Bert bert = Models.MINILM.bert();
        List<Encoding> texts = randomTexts(bert.config().vocabulary(), bert.config().maxTokens());
        var distance = new Distance();
        try (var inference = new Inference(bert, 2, Pooling.MEAN::of); var runtime = new OnnxRuntime(Models.MINILM)) {
            float[][] vectors = inference.run(texts);
            for (int i = 0; i < texts.size(); i++) {
                distance.add(Vectors.unit(OnnxRuntime.mean(runtime.stream(texts.get(i)))), Vectors.unit(vectors[i]));
            }
        }
        distance.check();
    }

    private static List<Encoding> randomTexts(int vocabulary, int maxTokens) {
        var random = new SplittableRandom(5);
        var texts = new ArrayList<Encoding>();
        for (int i = 0; i < RANDOM_TEXTS; i++) {
            int length = i == 0 ? maxTokens : i == 1 ? 1 : random.nextInt(2, 100);
            int[] types = new int[length];
            if (i % 2 == 0) {
                Arrays.fill(types, length / 2, length, 1);
            }
            texts.add(new Encoding(random.ints(length, 0, vocabulary).toArray(), types, new int[length],
                    new int[length]));
        }
        return texts;
    }
}
