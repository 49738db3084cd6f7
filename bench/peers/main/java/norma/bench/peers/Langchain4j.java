package norma.bench.peers;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.Peer;
import norma.bench.workload.Embed;
import norma.bench.workload.Processes;
import norma.bench.workload.Texts;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;

/// langchain4j's model on ONNX Runtime, as its users have it: on all processors, and each text cut at 128 tokens.
public final class Langchain4j implements Peer {
    private static final int MOST = 128;

    @Override
    public String kernels() {
        return "langchain4j";
    }

    @Override
    public List<String> jvmArgs() {
        return OnnxSentences.JVM_ARGS;
    }

    @Override
    public Optional<Supplier<Operation>> maker(Workload workload, int threads) {
        return switch (workload.name()) {
            case "encode" -> can(workload, threads) ? Optional.of(() -> encode(workload)) : Optional.empty();
            case "embed" -> can(workload, threads) ? Optional.of(() -> Processes.embed(workload.shape(), getClass().getName()))
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean can(Workload workload, int threads) {
        return threads == Runtime.getRuntime().availableProcessors() && Texts.of(workload.shape()).most() <= MOST;
    }

    private Operation encode(Workload workload) {
        List<String> texts = Texts.of(workload.shape()).list();
        var model = new AllMiniLmL6V2EmbeddingModel();
        OnnxSentences.requireAlike(kernels(), 0.99999, (float[][]) workload.maker().get().run(), vectors(model, texts));
        return () -> vectors(model, texts);
    }

    private static float[][] vectors(EmbeddingModel model, List<String> texts) {
        return model.embedAll(texts.stream().map(TextSegment::from).toList()).content().stream().map(Embedding::vector)
                .toArray(float[][]::new);
    }

    /// A process that embeds the lines on its standard input, and ends.
    public static void main(String... args) throws IOException {
        vectors(new AllMiniLmL6V2EmbeddingModel(), Embed.texts());
        System.out.print(Embed.status());
        System.exit(0); // its threads stay for a second
    }
}
