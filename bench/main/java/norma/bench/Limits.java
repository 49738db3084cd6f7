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
    private static final int CHAINS = 10;

    /// Floating-point operations of one [#fusedMultiplyAdd()].
    static final double FLOPS = 2.0 * CHAINS * F.length();

    private final float[] sums = new float[CHAINS * F.length()];

    /// FMA peak of one core: independent chains in registers, no memory. The chains start from memory and end there: started
    /// from one shared vector, C2 boxes them.
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public float[] fusedMultiplyAdd() {
        chains(sums, ROUNDS);
        return sums;
    }

    private static void chains(float[] sums, int rounds) {
        int n = F.length();
        var x = FloatVector.broadcast(F, 0.999f);
        var y = FloatVector.broadcast(F, 0.001f);
        var a0 = FloatVector.fromArray(F, sums, 0);
        var a1 = FloatVector.fromArray(F, sums, n);
        var a2 = FloatVector.fromArray(F, sums, 2 * n);
        var a3 = FloatVector.fromArray(F, sums, 3 * n);
        var a4 = FloatVector.fromArray(F, sums, 4 * n);
        var a5 = FloatVector.fromArray(F, sums, 5 * n);
        var a6 = FloatVector.fromArray(F, sums, 6 * n);
        var a7 = FloatVector.fromArray(F, sums, 7 * n);
        var a8 = FloatVector.fromArray(F, sums, 8 * n);
        var a9 = FloatVector.fromArray(F, sums, 9 * n);
        for (int i = 0; i < rounds; i++) {
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
        }
        a0.intoArray(sums, 0);
        a1.intoArray(sums, n);
        a2.intoArray(sums, 2 * n);
        a3.intoArray(sums, 3 * n);
        a4.intoArray(sums, 4 * n);
        a5.intoArray(sums, 5 * n);
        a6.intoArray(sums, 6 * n);
        a7.intoArray(sums, 7 * n);
        a8.intoArray(sums, 8 * n);
        a9.intoArray(sums, 9 * n);
    }

    /// Arrays of one working set, which copying reads and writes.
    @State(Scope.Thread)
    public static class Arrays {
        /// Floats of source and target together: 256 KiB, 4 MiB, 32 MiB and 512 MiB, which is out of every cache.
        @Param({"65536", "1048576", "8388608", "134217728"})
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
