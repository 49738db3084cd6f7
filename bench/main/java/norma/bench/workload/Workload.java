package norma.bench.workload;

import java.util.function.Supplier;

/// An operation that is measured: a name, a shape, the least it costs, and how to make it.
///
/// @param name what is done: `matmul`, `layer_norm_fwd_bwd`; peers do the same workload under the same name
/// @param shape on what: `1024x1024x1024 NN`
/// @param flops additions and multiplications that the formula needs; a root, exp, erf or division counts as one
/// @param bytes that must be read or written at least once, whatever the program
/// @param quick whether it is part of the quick run; the first shape of a workload that is stands for all of them
/// @param maker makes inputs and gives what is to be run
public record Workload(String name, String shape, double flops, double bytes, boolean quick,
        Supplier<Operation> maker) {

    /// What is timed: inputs are made, and buffers are used again.
    @FunctionalInterface
    public interface Operation {
        /// Does it once.
        ///
        /// @return a result, so that no compiler can leave it out
        Object run();
    }

    /// A workload of the full run only.
    public static Workload of(String name, String shape, double flops, double bytes, Supplier<Operation> maker) {
        return new Workload(name, shape, flops, bytes, false, maker);
    }

    /// The same in the quick run too.
    public Workload inQuickRun() {
        return new Workload(name, shape, flops, bytes, true, maker);
    }

    /// Whether the machine's arithmetic or memory limits it.
    public boolean isBounded() {
        return flops > 0 || bytes > 0;
    }

    @Override
    public String toString() {
        return name + " " + shape;
    }
}
