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
import norma.bench.work.Embed;
import norma.bench.work.Processes;
import norma.bench.work.Texts;
import norma.bench.work.Workload;
import norma.bench.work.Workload.Operation;

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
    public Optional<Supplier<Operation>> maker(Workload work, int threads) {
        return switch (work.name()) {
            case "encode" -> can(work, threads) ? Optional.of(() -> encode(work)) : Optional.empty();
            case "embed" -> can(work, threads) ? Optional.of(() -> Processes.embed(work.shape(), getClass().getName()))
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean can(Workload work, int threads) {
        return threads == Runtime.getRuntime().availableProcessors() && Texts.of(work.shape()).most() <= MOST;
    }

    private Operation encode(Workload work) {
        List<String> texts = Texts.of(work.shape()).list();
        var model = new AllMiniLmL6V2EmbeddingModel();
        OnnxSentences.requireAlike(kernels(), 0.99999, (float[][]) work.maker().get().run(), vectors(model, texts));
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
