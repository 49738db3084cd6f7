package norma.bench;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What the machine itself can do: the figures that all others are shares of.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class Limits {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 10_000;

    /// Chains of fused multiply-adds in one round; more than latency times throughput of any core today.
    private static final int CHAINS = 12;

    /// Floating-point operations of one [#fusedMultiplyAdd()].
    static final double FLOPS = 2.0 * CHAINS * F.length();

    /// FMA peak of one core: independent chains in registers, no memory.
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public float fusedMultiplyAdd() {
        var x = FloatVector.broadcast(F, 0.999f);
        var y = FloatVector.broadcast(F, 0.001f);
        var a0 = y;
        var a1 = y;
        var a2 = y;
        var a3 = y;
        var a4 = y;
        var a5 = y;
        var a6 = y;
        var a7 = y;
        var a8 = y;
        var a9 = y;
        var a10 = y;
        var a11 = y;
        for (int i = 0; i < ROUNDS; i++) {
            a0 = a0.fma(x, y);
            a1 = a1.fma(x, y);
            a2 = a2.fma(x, y);
            a3 = a3.fma(x, y);
            a4 = a4.fma(x, y);
            a5 = a5.fma(x, y);
            a6 = a6.fma(x, y);
            a7 = a7.fma(x, y);
            a8 = a8.fma(x, y);
            a9 = a9.fma(x, y);
            a10 = a10.fma(x, y);
            a11 = a11.fma(x, y);
        }
        var sum = a0.add(a1).add(a2).add(a3).add(a4.add(a5).add(a6).add(a7)).add(a8.add(a9).add(a10).add(a11));
        return sum.lane(0);
    }

    /// Arrays of one working set, which copying reads and writes.
    @State(Scope.Thread)
    public static class Arrays {
        /// Floats of source and target together: 256 KiB (L2), 16 MiB (L3), 512 MiB (memory).
        @Param({"65536", "4194304", "134217728"})
        public int floats;
        private float[] from;
        private float[] to;

        /// Fills the source, so that its pages are there.
        @Setup
        public void fill() {
            from = new float[floats / 2];
            to = new float[floats / 2];
            java.util.Arrays.fill(from, 1.5f);
        }
    }

    /// Copy bandwidth: bytes read and written.
    @Benchmark
    public float[] copy(Arrays arrays) {
        System.arraycopy(arrays.from, 0, arrays.to, 0, arrays.from.length);
        return arrays.to;
    }
}
