package norma.bench.peers;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import norma.embeddings.Vectors;

/// all-MiniLM-L6-v2 as a careful user runs it on ONNX Runtime: Hugging Face's tokenizer in Rust, texts sorted by length, those of a
/// batch padded to its longest, the mean of their tokens in Java.
final class OnnxEncoder {
    private static final int DIM = 384;

    /// How the threads share the workload.
    enum Way {
        /// 32 texts at a time as sentence-transformers has them, ONNX Runtime's threads inside.
        BATCHES(32),

        /// One text at a time as langchain4j has them, so that no padding is computed; each thread has texts of its own.
        SINGLY(1);

        private final int batch;

        Way(int batch) {
            this.batch = batch;
        }
    }

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;
    private final ForkJoinPool threads;
    private final Way way;

    /// @param model `all-minilm-l6-v2`, or its int8 version `all-minilm-l6-v2-q`
    OnnxEncoder(String model, int maxTokens, int threads, Way way) throws IOException, OrtException {
        var options = new SessionOptions();
        options.setIntraOpNumThreads(way == Way.SINGLY ? 1 : threads);
        try (InputStream weights = resource(model + ".onnx"); InputStream file = resource(model + "-tokenizer.json")) {
            this.session = environment.createSession(weights.readAllBytes(), options);
            this.tokenizer = HuggingFaceTokenizer.newInstance(file,
                    Map.of("truncation", "true", "maxLength", Integer.toString(maxTokens), "padding", "false"));
        }
        this.threads = new ForkJoinPool(threads);
        this.way = way;
    }

    private static InputStream resource(String name) {
        return ClassLoader.getSystemResourceAsStream(name);
    }

    /// The vector of each text, of length 1.
    float[][] encode(List<String> texts) {
        var encodings = new Encoding[texts.size()];
        each(texts.size(), true, i -> encodings[i] = tokenizer.encode(texts.get(i)));
        int[] order = IntStream.range(0, encodings.length).boxed()
                .sorted(Comparator.comparingInt(i -> -encodings[i].getIds().length)).mapToInt(i -> i).toArray();
        float[][] vectors = new float[encodings.length][];
        int batches = Math.ceilDiv(order.length, way.batch);
        each(batches, way == Way.SINGLY, i -> run(encodings,
                Arrays.copyOfRange(order, i * way.batch, Math.min((i + 1) * way.batch, order.length)), vectors));
        return vectors;
    }

    private void each(int count, boolean parallel, IntConsumer workload) {
        if (parallel && count > 1 && threads.getParallelism() > 1) {
            threads.submit(() -> IntStream.range(0, count).parallel().forEach(workload)).join();
        } else {
            IntStream.range(0, count).forEach(workload);
        }
    }

    private void run(Encoding[] encodings, int[] which, float[][] vectors) {
        int time = encodings[which[0]].getIds().length;
        long[] ids = new long[which.length * time];
        long[] mask = new long[which.length * time];
        for (int i = 0; i < which.length; i++) {
            long[] tokens = encodings[which[i]].getIds();
            System.arraycopy(tokens, 0, ids, i * time, tokens.length);
            Arrays.fill(mask, i * time, i * time + tokens.length, 1);
        }
        long[] shape = {which.length, time};
        try (var idTensor = tensor(ids, shape);
                var maskTensor = tensor(mask, shape);
                var types = tensor(new long[ids.length], shape);
                var result = session
                        .run(Map.of("input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids", types))) {
            FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int i = 0; i < which.length; i++) {
                vectors[which[i]] = mean(states.position(i * time * DIM), encodings[which[i]].getIds().length);
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private OnnxTensor tensor(long[] values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
    }

    private static float[] mean(FloatBuffer states, int tokens) {
        float[] sum = new float[DIM];
        float[] state = new float[DIM];
        for (int t = 0; t < tokens; t++) {
            states.get(state);
            for (int d = 0; d < DIM; d++) {
                sum[d] += state[d];
            }
        }
        return Vectors.unit(sum);
    }
}
