package norma.kernel.simd;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.Lanes.F;
import static norma.kernel.simd.Lanes.LANES;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import norma.kernel.Floats;
import norma.kernel.Reduction;
import norma.kernel.Tree;

/// Sums and maxima on vectors, in the tree of [Tree].
final class SimdReduction implements Reduction {
    private static final VectorSpecies<Double> D = VectorSpecies.of(double.class, F.vectorShape());

    @Override
    public void sum(Floats x, Floats y, int outer, int n, int inner) {
        Tree.reduce(x, y, outer, n, inner, SimdReduction::sumBlock);
    }

    static void sumBlock(float[] x, int x0, float[] y, int y0, int n, int inner) {
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
        float[] lanes = Rows.lanes();
        double sum = 0;
        int i = 0;
        while (i <= n - 4 * LANES) {
            int to = Math.min(n, i + Rows.SPAN);
            FloatVector s0 = FloatVector.zero(F), s1 = s0, s2 = s0, s3 = s0;
            for (; i <= to - 4 * LANES; i += 4 * LANES) {
                s0 = s0.add(fromArray(F, x, x0 + i));
                s1 = s1.add(fromArray(F, x, x0 + i + LANES));
                s2 = s2.add(fromArray(F, x, x0 + i + 2 * LANES));
                s3 = s3.add(fromArray(F, x, x0 + i + 3 * LANES));
            }
            s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
            sum += Rows.sum(lanes);
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
        Tree.reduce(x, y, outer, n, inner, SimdReduction::maxBlock);
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
        float[] lanes = Rows.lanes();
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

    @Override
    public double sumOfSquares(float[] x, int x0, int n) {
        DoubleVector s0 = DoubleVector.zero(D), s1 = s0;
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector v = fromArray(F, x, x0 + i);
            DoubleVector a = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 0);
            DoubleVector b = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 1);
            s0 = a.fma(a, s0);
            s1 = b.fma(b, s1);
        }
        double[] lanes = new double[D.length()];
        s0.add(s1).intoArray(lanes, 0);
        double sum = 0;
        for (double lane : lanes) {
            sum += lane;
        }
        for (; i < n; i++) {
            sum += (double) x[x0 + i] * x[x0 + i];
        }
        return sum;
    }
}
