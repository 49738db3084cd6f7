package norma.kernel.simd.norm;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.NormalizationKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.contract.TreeReduction;
import norma.kernel.simd.elementwise.SimdReduction;
import norma.kernel.simd.vector.RowMath;
import norma.parallel.Workers;

/// Normalization on vectors. The uncentered kernels are the centered ones with a mean of 0.
///
/// Statistics come from the sums of d = x - shift and of d^2, taken in float lanes that are added up in double, with a
/// shift near the mean: first the mean of a few elements; if that is further from the mean than the standard deviation,
/// once more with the mean it gave. Sums that leave the range of float are taken again in double by the plain loops.
public final class SimdNormalization implements NormalizationKernel {
    private static final Scratch PARTIAL = new Scratch();
    private static final Scratch TOTAL = new Scratch();

    @Override
    public void centered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        Floats scale = RowMath.orOnes(gamma, columns), shift = RowMath.orZeros(beta, columns);
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            float[] s = statistics.array();
            double[] sums = new double[2];
            for (int r = from; r < to; r++) {
                int x0 = x.offset() + r * columns, s0 = statistics.offset() + 3 * r;
                moments(x.array(), x0, columns, eps, sums, s, s0);
                normalize(x.array(), x0, columns, s[s0], s[s0 + 1], s[s0 + 2], scale, shift, y.array(),
                        y.offset() + r * columns);
            }
        });
    }

    @Override
    public void uncentered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        Floats scale = RowMath.orOnes(gamma, columns), shift = RowMath.orZeros(beta, columns);
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            double[] sums = new double[2];
            for (int r = from; r < to; r++) {
                int x0 = x.offset() + r * columns;
                float rstd = scaleOf(x.array(), x0, columns, eps, sums);
                statistics.array()[statistics.offset() + r] = rstd;
                normalize(x.array(), x0, columns, 0, 0, rstd, scale, shift, y.array(), y.offset() + r * columns);
            }
        });
    }

    private static void moments(float[] x, int x0, int n, float eps, double[] sums, float[] statistics, int s0) {
        float shift = deviations(x, x0, n, 1, sums);
        if (inRange(sums[1] / n, eps)) {
            NormalizationKernel.moments(shift, sums[0], sums[1], n, eps, statistics, s0);
        } else {
            NormalizationKernel.moments(x, x0, n, eps, statistics, s0);
        }
    }

    /// Sums of d = x - shift and of d^2 for a shift near the mean, which is returned, over `pieces` of n elements.
    static float deviations(float[] x, int x0, int n, int pieces, double[] sums) {
        float shift = guess(x, x0, n);
        add(x, x0, n, pieces, shift, sums);
        if (isFar(sums, n * pieces)) {
            shift += (float) (sums[0] / (n * pieces));
            add(x, x0, n, pieces, shift, sums);
        }
        return shift;
    }

    private static void add(float[] x, int x0, int n, int pieces, float shift, double[] sums) {
        sums[0] = sums[1] = 0;
        for (int i = 0; i < pieces; i++) {
            deviations(x, x0 + i * n, n, shift, sums);
        }
    }

    /// Whether the mean of d is greater than their standard deviation: then the squares have lost digits.
    static boolean isFar(double[] sums, int n) {
        double squareOfSum = sums[0] * sums[0] / n;
        return squareOfSum > sums[1] - squareOfSum;
    }

    private static float scaleOf(float[] x, int x0, int n, float eps, double[] sums) {
        add(x, x0, n, 1, 0, sums);
        double square = sums[1] / n;
        return inRange(square, eps) ? (float) (1 / Math.sqrt(square + eps))
                : NormalizationKernel.scaleOf(x, x0, n, eps);
    }

    /// Whether a mean of squares taken in float has neither overflowed nor lost digits that count beside eps.
    private static boolean inRange(double square, float eps) {
        return square + eps > 1e-36 && square < Float.MAX_VALUE;
    }

    /// The mean of the first eight elements.
    static float guess(float[] x, int x0, int n) {
        if (n < 8) {
            return n == 0 ? 0 : x[x0];
        }
        return (((x[x0] + x[x0 + 1]) + (x[x0 + 2] + x[x0 + 3]))
                + ((x[x0 + 4] + x[x0 + 5]) + (x[x0 + 6] + x[x0 + 7]))) * 0.125f;
    }

    /// sums[0] += sum of d = x - shift, sums[1] += sum of d^2
    private static void deviations(float[] x, int x0, int n, float shift, double[] sums) {
        float[] lanes = RowMath.lanes();
        double sum = 0, squares = 0;
        int whole = F.loopBound(n);
        for (int from = 0; from < whole; from += RowMath.SPAN) {
            int to = Math.min(whole, from + RowMath.SPAN), i = from;
            FloatVector s0 = FloatVector.zero(F), s1 = s0, s2 = s0, s3 = s0;
            FloatVector q0 = FloatVector.zero(F), q1 = q0, q2 = q0, q3 = q0;
            for (; i <= to - 4 * LANES; i += 4 * LANES) {
                FloatVector d0 = fromArray(F, x, x0 + i).sub(shift);
                FloatVector d1 = fromArray(F, x, x0 + i + LANES).sub(shift);
                FloatVector d2 = fromArray(F, x, x0 + i + 2 * LANES).sub(shift);
                FloatVector d3 = fromArray(F, x, x0 + i + 3 * LANES).sub(shift);
                s0 = s0.add(d0);
                s1 = s1.add(d1);
                s2 = s2.add(d2);
                s3 = s3.add(d3);
                q0 = d0.fma(d0, q0);
                q1 = d1.fma(d1, q1);
                q2 = d2.fma(d2, q2);
                q3 = d3.fma(d3, q3);
            }
            for (; i < to; i += LANES) {
                FloatVector d = fromArray(F, x, x0 + i).sub(shift);
                s0 = s0.add(d);
                q0 = d.fma(d, q0);
            }
            s0.add(s1).add(s2.add(s3)).intoArray(lanes, 0);
            sum += RowMath.sum(lanes);
            q0.add(q1).add(q2.add(q3)).intoArray(lanes, 0);
            squares += RowMath.sum(lanes);
        }
        for (int i = whole; i < n; i++) {
            double d = x[x0 + i] - shift;
            sum += d;
            squares += d * d;
        }
        sums[0] += sum;
        sums[1] += squares;
    }

    /// y = gamma * ((x - mean) - rest) * rstd + beta
    private static void normalize(float[] x, int x0, int n, float mean, float rest, float rstd, Floats gamma,
            Floats beta, float[] y, int y0) {
        float[] gammas = gamma.array(), betas = beta.array();
        int g0 = gamma.offset(), b0 = beta.offset();
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            fromArray(F, x, x0 + i).sub(mean).sub(rest).mul(rstd)
                    .fma(fromArray(F, gammas, g0 + i), fromArray(F, betas, b0 + i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = Math.fma(((x[x0 + i] - mean) - rest) * rstd, gammas[g0 + i], betas[b0 + i]);
        }
    }

    @Override
    public void centeredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics,
            Floats dx, Floats dGamma, Floats dBeta) {
        backward(true, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    @Override
    public void uncenteredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics,
            Floats dx, Floats dGamma, Floats dBeta) {
        backward(false, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    /// Each block of rows leaves its shares of dGamma and dBeta in (blocks, 2, columns), which are then summed in a tree.
    private static void backward(boolean centered, int rows, int columns, Floats dy, Floats x, Floats gamma,
            Floats statistics, Floats dx, Floats dGamma, Floats dBeta) {
        int blocks = Math.ceilDiv(rows, BLOCK), size = 2 * columns;
        float[] partial = PARTIAL.floats(blocks * size);
        float[] total = TOTAL.floats(size);
        Floats scale = RowMath.orOnes(gamma, columns);
        Workers.split(blocks, Workers.grain(BLOCK * columns), (from, to) -> {
            double[] sums = new double[2];
            Arrays.fill(partial, from * size, to * size, 0);
            for (int r = from * BLOCK; r < Math.min(rows, to * BLOCK); r++) {
                backwardRow(centered, r, columns, dy, x, scale, statistics, dx, partial, r / BLOCK * size, sums);
            }
        });
        if (dGamma == null && dBeta == null) {
            return;
        }
        TreeReduction.reduce(new Floats(partial, 0, blocks * size), new Floats(total, 0, size), 1, blocks, size,
                SimdReduction::sumBlock);
        if (dGamma != null) {
            dGamma.set(new Floats(total, 0, columns));
        }
        if (dBeta != null) {
            dBeta.set(new Floats(total, columns, columns));
        }
    }

    private static void backwardRow(boolean centered, int row, int n, Floats dy, Floats x, Floats gamma,
            Floats statistics, Floats dx, float[] partial, int p0, double[] sums) {
        float[] s = statistics.array();
        int s0 = statistics.offset() + row * (centered ? 3 : 1);
        float mean = centered ? s[s0] : 0, rest = centered ? s[s0 + 1] : 0, rstd = s[centered ? s0 + 2 : s0];
        int dy0 = dy.offset() + row * n, x0 = x.offset() + row * n;
        sums(dy.array(), dy0, x.array(), x0, n, mean, rest, rstd, gamma.array(), gamma.offset(), partial, p0, sums);
        float meanG = centered ? (float) (sums[0] / n) : 0, meanDot = (float) (sums[1] / n);
        inputGradient(dy.array(), dy0, x.array(), x0, n, mean, rest, rstd, gamma.array(), gamma.offset(),
                meanG, meanDot, dx.array(), dx.offset() + row * n);
    }

    /// sums[0] = sum(g), sums[1] = sum(g * xhat), g = dy * gamma; adds dy * xhat and dy to the shares of dGamma and dBeta.
    private static void sums(float[] dy, int dy0, float[] x, int x0, int n, float mean, float rest, float rstd,
            float[] gamma, int g0, float[] partial, int p0, double[] sums) {
        FloatVector s0 = FloatVector.zero(F), s1 = s0, t0 = s0, t1 = s0;
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            int j = i + LANES;
            FloatVector xhat0 = fromArray(F, x, x0 + i).sub(mean).sub(rest).mul(rstd), dy00 = fromArray(F, dy, dy0 + i);
            FloatVector xhat1 = fromArray(F, x, x0 + j).sub(mean).sub(rest).mul(rstd), dy01 = fromArray(F, dy, dy0 + j);
            xhat0.fma(dy00, fromArray(F, partial, p0 + i)).intoArray(partial, p0 + i);
            xhat1.fma(dy01, fromArray(F, partial, p0 + j)).intoArray(partial, p0 + j);
            dy00.add(fromArray(F, partial, p0 + n + i)).intoArray(partial, p0 + n + i);
            dy01.add(fromArray(F, partial, p0 + n + j)).intoArray(partial, p0 + n + j);
            FloatVector g0v = dy00.mul(fromArray(F, gamma, g0 + i)), g1v = dy01.mul(fromArray(F, gamma, g0 + j));
            s0 = s0.add(g0v);
            s1 = s1.add(g1v);
            t0 = g0v.fma(xhat0, t0);
            t1 = g1v.fma(xhat1, t1);
        }
        float[] lanes = RowMath.lanes();
        s0.add(s1).intoArray(lanes, 0);
        double sum = RowMath.sum(lanes);
        t0.add(t1).intoArray(lanes, 0);
        double dot = RowMath.sum(lanes);
        for (; i < n; i++) {
            float xhat = ((x[x0 + i] - mean) - rest) * rstd;
            partial[p0 + i] = Math.fma(dy[dy0 + i], xhat, partial[p0 + i]);
            partial[p0 + n + i] += dy[dy0 + i];
            double g = dy[dy0 + i] * gamma[g0 + i];
            sum += g;
            dot += g * xhat;
        }
        sums[0] = sum;
        sums[1] = dot;
    }

    /// dx = rstd * (g - meanG - xhat * meanDot)
    private static void inputGradient(float[] dy, int dy0, float[] x, int x0, int n, float mean, float rest, float rstd,
            float[] gamma, int g0, float meanG, float meanDot, float[] dx, int dx0) {
        FloatVector minusDot = FloatVector.broadcast(F, -meanDot);
        int i = 0;
        for (; i < F.loopBound(n); i += LANES) {
            FloatVector g = fromArray(F, dy, dy0 + i).mul(fromArray(F, gamma, g0 + i)).sub(meanG);
            fromArray(F, x, x0 + i).sub(mean).sub(rest).mul(rstd).fma(minusDot, g).mul(rstd).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            float xhat = ((x[x0 + i] - mean) - rest) * rstd;
            dx[dx0 + i] = Math.fma(xhat, -meanDot, dy[dy0 + i] * gamma[g0 + i] - meanG) * rstd;
        }
    }
}
