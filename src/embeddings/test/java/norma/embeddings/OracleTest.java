package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import norma.embeddings.model.Bert;
import norma.embeddings.tokenizer.Encoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each model against ONNX Runtime on the same file: random tokens of random lengths, half of them with two segments.
class OracleTest {
    private static final int TEXTS = 30;

    @ParameterizedTest
    @EnumSource
    void vectorsAreThoseOfOnnxRuntime(Models model) throws OrtException, IOException {
        Bert bert = model.bert();
        List<Encoding> texts = texts(bert.config().vocabulary(), bert.config().maxTokens());
        double lowest = 1;
        double largest = 0;
        try (var inference = new Inference(bert, 2, Pooling.MEAN::of);
                OrtSession session = OrtEnvironment.getEnvironment().createSession(bytes(model))) {
            float[][] vectors = inference.run(texts);
            for (int i = 0; i < texts.size(); i++) {
                float[] mine = Vectors.unit(vectors[i]);
                float[] theirs = Vectors.unit(mean(lastHiddenState(session, texts.get(i))));
                lowest = Math.min(lowest, Vectors.cosine(mine, theirs));
                for (int j = 0; j < mine.length; j++) {
                    largest = Math.max(largest, Math.abs(mine[j] - theirs[j]));
                }
            }
        }
        assertTrue(lowest >= 0.999999, "lowest cosine " + lowest);
        assertTrue(largest <= 1e-5, "largest difference " + largest);
    }

    private static List<Encoding> texts(int vocabulary, int maxTokens) {
        var random = new SplittableRandom(5);
        var texts = new ArrayList<Encoding>();
        for (int i = 0; i < TEXTS; i++) {
            int length = i == 0 ? maxTokens : i == 1 ? 1 : random.nextInt(2, 100);
            int[] types = new int[length];
            if (i % 2 == 0) {
                java.util.Arrays.fill(types, length / 2, length, 1);
            }
            texts.add(new Encoding(random.ints(length, 0, vocabulary).toArray(), types, new int[length],
                    new int[length]));
        }
        return texts;
    }

    private static byte[] bytes(Models model) throws IOException {
        try (InputStream in = model.url().openStream()) {
            return in.readAllBytes();
        }
    }

    private static float[][] lastHiddenState(OrtSession session, Encoding text) throws OrtException {
        int length = text.ids().length;
        long[][] ones = new long[1][length];
        java.util.Arrays.fill(ones[0], 1);
        try (OnnxTensor ids = tensor(text.ids());
                OnnxTensor types = tensor(text.typeIds());
                OnnxTensor mask = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), ones);
                var result = session.run(Map.of("input_ids", ids, "token_type_ids", types, "attention_mask", mask))) {
            return ((float[][][]) result.get(0).getValue())[0];
        }
    }

    private static OnnxTensor tensor(int... values) throws OrtException {
        long[][] row = {java.util.Arrays.stream(values).asLongStream().toArray()};
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), row);
    }

    private static float[] mean(float[][] rows) {
        float[] mean = new float[rows[0].length];
        for (int j = 0; j < mean.length; j++) {
            double sum = 0;
            for (float[] row : rows) {
                sum += row[j];
            }
            mean[j] = (float) (sum / rows.length);
        }
        return mean;
    }
}
