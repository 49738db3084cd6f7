package norma.lab.run;

import java.util.Locale;

/// What training takes at least, so that sizes which can't work are refused with figures, before anything is computed.
///
/// With P = 12 layers D² + (V + T) D parameters: a weight and a gradient for each, and for each of the batch's tokens what a
/// backward pass asks for: about 8 D numbers of each block, and V logits.
///
/// @param vocabulary V
/// @param context T
/// @param dim D
/// @param layers blocks
/// @param batch windows of a batch
public record Footprint(int vocabulary, int context, int dim, int layers, int batch) {
    private static final double LARGEST_TENSOR = Integer.MAX_VALUE - 8;
    private static final double HEAP = Runtime.getRuntime().maxMemory();

    /// Checks the sizes.
    public Footprint {
        Numbers.require("--context", context, context >= 1, "at least 1");
        Numbers.require("--dim", dim, dim >= 1, "at least 1");
        Numbers.require("--layers", layers, layers >= 1, "at least 1");
        Numbers.require("--batch", batch, batch >= 1, "at least 1");
    }

    /// Work that fills memory.
    ///
    /// @param <E> what it may throw
    public interface Task<E extends Exception> {
        /// Does it.
        int run() throws E;
    }

    /// Does work that takes at least this much; says so where the heap is too small for it.
    public <E extends Exception> int run(Task<E> task) throws E {
        check();
        try {
            return task.run();
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(complaint(), e);
        }
    }

    /// Refuses what can't fit.
    public void check() {
        if (weights() + activations() > HEAP) {
            throw new IllegalArgumentException(complaint());
        }
        if (tokens() * Math.max(vocabulary, 4.0 * dim) > LARGEST_TENSOR) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "--batch times --context must fit into tensors of 2^31 - 9 numbers; got %,.0f tokens with up to %,.0f numbers "
                            + "each; make one of them smaller, and --accumulation larger",
                    tokens(), Math.max(vocabulary, 4.0 * dim)));
        }
    }

    private double parameters() {
        return 12.0 * layers * dim * dim + ((double) vocabulary + context) * dim;
    }

    private double tokens() {
        return (double) batch * context;
    }

    private double weights() {
        return parameters() * 2 * Float.BYTES;
    }

    private double activations() {
        return tokens() * (8.0 * layers * dim + vocabulary) * Float.BYTES;
    }

    private String complaint() {
        return String.format(Locale.ROOT,
                "the Java heap of %s is too small: a model of about %,.0f parameters and their gradients take %s, a batch of %,.0f "
                        + "tokens at least %s, the optimizer and the text come on top; make --dim, --layers, --batch or "
                        + "--context smaller, or set JAVA_TOOL_OPTIONS=-Xmx4g or more",
                bytes(HEAP), parameters(), bytes(weights()), tokens(),
                bytes(activations()));
    }

    private static String bytes(double bytes) {
        return bytes < 1e9 ? String.format(Locale.ROOT, "%.0f MB", Math.ceil(bytes / 1e6))
                : String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
    }
}
