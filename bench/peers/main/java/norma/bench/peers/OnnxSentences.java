package norma.bench.peers;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.Peer;
import norma.bench.peers.OnnxEncoder.Way;
import norma.bench.workload.Processes;
import norma.bench.workload.Texts;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;
import norma.embeddings.Vectors;

/// Texts to vectors on ONNX Runtime, in one of the ways to do it there. Its vectors must be ours before a clock starts.
abstract class OnnxSentences implements Peer {
    /// Nothing is fetched or reported by DJL.
    static final List<String> JVM_ARGS =
            List.of("--enable-native-access=ALL-UNNAMED", "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true");

    private final String kernels;
    private final String model;
    private final Way way;
    private final double cosine;

    /// @param model `all-minilm-l6-v2`, or its int8 version `all-minilm-l6-v2-q`
    /// @param cosine of its vectors to ours, at least
    OnnxSentences(String kernels, String model, Way way, double cosine) {
        this.kernels = kernels;
        this.model = model;
        this.way = way;
        this.cosine = cosine;
    }

    /// float32, in batches.
    public static final class Batches extends OnnxSentences {
        /// A service.
        public Batches() {
            super("onnxruntime batch", "all-minilm-l6-v2", Way.BATCHES, 0.99999);
        }
    }

    /// float32, text by text.
    public static final class Singly extends OnnxSentences {
        /// A service.
        public Singly() {
            super("onnxruntime singly", "all-minilm-l6-v2", Way.SINGLY, 0.99999);
        }
    }

    /// int8, in batches.
    public static final class Int8Batches extends OnnxSentences {
        /// A service.
        public Int8Batches() {
            super("onnxruntime int8 batch", "all-minilm-l6-v2-q", Way.BATCHES, 0.9);
        }
    }

    /// int8, text by text.
    public static final class Int8Singly extends OnnxSentences {
        /// A service.
        public Int8Singly() {
            super("onnxruntime int8 singly", "all-minilm-l6-v2-q", Way.SINGLY, 0.9);
        }
    }

    @Override
    public String kernels() {
        return kernels;
    }

    @Override
    public List<String> jvmArgs() {
        return JVM_ARGS;
    }

    @Override
    public Optional<Supplier<Operation>> maker(Workload workload, int threads) {
        return switch (workload.name()) {
            case "encode" -> alone(workload) ? Optional.empty() : Optional.of(() -> encode(workload, threads));
            case "embed" -> alone(workload) ? Optional.empty() : Optional.of(() -> embed(workload));
            default -> Optional.empty();
        };
    }

    /// A single text is a batch too.
    private boolean alone(Workload workload) {
        return way == Way.SINGLY && Texts.of(workload.shape()).count() == 1;
    }

    private Operation embed(Workload workload) {
        return Processes.embed(workload.shape(), OnnxEmbed.class.getName(), model, way.name());
    }

    private Operation encode(Workload workload, int threads) {
        var shape = Texts.of(workload.shape());
        List<String> texts = shape.list();
        try {
            var encoder = new OnnxEncoder(model, shape.most(), threads, way);
            requireAlike(kernels, cosine, (float[][]) workload.maker().get().run(), encoder.encode(texts));
            return () -> encoder.encode(texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    static void requireAlike(String kernels, double cosine, float[][] ours, float[][] theirs) {
        for (int i = 0; i < ours.length; i++) {
            double found = Vectors.cosine(ours[i], theirs[i]);
            if (found < cosine) {
                throw new IllegalStateException(
                        "%s: vectors must have a cosine of at least %s to ours; got %s".formatted(kernels, cosine,
                                found));
            }
        }
    }
}
