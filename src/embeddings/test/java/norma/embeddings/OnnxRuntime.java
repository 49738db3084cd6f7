package norma.embeddings;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import norma.tokenizer.Encoding;

/// The encoders' oracle, in native code: https://onnxruntime.ai on the same file.
final class OnnxRuntime implements AutoCloseable {
    private final OrtSession session;

    OnnxRuntime(Models model) throws IOException, OrtException {
        try (InputStream in = model.url().openStream()) {
            session = OrtEnvironment.getEnvironment().createSession(in.readAllBytes());
        }
    }

    /// The stream (T, D) behind the last block.
    float[][] stream(Encoding text) throws OrtException {
        int[] ones = new int[text.length()];
        Arrays.fill(ones, 1);
        try (OnnxTensor ids = tensor(text.ids());
                OnnxTensor types = tensor(text.typeIds());
                OnnxTensor mask = tensor(ones);
                var result = session.run(Map.of("input_ids", ids, "token_type_ids", types, "attention_mask", mask))) {
            return ((float[][][]) result.get(0).getValue())[0];
        }
    }

    private static OnnxTensor tensor(int... values) throws OrtException {
        long[][] row = {Arrays.stream(values).asLongStream().toArray()};
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), row);
    }

    /// The mean of a stream's vectors.
    static float[] mean(float[][] stream) {
        float[] mean = new float[stream[0].length];
        for (int j = 0; j < mean.length; j++) {
            double sum = 0;
            for (float[] row : stream) {
                sum += row[j];
            }
            mean[j] = (float) (sum / stream.length);
        }
        return mean;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
