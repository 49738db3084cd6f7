package norma.lab.run;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import norma.lab.console.Machine;
import norma.tornado.Tornado;

/// What training takes at least, so that sizes which can't work are refused with figures, before anything is computed.
///
/// With P = 12 layers D² + (V + T) D parameters: a weight, a gradient and what the optimizer keeps for each, and for each of the
/// batch's tokens what a backward pass asks for: about 8 D numbers of each block, and V logits.
///
/// It must fit into the memory of what computes, and into Java's heap, where arrays on a device have a twin.
///
/// @param vocabulary V
/// @param context T
/// @param dim D
/// @param layers blocks
/// @param batch windows of a batch
/// @param kept numbers that the optimizer keeps of each parameter
/// @param models that are trained at the same time
public record Footprint(int vocabulary, int context, int dim, int layers, int batch, int kept, int models) {
    private static final double MB = 1 << 20;
    private static final double LARGEST_TENSOR = Integer.MAX_VALUE - 8;
    private static final String MODEL = "--dim or --layers";
    private static final String BATCH = "--batch or --context";

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

    /// What takes memory.
    ///
    /// @param name in a table
    /// @param text in a sentence
    /// @param options that make it smaller
    public record Part(String name, String text, String options, double bytes) {
    }

    /// Memory that all must fit into.
    ///
    /// @param name what it is, with its size
    /// @param more how to have more
    private record Budget(String name, double bytes, String more) {

        static Budget heap() {
            double twin = Tornado.memory().budget(), bytes = Runtime.getRuntime().maxMemory() - twin;
            String name = twin > 0 ? "the Java heap, of which the device's memory leaves %s," : "the Java heap of %s";
            return new Budget(name.formatted(text(bytes)), bytes, ", or set JAVA_TOOL_OPTIONS=-Xmx4g or more");
        }

        static Budget device(double needed) {
            double bytes = Tornado.memory().budget(), megabytes = Math.ceil(2 * needed / MB);
            return new Budget("the memory of %s on %s".formatted(text(bytes), Machine.kernels()), bytes,
                    megabytes > Tornado.MOST_MEGABYTES ? ""
                            : format(", or set JAVA_TOOL_OPTIONS=-Dnorma.device.memory=%.0f (MB)", megabytes));
        }
    }

    /// Does work that takes at least this much; says so where the heap is too small for it.
    public <E extends Exception> int run(Task<E> task) throws E {
        check();
        try {
            return task.run();
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(complaint(Budget.heap()), e);
        }
    }

    /// Refuses what can't fit.
    public void check() {
        if (Tornado.used().isPresent()) {
            check(Budget.device(bytes()));
        }
        check(Budget.heap());
        if (tokens() * Math.max(vocabulary, 4.0 * dim) > LARGEST_TENSOR) {
            throw new IllegalArgumentException(String.format(Locale.ROOT,
                    "--batch times --context must fit into tensors of 2^31 - 9 numbers; got %,.0f tokens with up to %,.0f numbers "
                            + "each; make one of them smaller, and --accumulation larger",
                    tokens(), Math.max(vocabulary, 4.0 * dim)));
        }
    }

    /// What each model takes.
    public List<Part> parts() {
        double weights = parameters() * Float.BYTES;
        return List.of(
                new Part("parameters", format("a model of about %,.0f parameters takes", parameters()), MODEL, weights),
                new Part("gradients", "its gradients", MODEL, weights),
                new Part("optimizer", "the optimizer", MODEL, kept * weights),
                new Part("batch", format("a batch of %,.0f tokens at least", tokens()), BATCH,
                        tokens() * (8.0 * layers * dim + vocabulary) * Float.BYTES));
    }

    /// All parts of all models.
    public double bytes() {
        return models * parts().stream().mapToDouble(Part::bytes).sum();
    }

    private void check(Budget budget) {
        if (bytes() > budget.bytes) {
            throw new IllegalArgumentException(complaint(budget));
        }
    }

    private double parameters() {
        return 12.0 * layers * dim * dim + ((double) vocabulary + context) * dim;
    }

    private double tokens() {
        return (double) batch * context;
    }

    private String complaint(Budget budget) {
        String each =
                parts().stream().map(part -> part.text + " " + text(part.bytes)).collect(Collectors.joining(", "));
        Part most = parts().stream().max(Comparator.comparing(Part::bytes)).orElseThrow();
        return "%s is too small: %s, together %s, and the rest comes on top; most of it is for the %s, so make %s smaller%s"
                .formatted(budget.name, models == 1 ? each : models + " times (" + each + ")", text(bytes()), most.name,
                        most.options, budget.more);
    }

    /// A size in words.
    public static String text(double bytes) {
        double megabytes = bytes / MB;
        return megabytes < 1024 ? format("%.0f MB", Math.ceil(megabytes)) : format("%,.1f GB", megabytes / 1024);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
