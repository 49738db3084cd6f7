package norma.bench.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import norma.bench.workload.Workload.Operation;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;

/// Texts to vectors with all-MiniLM-L6-v2 and its real weights, tokenizer included.
final class Sentences {

    private Sentences() {
    }

    static List<Workload> workloads() {
        return List.of(encode(1, 16, 16), encode(1, 128, 128).inQuickRun(), encode(1, 256, 256),
                encode(32, 16, 16), encode(32, 128, 128), encode(32, 256, 256), encode(32, 8, 256).inQuickRun(),
                encode(256, 8, 256));
    }

    /// FLOPs: those of the network, for the tokens that there are. Bytes: the weights.
    private static Workload encode(int count, int fewest, int most) {
        var texts = new Texts(count, fewest, most);
        double flops = Arrays.stream(texts.lengths()).mapToDouble(Models::encoderFlops).sum();
        return Workload.of("encode", texts.toString(), flops, 4 * Models.matrices(), () -> encode(texts));
    }

    private static Operation encode(Texts texts) {
        List<String> list = texts.list();
        SentenceEncoder encoder = encoder(texts.most());
        return () -> encoder.encode(list);
    }

    /// With as many threads as the engine.
    static SentenceEncoder encoder(int maxTokens) {
        int threads = Integer.getInteger("norma.threads", Options.DEFAULT.threads());
        try {
            return SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(threads).maxTokens(maxTokens));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
