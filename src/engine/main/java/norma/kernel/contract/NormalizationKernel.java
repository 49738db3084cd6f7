package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// The two kernels to which most normalizations reduce, over the rows of x (rows, columns).
///
/// Accuracy: variance in two passes with the correction term, so that x = 1e4 +- 0.01 comes out right to 1e-6; sums that
/// overflow float (|x| > 1e19) or vanish are taken again in double. A NaN poisons its own row only.
public interface NormalizationKernel {

    /// Centered: y = gamma * xhat + beta, xhat = (x - mean) * rstd, rstd = 1 / sqrt(var + eps), var = mean((x - mean)^2).
    /// A row without variance gives y = beta exactly. y may be x.
    ///
    /// @param gamma (columns) or null for 1
    /// @param beta (columns) or null for 0
    /// @param statistics (rows, 3), written: mean rounded to float, what the rounding left, rstd
    default void centered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            for (int r = from; r < to; r++) {
                float[] s = statistics.array();
                int s0 = statistics.offset() + 3 * r;
                moments(x.array(), x.offset() + r * columns, columns, eps, s, s0);
                normalize(columns, x, r, s[s0], s[s0 + 1], s[s0 + 2], gamma, beta, y);
            }
        });
    }

    /// With g = dy * gamma: dx = rstd * (g - mean(g) - xhat * mean(g * xhat)); dGamma = sum over rows of dy * xhat;
    /// dBeta = sum over rows of dy. `dGamma` and `dBeta` are set, not added to, and may be null. dx may be dy.
    default void centeredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics,
            Floats dx, Floats dGamma, Floats dBeta) {
        backward(true, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    /// Uncentered: y = gamma * xhat (+ beta), xhat = x * rstd, rstd = 1 / sqrt(mean(x^2) + eps). y may be x.
    ///
    /// @param statistics (rows), written: rstd
    default void uncentered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        Workers.split(rows, Workers.grain(columns), (from, to) -> {
            for (int r = from; r < to; r++) {
                float rstd = scaleOf(x.array(), x.offset() + r * columns, columns, eps);
                statistics.array()[statistics.offset() + r] = rstd;
                normalize(columns, x, r, 0, 0, rstd, gamma, beta, y);
            }
        });
    }

    /// With g = dy * gamma: dx = rstd * (g - xhat * mean(g * xhat)); dGamma, dBeta as in the centered kernel.
    default void uncenteredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics,
            Floats dx, Floats dGamma, Floats dBeta) {
        backward(false, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    /// Rows whose shares of dGamma and dBeta are summed one after the other; the blocks' sums are added afterwards.
    int BLOCK = 64;

    /// What each block of rows leaves.
    Scratch BLOCK_SUMS = new Scratch();

    /// Writes mean, what rounding it left, and rstd of one row, all taken in double.
    static void moments(float[] x, int x0, int n, float eps, float[] statistics, int s0) {
        double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
        int i = x0, end = x0 + n;
        for (; i <= end - 4; i += 4) {
            s1 += x[i];
            s2 += x[i + 1];
            s3 += x[i + 2];
            s4 += x[i + 3];
        }
        for (; i < end; i++) {
            s1 += x[i];
        }
        double mean = ((s1 + s2) + (s3 + s4)) / n;
        double sum = 0, squares = 0;
        for (i = x0; i < end; i++) {
            double d = x[i] - mean;
            sum += d;
            squares += d * d;
        }
        moments(mean, sum, squares, n, eps, statistics, s0);
    }

    /// Writes the statistics of a row from the sums of d = x - shift and of d^2, where the shift is close to the mean:
    /// mean = shift + sum(d) / n, var = (sum(d^2) - sum(d)^2 / n) / n.
    static void moments(double shift, double sum, double squares, int n, float eps, float[] statistics, int s0) {
        double mean = shift + sum / n;
        statistics[s0] = (float) mean;
        statistics[s0 + 1] = (float) (mean - (float) mean);
        statistics[s0 + 2] = (float) (1 / Math.sqrt(Math.max(0, squares - sum * sum / n) / n + eps));
    }

    /// 1 / sqrt(mean(x^2) + eps) of one row, taken in double.
    static float scaleOf(float[] x, int x0, int n, float eps) {
        double s1 = 0, s2 = 0;
        int i = x0, end = x0 + n;
        for (; i <= end - 2; i += 2) {
            s1 += (double) x[i] * x[i];
            s2 += (double) x[i + 1] * x[i + 1];
        }
        if (i < end) {
            s1 += (double) x[i] * x[i];
        }
        return (float) (1 / Math.sqrt((s1 + s2) / n + eps));
    }

    private static void normalize(int columns, Floats x, int row, float mean, float rest, float rstd, Floats gamma,
            Floats beta, Floats y) {
        float[] xs = x.array(), ys = y.array(), gammas = array(gamma), betas = array(beta);
        int x0 = x.offset() + row * columns, y0 = y.offset() + row * columns, g0 = offset(gamma), b0 = offset(beta);
        for (int i = 0; i < columns; i++) {
            float xhat = ((xs[x0 + i] - mean) - rest) * rstd;
            float scaled = gammas == null ? xhat : gammas[g0 + i] * xhat;
            ys[y0 + i] = betas == null ? scaled : scaled + betas[b0 + i];
        }
    }

    private static void backward(boolean centered, int rows, int columns, Floats dy, Floats x, Floats gamma,
            Floats statistics, Floats dx, Floats dGamma, Floats dBeta) {
        int blocks = Math.ceilDiv(rows, BLOCK);
        boolean parameters = dGamma != null || dBeta != null;
        float[] partial = parameters ? BLOCK_SUMS.floats(blocks * 2 * columns) : null;
        Workers.split(blocks, Workers.grain(BLOCK * columns), (from, to) -> {
            for (int b = from; b < to; b++) {
                if (parameters) {
                    Floats.of(partial).slice(b * 2 * columns, 2 * columns).fill(0);
                }
                for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                    backwardRow(centered, r, columns, dy, x, gamma, statistics, dx, partial, b * 2 * columns);
                }
            }
        });
        sumBlocks(partial, blocks, columns, 0, dGamma);
        sumBlocks(partial, blocks, columns, 1, dBeta);
    }

    private static void backwardRow(boolean centered, int row, int columns, Floats dy, Floats x, Floats gamma,
            Floats statistics, Floats dx, float[] partial, int p0) {
        float[] s = statistics.array();
        int s0 = statistics.offset() + row * (centered ? 3 : 1);
        float mean = centered ? s[s0] : 0, rest = centered ? s[s0 + 1] : 0, rstd = s[centered ? s0 + 2 : s0];
        float[] dys = dy.array(), xs = x.array(), dxs = dx.array(), gammas = array(gamma);
        int dy0 = dy.offset() + row * columns, x0 = x.offset() + row * columns, dx0 = dx.offset() + row * columns;
        int g0 = offset(gamma);
        double sum = 0, dot = 0;
        for (int i = 0; i < columns; i++) {
            float xhat = ((xs[x0 + i] - mean) - rest) * rstd;
            float g = gammas == null ? dys[dy0 + i] : dys[dy0 + i] * gammas[g0 + i];
            sum += g;
            dot += (double) g * xhat;
            if (partial != null) {
                partial[p0 + i] += dys[dy0 + i] * xhat;
                partial[p0 + columns + i] += dys[dy0 + i];
            }
        }
        float meanG = centered ? (float) (sum / columns) : 0, meanDot = (float) (dot / columns);
        for (int i = 0; i < columns; i++) {
            float xhat = ((xs[x0 + i] - mean) - rest) * rstd;
            float g = gammas == null ? dys[dy0 + i] : dys[dy0 + i] * gammas[g0 + i];
            dxs[dx0 + i] = rstd * (g - meanG - xhat * meanDot);
        }
    }

    private static void sumBlocks(float[] partial, int blocks, int columns, int which, Floats result) {
        for (int i = 0; result != null && i < columns; i++) {
            double sum = 0;
            for (int b = 0; b < blocks; b++) {
                sum += partial[(2 * b + which) * columns + i];
            }
            result.array()[result.offset() + i] = (float) sum;
        }
    }

    private static float[] array(Floats floats) {
        return floats == null ? null : floats.array();
    }

    private static int offset(Floats floats) {
        return floats == null ? 0 : floats.offset();
    }
}
