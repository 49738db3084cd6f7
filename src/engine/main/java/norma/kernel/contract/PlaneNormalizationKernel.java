package norma.kernel.contract;

import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.parallel.Workers;

/// Normalization of x (N, C, ...) by channel: batch norm, group norm, instance norm and all that is made of them. How
/// statistics fall on x is said by [Planes].
///
/// Statistics are (S, 3): the mean rounded to float, what the rounding left, and the biased variance.
///
/// Accuracy as in [NormalizationKernel]: each run's moments are taken around a value near its mean, and runs are merged in double
/// (Chan, Golub & LeVeque 1979): n = na + nb, d = mean_b - mean_a, mean = mean_a + d nb / n, M2 = M2a + M2b + d^2 na nb / n.
/// A NaN poisons its own statistic only. The variance is a float: where it leaves the range of float (deviations beyond
/// 1e19), y is beta, unlike in [NormalizationKernel], which takes such sums again in double.
public interface PlaneNormalizationKernel {
    /// What each run or plane leaves, and the means of a statistic.
    Scratch MOMENTS = new Scratch();
    Scratch SUMS = new Scratch();
    Scratch MEANS = new Scratch();

    /// Takes the statistics of x.
    ///
    /// @param statistics (S, 3), written
    default void moments(Planes p, Floats x, Floats statistics) {
        float[] parts = MOMENTS.floats(3 * p.runs());
        Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
            for (int r = from; r < to; r++) {
                momentsOfRun(x.array(), x.offset() + r * p.run(), p.run(), parts, 3 * r);
            }
        });
        merge(p, parts, statistics);
    }

    /// [#moments], then [#normalize], with the same bits.
    ///
    /// @param statistics (S, 3), written
    default void forward(Planes p, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        moments(p, x, statistics);
        normalize(p, x, statistics, gamma, beta, eps, y);
    }

    /// y = gamma * ((x - mean) - rest) / sqrt(var + eps) + beta; y may be x.
    ///
    /// @param gamma (C) or null for 1
    /// @param beta (C) or null for 0
    default void normalize(Planes p, Floats x, Floats statistics, Floats gamma, Floats beta, float eps, Floats y) {
        Workers.split(p.runs(), Workers.grain(p.run()), (from, to) -> {
            for (int i = from * p.width(); i < to * p.width(); i++) {
                int s = 3 * p.statisticOf(i / p.width());
                float mean = statistics.get(s), rest = statistics.get(s + 1);
                float scale = at(gamma, i % p.channels(), 1) * rstd(statistics, s, eps);
                float shift = at(beta, i % p.channels(), 0);
                for (int j = i * p.inner(); j < (i + 1) * p.inner(); j++) {
                    y.array()[y.offset() + j] = ((x.array()[x.offset() + j] - mean) - rest) * scale + shift;
                }
            }
        });
    }

    /// With g = dy * gamma and xhat = (x - mean) * rstd: dGamma = sum of dy xhat and dBeta = sum of dy, over all but the
    /// channel; dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), with means over each statistic, or dx = rstd * g if the
    /// statistics are constants. dx may be dy.
    ///
    /// @param constant whether the statistics do not depend on x
    /// @param dGamma (C), set, or null
    /// @param dBeta (C), set, or null
    default void backward(Planes p, Floats dy, Floats x, Floats statistics, boolean constant, Floats gamma, float eps,
            Floats dx, Floats dGamma, Floats dBeta) {
        int planes = p.batch() * p.channels();
        float[] sums = SUMS.floats(2 * planes);
        Workers.split(planes, Workers.grain(p.inner()), (from, to) -> {
            for (int i = from; i < to; i++) {
                int s = 3 * p.statisticOf(i / p.width());
                sumsOfPlane(dy, x, i * p.inner(), p.inner(), statistics, s, rstd(statistics, s, eps), sums, 2 * i);
            }
        });
        ofChannels(p, p.batch(), sums, dGamma, dBeta);
        float[] means = MEANS.floats(2 * p.statistics());
        for (int s = 0; s < p.statistics(); s++) {
            means(p, p.batch(), sums, constant, gamma, s, means);
        }
        Workers.split(planes, Workers.grain(p.inner()), (from, to) -> {
            for (int i = from; i < to; i++) {
                int s = p.statisticOf(i / p.width());
                inputGradient(dy, x, i * p.inner(), p.inner(), statistics, 3 * s, rstd(statistics, 3 * s, eps),
                        at(gamma, i % p.channels(), 1), means[2 * s], means[2 * s + 1], dx);
            }
        });
    }

    /// Writes mean, what rounding it left, and the sum of squared deviations of n elements.
    private static void momentsOfRun(float[] x, int x0, int n, float[] parts, int at) {
        double sum = 0;
        for (int i = x0; i < x0 + n; i++) {
            sum += x[i];
        }
        double shift = sum / n, deviations = 0, squares = 0;
        for (int i = x0; i < x0 + n; i++) {
            double d = x[i] - shift;
            deviations += d;
            squares += d * d;
        }
        part(shift, deviations, squares, n, parts, at);
    }

    /// Writes a part's moments from the sums of d = x - shift and of d^2.
    static void part(double shift, double sum, double squares, int n, float[] parts, int at) {
        double mean = shift + sum / n;
        parts[at] = (float) mean;
        parts[at + 1] = (float) (mean - (float) mean);
        parts[at + 2] = (float) Math.max(0, squares - sum * sum / n);
    }

    /// Merges the moments of all runs, in their order, into statistics.
    static void merge(Planes p, float[] parts, Floats statistics) {
        for (int s = 0; s < p.statistics(); s++) {
            int runs = p.acrossBatch() ? p.batch() : 1;
            merge(parts, 3 * s, runs, 3 * p.groups(), p.run(), runs * p.run(), statistics, 3 * s);
        }
    }

    /// Merges `count` parts that lie `stride` apart, each of `size` elements except that all together have `total`.
    static void merge(float[] parts, int at, int count, int stride, int size, int total, Floats statistics, int s) {
        double mean = 0, squares = 0, n = 0;
        for (int i = 0; i < count; i++, at += stride) {
            double more = Math.min(size, total - n);
            double difference = parts[at] + (double) parts[at + 1] - mean;
            n += more;
            mean += difference * more / n;
            squares += parts[at + 2] + difference * difference * (n - more) * more / n;
        }
        float[] result = statistics.array();
        int to = statistics.offset() + s;
        result[to] = (float) mean;
        result[to + 1] = (float) (mean - (float) mean);
        result[to + 2] = (float) (squares / n);
    }

    /// 1 / sqrt(var + eps)
    static float rstd(Floats statistics, int s, float eps) {
        return (float) (1 / Math.sqrt((double) statistics.get(s + 2) + eps));
    }

    private static void sumsOfPlane(Floats dy, Floats x, int first, int n, Floats statistics, int s, float rstd,
            float[] sums, int at) {
        float mean = statistics.get(s), rest = statistics.get(s + 1);
        double sum = 0, dot = 0;
        for (int i = first; i < first + n; i++) {
            float dyi = dy.array()[dy.offset() + i];
            sum += dyi;
            dot += (double) dyi * (((x.array()[x.offset() + i] - mean) - rest) * rstd);
        }
        sums[at] = (float) sum;
        sums[at + 1] = (float) dot;
    }

    private static void inputGradient(Floats dy, Floats x, int first, int n, Floats statistics, int s, float rstd,
            float gamma, float meanG, float meanDot, Floats dx) {
        float mean = statistics.get(s), rest = statistics.get(s + 1);
        for (int i = first; i < first + n; i++) {
            float xhat = ((x.array()[x.offset() + i] - mean) - rest) * rstd;
            dx.array()[dx.offset() + i] =
                    rstd * (dy.array()[dy.offset() + i] * gamma - meanG - xhat * meanDot);
        }
    }

    /// dBeta and dGamma from the sums of dy and dy xhat, (parts, C, 2).
    static void ofChannels(Planes p, int parts, float[] sums, Floats dGamma, Floats dBeta) {
        for (int c = 0; c < p.channels(); c++) {
            double sum = 0, dot = 0;
            for (int i = 0; i < parts; i++) {
                sum += sums[2 * (i * p.channels() + c)];
                dot += sums[2 * (i * p.channels() + c) + 1];
            }
            if (dBeta != null) {
                dBeta.array()[dBeta.offset() + c] = (float) sum;
            }
            if (dGamma != null) {
                dGamma.array()[dGamma.offset() + c] = (float) dot;
            }
        }
    }

    /// mean(g) and mean(g xhat) of statistic `s`, to its place in (S, 2), from the sums of dy and dy xhat, (parts, C, 2);
    /// zeros if the statistics are constants.
    static void means(Planes p, int parts, float[] sums, boolean constant, Floats gamma, int s, float[] means) {
        int examples = p.acrossBatch() ? parts : 1;
        double g = 0, dot = 0;
        for (int i = 0; i < examples; i++) {
            for (int c = 0; c < p.width(); c++) {
                int plane = (i * p.groups() + s) * p.width() + c;
                float scale = at(gamma, plane % p.channels(), 1);
                g += (double) scale * sums[2 * plane];
                dot += (double) scale * sums[2 * plane + 1];
            }
        }
        means[2 * s] = constant ? 0 : (float) (g / p.count());
        means[2 * s + 1] = constant ? 0 : (float) (dot / p.count());
    }

    /// Element `i` of a parameter that may be missing.
    static float at(Floats parameter, int i, float otherwise) {
        return parameter == null ? otherwise : parameter.get(i);
    }
}
