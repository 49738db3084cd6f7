package norma.kernel.contract;

import java.util.List;
import norma.kernel.Floats;
import norma.parallel.Workers;

/// Sums and maxima over the middle axis of x (outer, n, inner), written to y (outer, inner).
/// Sums are taken in a tree that is fixed by the sizes.
public interface ReductionKernel {

    /// y[o, i] = sum over k of x[o, k, i]
    default void sum(Floats x, Floats y, int outer, int n, int inner) {
        TreeReduction.reduce(x, y, outer, n, inner, (xs, x0, ys, y0, rows, columns) -> {
            if (columns == 1) {
                ys[y0] = sum(xs, x0, rows);
                return;
            }
            for (int i = 0; i < columns; i++) {
                ys[y0 + i] = 0;
            }
            for (int k = 0; k < rows; k++) {
                for (int i = 0; i < columns; i++) {
                    ys[y0 + i] += xs[x0 + k * columns + i];
                }
            }
        });
    }

    private static float sum(float[] x, int x0, int n) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = x0, end = x0 + n;
        for (; i <= end - 4; i += 4) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
        }
        for (; i < end; i++) {
            s0 += x[i];
        }
        return (float) ((s0 + s1) + (s2 + s3));
    }

    /// y[o, i] = max over k of x[o, k, i]; NaN if any is NaN. `n` must be at least 1.
    default void max(Floats x, Floats y, int outer, int n, int inner) {
        TreeReduction.reduce(x, y, outer, n, inner, (xs, x0, ys, y0, rows, columns) -> {
            for (int i = 0; i < columns; i++) {
                float max = Float.NEGATIVE_INFINITY;
                for (int k = 0; k < rows; k++) {
                    max = Math.max(max, xs[x0 + k * columns + i]);
                }
                ys[y0 + i] = max;
            }
        });
    }

    /// y[o, k, i] = sum of x[o, j, i] over the j up to and including k, or, backward, from k on; x and y (outer, n, inner).
    default void cumulativeSum(boolean backward, Floats x, Floats y, int outer, int n, int inner) {
        Workers.split(outer, Workers.grain(n * inner), (from, to) -> {
            float[] xs = x.array(), ys = y.array();
            for (int lane = from * inner; lane < to * inner; lane++) {
                int first = lane / inner * n * inner + lane % inner;
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    int at = first + (backward ? n - 1 - k : k) * inner;
                    sum += xs[x.offset() + at];
                    ys[y.offset() + at] = (float) sum;
                }
            }
        });
    }

    /// Sum of squares of all elements of all xs, in their order: what the norm of all gradients is made of.
    ///
    /// @param y set to the sum, a [SplitDouble]
    default void sumOfSquares(List<Floats> xs, Floats y) {
        double sum = 0;
        for (Floats x : xs) {
            sum += sumOfSquares(x);
        }
        SplitDouble.write(sum, y);
    }

    /// Sum of squares of all elements, whatever their size, right to 1e-7.
    default double sumOfSquares(Floats x) {
        int grain = Workers.grain(1);
        double[] partial = new double[Math.ceilDiv(x.length(), grain)];
        Workers.split(x.length(), grain, (from, to) -> {
            for (int i = from; i < to; i += grain) {
                partial[i / grain] = sumOfSquares(x.array(), x.offset() + i, Math.min(grain, to - i));
            }
        });
        double sum = 0;
        for (double p : partial) {
            sum += p;
        }
        return sum;
    }

    /// Sum of squares of `x[x0] ... x[x0 + n - 1]` on the current thread: one chunk of [#sumOfSquares(Floats)].
    default double sumOfSquares(float[] x, int x0, int n) {
        double s0 = 0, s1 = 0;
        int i = x0, end = x0 + n;
        for (; i <= end - 2; i += 2) {
            s0 += (double) x[i] * x[i];
            s1 += (double) x[i + 1] * x[i + 1];
        }
        if (i < end) {
            s0 += (double) x[i] * x[i];
        }
        return s0 + s1;
    }
}
