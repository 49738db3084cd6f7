package norma.kernel.simd.elementwise;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.ReductionKernel;
import norma.kernel.contract.TreeReduction;
import norma.kernel.simd.vector.RowMath;

/// Sums and maxima on vectors, in the tree of [TreeReduction].
public final class SimdReduction implements ReductionKernel {

    @Override
    public void sum(Floats x, Floats y, int outer, int n, int inner) {
        TreeReduction.reduce(x, y, outer, n, inner, SimdReduction::sumBlock);
    }

    public static void sumBlock(float[] x, int x0, float[] y, int y0, int n, int inner) {
        if (inner == 1) {
            y[y0] = sumRow(x, x0, n);
            return;
        }
        Arrays.fill(y, y0, y0 + inner, 0);
        int k = 0;
        for (; k <= n - 4; k += 4) {
            addFourRows(x, x0 + k * inner, y, y0, inner);
        }
        for (; k < n; k++) {
            SimdGather.add(x, x0 + k * inner, y, y0, inner);
        }
    }

    private static float sumRow(float[] x, int x0, int n) {
        float[] lanes = RowMath.lanes();
        double sum = 0;
        int i = 0;
        while (i <= n - 4 * LANES) {
            int to = Math.min(n, i + RowMath.SPAN);
            FloatVector s0 = FloatVector.zero(F), s1 = s0, s2 = s0, s3 = s0;
            for (; i <= to - 4 * LANES; i += 4 * LANES) {
                s0 = s0.add(fromArray(F, x, x0 + i));
                s1 = s1.add(fromArray(F, x, x0 + i + LANES));
                s2 = s2.add(fromArray(F, x, x0 + i + 2 * LANES));
                s3 = s3.add(fromArray(F, x, x0 + i + 3 * LANES));
            }
            s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
            sum += RowMath.sum(lanes);
        }
        for (; i < n; i++) {
            sum += x[x0 + i];
        }
        return (float) sum;
    }

    private static void addFourRows(float[] x, int x0, float[] y, int y0, int n) {
        int x1 = x0 + n, x2 = x1 + n, x3 = x2 + n;
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector upper = fromArray(F, x, x0 + i).add(fromArray(F, x, x1 + i));
            FloatVector lower = fromArray(F, x, x2 + i).add(fromArray(F, x, x3 + i));
            fromArray(F, y, y0 + i).add(upper.add(lower)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] += (x[x0 + i] + x[x1 + i]) + (x[x2 + i] + x[x3 + i]);
        }
    }

    @Override
    public void max(Floats x, Floats y, int outer, int n, int inner) {
        TreeReduction.reduce(x, y, outer, n, inner, SimdReduction::maxBlock);
    }

    private static void maxBlock(float[] x, int x0, float[] y, int y0, int n, int inner) {
        if (inner == 1) {
            y[y0] = maxRow(x, x0, n);
            return;
        }
        Arrays.fill(y, y0, y0 + inner, Float.NEGATIVE_INFINITY);
        for (int k = 0; k < n; k++) {
            maxOfRows(x, x0 + k * inner, y, y0, inner);
        }
    }

    private static float maxRow(float[] x, int x0, int n) {
        FloatVector m0 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY), m1 = m0, m2 = m0, m3 = m0;
        int i = 0;
        for (; i <= n - 4 * LANES; i += 4 * LANES) {
            m0 = m0.max(fromArray(F, x, x0 + i));
            m1 = m1.max(fromArray(F, x, x0 + i + LANES));
            m2 = m2.max(fromArray(F, x, x0 + i + 2 * LANES));
            m3 = m3.max(fromArray(F, x, x0 + i + 3 * LANES));
        }
        float[] lanes = RowMath.lanes();
        m0.max(m1).max(m2.max(m3)).intoArray(lanes, 0);
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < LANES; k++) {
            max = Math.max(max, lanes[k]);
        }
        for (; i < n; i++) {
            max = Math.max(max, x[x0 + i]);
        }
        return max;
    }

    private static void maxOfRows(float[] x, int x0, float[] y, int y0, int n) {
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, y, y0 + i).max(fromArray(F, x, x0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.max(y[y0 + i], x[x0 + i]);
        }
    }

    /// Lanes are summed in float and go into a double every [RowMath#SPAN] elements; what leaves the range of float that way is
    /// taken again by the plain loop. Twice as fast as converting every element, and still right to 1e-7 on any length.
    ///
    /// Four places are read side by side: in memory beyond the caches, one stream of reads alone gets a third of what several
    /// get together.
    @Override
    public double sumOfSquares(float[] x, int x0, int n) {
        int quarter = F.loopBound(n / 4);
        double sum = 0;
        for (int i = 0; i < quarter; i += RowMath.SPAN / 4) {
            sum += squares(x, x0 + i, quarter, Math.min(RowMath.SPAN / 4, quarter - i));
        }
        for (int i = x0 + 4 * quarter; i < x0 + n; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum > n * 1e-30 && sum < Float.MAX_VALUE ? sum : ReductionKernel.super.sumOfSquares(x, x0, n);
    }

    /// Sum of squares of four runs of n elements that begin `apart` from each other.
    private static double squares(float[] x, int x0, int apart, int n) {
        int x1 = x0 + apart, x2 = x1 + apart, x3 = x2 + apart;
        FloatVector s0 = FloatVector.zero(F), s1 = s0, s2 = s0, s3 = s0;
        for (int i = 0; i < n; i += LANES) {
            FloatVector v0 = fromArray(F, x, x0 + i), v1 = fromArray(F, x, x1 + i);
            FloatVector v2 = fromArray(F, x, x2 + i), v3 = fromArray(F, x, x3 + i);
            s0 = v0.fma(v0, s0);
            s1 = v1.fma(v1, s1);
            s2 = v2.fma(v2, s2);
            s3 = v3.fma(v3, s3);
        }
        float[] lanes = RowMath.lanes();
        s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
        return RowMath.sum(lanes);
    }
}
