package norma.bench;

import norma.bench.workload.Workload;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// How long a fork warms up and measures. An iteration lasts its time, and at least one operation.
///
/// @param warmups iterations before anything counts
/// @param warmup time of each, in milliseconds
/// @param iterations that count
/// @param iteration time of each, in milliseconds
record IterationPlan(int warmups, int warmup, int iterations, int iteration) {
    /// C2 needs up to a second for the largest kernels, counted from the first call: of four such iterations the fourth is as
    /// fast as those that count, within their spread.
    private static final IterationPlan KERNEL = new IterationPlan(4, 250, 5, 80);

    /// From a text to its vector there is more to compile than a kernel: four seconds' worth.
    private static final IterationPlan ENCODER = new IterationPlan(3, 1400, 5, 120);

    /// Each process starts cold; the first one brings its files into memory.
    private static final IterationPlan PROCESS = new IterationPlan(1, 80, 7, 80);

    /// A single loop, compiled at once.
    static final IterationPlan LIMIT = new IterationPlan(2, 150, 5, 100);

    static IterationPlan of(Workload workload) {
        return workload.name().equals("encode") ? ENCODER : workload.isBounded() ? KERNEL : PROCESS;
    }

    ChainedOptionsBuilder set(ChainedOptionsBuilder options) {
        return options.warmupIterations(warmups).warmupTime(TimeValue.milliseconds(warmup))
                .measurementIterations(iterations).measurementTime(TimeValue.milliseconds(iteration));
    }
}
