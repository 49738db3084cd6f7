package norma.bench.peers;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import norma.bench.Peer;
import norma.bench.peers.OnnxEncoder.Way;
import norma.bench.work.Processes;
import norma.bench.work.Texts;
import norma.bench.work.Workload;
import norma.bench.work.Workload.Operation;
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
    public Optional<Supplier<Operation>> maker(Workload work, int threads) {
        return switch (work.name()) {
            case "encode" -> alone(work) ? Optional.empty() : Optional.of(() -> encode(work, threads));
            case "embed" -> alone(work) ? Optional.empty() : Optional.of(() -> embed(work));
            default -> Optional.empty();
        };
    }

    /// A single text is a batch too.
    private boolean alone(Workload work) {
        return way == Way.SINGLY && Texts.of(work.shape()).count() == 1;
    }

    private Operation embed(Workload work) {
        return Processes.embed(work.shape(), OnnxEmbed.class.getName(), model, way.name());
    }

    private Operation encode(Workload work, int threads) {
        var shape = Texts.of(work.shape());
        List<String> texts = shape.list();
        try {
            var encoder = new OnnxEncoder(model, shape.most(), threads, way);
            requireAlike(kernels, cosine, (float[][]) work.maker().get().run(), encoder.encode(texts));
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
