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
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/// The limits of the machine, which all other figures are shares of. All threads of the benchmark run at once.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class Limits {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 10_000;

    /// Chains of fused multiply-adds in one round: more than latency times throughput of x86 cores, as many as AVX2's 16
    /// registers hold beside the two factors, and a few to spare.
    private static final int CHAINS = 10;

    /// Floating-point operations of one [#fusedMultiplyAdd()] in each thread.
    static final double FLOPS = 2.0 * CHAINS * F.length();

    /// Working sets of the bandwidth probes in bytes: L1, L2, L3 of usual machines, and what lies beyond.
    static final long[] BYTES = {32L << 10, 256L << 10, 1L << 20, 4L << 20, 16L << 20, 64L << 20, 256L << 20};

    private final float[] sums = new float[CHAINS * F.length()];

    /// FMA peak: independent chains in registers, no memory. The chains start from memory and end there: started from one
    /// shared vector, C2 boxes them.
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

    /// Arrays of one working set, which the threads share out.
    @State(Scope.Thread)
    public static class Arrays {
        /// Bytes of all arrays of all threads.
        @Param("0")
        public long bytes;
        private float[] a;
        private float[] b;
        private float[] c;

        /// Fills the arrays, so that their pages are there. Only the triad uses c.
        @Setup
        public void fill(ThreadParams thread, BenchmarkParams benchmark) {
            int arrays = benchmark.getBenchmark().endsWith("triad") ? 3 : 2;
            int length = (int) (bytes / 4 / arrays / thread.getThreadCount());
            a = filled(length, 1.5f);
            b = filled(length, 2.5f);
            c = filled(arrays == 2 ? 0 : length, 0);
        }

        private static float[] filled(int length, float value) {
            float[] array = new float[length];
            java.util.Arrays.fill(array, value);
            return array;
        }
    }

    /// b = a: bytes read and written.
    @Benchmark
    public float[] copy(Arrays arrays) {
        System.arraycopy(arrays.a, 0, arrays.b, 0, arrays.a.length);
        return arrays.b;
    }

    /// c = a + s b (McCalpin's STREAM, 1995): bytes read and written.
    @Benchmark
    public float[] triad(Arrays arrays) {
        triad(arrays.a, arrays.b, arrays.c);
        return arrays.c;
    }

    private static void triad(float[] a, float[] b, float[] c) {
        int end = F.loopBound(c.length);
        for (int i = 0; i < end; i += F.length()) {
            FloatVector.fromArray(F, b, i).fma(FloatVector.broadcast(F, 0.5f), FloatVector.fromArray(F, a, i))
                    .intoArray(c, i);
        }
    }

    /// b = b + s a: bytes read and written. The line that is written has been read, so that no cache has to fetch it for the
    /// sake of the write alone, as it must for a copy.
    @Benchmark
    public float[] axpy(Arrays arrays) {
        axpy(arrays.a, arrays.b);
        return arrays.b;
    }

    private static void axpy(float[] a, float[] b) {
        int end = F.loopBound(b.length);
        for (int i = 0; i < end; i += F.length()) {
            FloatVector.fromArray(F, a, i).fma(FloatVector.broadcast(F, 1e-9f), FloatVector.fromArray(F, b, i))
                    .intoArray(b, i);
        }
    }
}
