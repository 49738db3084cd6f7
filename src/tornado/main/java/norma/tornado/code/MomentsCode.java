package norma.tornado.code;

/// Means and variances of many statistics at once, uncentered ones around 0.
///
/// A statistic has a run of elements in one piece from each of several examples. It is taken as a whole, or in parts that are
/// merged. The parts take turns, element by element and example by example, so that neighbours read neighbouring elements. A part
/// leaves its mean, what the rounding left of it, and 1 / sqrt(variance), which stays in the range of float where squares do not.
///
/// All three kernels take the same numbers:
///
/// `m`: n; x, whether centered, statistics, examples, elements from one example to the next, run, parts of the examples, parts of
/// a run, room for the parts (3 each); where to leave mean and rest (statistics, 3), variance (every third float), rstd, and floats
/// from one rstd to the next; -1 for what isn't wanted.
///
/// `f`: eps
public final class MomentsCode {

    private MomentsCode() {
    }

    /// n: statistics
    public static void whole(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int first = m[1] + i * m[6];
            double mean = m[2] == 0 ? 0 : Sums.mean(s, first, m[4], m[5], m[6], 1);
            leave(s, m, i, mean, Sums.spread(s, first, m[4], m[5], m[6], 1, mean), f[0]);
        }
    }

    /// n: parts of examples * statistics * parts of a run
    public static void parts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int inner = i % m[8], statistic = i / m[8] % m[3], outer = i / m[8] / m[3];
            int first = m[1] + statistic * m[6] + outer * m[5] + inner;
            int examples = Sums.share(m[4], outer, m[7]), elements = Sums.share(m[6], inner, m[8]);
            double mean = m[2] == 0 ? 0 : Sums.mean(s, first, examples, m[7] * m[5], elements, m[8]);
            double variance = Sums.spread(s, first, examples, m[7] * m[5], elements, m[8], mean);
            split(s, m[9] + 3 * i, mean);
            s[m[9] + 3 * i + 2] = rstd(variance, 0);
        }
    }

    /// n: statistics; mean = sum of n_k mean_k / n, variance = sum of n_k (variance_k + (mean_k - mean)^2) / n
    public static void merge(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double total = (double) m[4] * m[6], sum = 0, squares = 0;
            for (int k = 0; k < m[7] * m[8]; k++) {
                sum += elements(m, k) * mean(s, part(m, i, k));
            }
            double mean = sum / total;
            for (int k = 0; k < m[7] * m[8]; k++) {
                int part = part(m, i, k);
                double rstd = s[part + 2], difference = mean(s, part) - mean;
                squares += elements(m, k) * (1 / (rstd * rstd) + difference * difference);
            }
            leave(s, m, i, mean, squares / total, f[0]);
        }
    }

    /// Where part k of a statistic lies.
    private static int part(int[] m, int statistic, int k) {
        return m[9] + 3 * ((k / m[8] * m[3] + statistic) * m[8] + k % m[8]);
    }

    /// Elements of part k.
    private static double elements(int[] m, int k) {
        return (double) Sums.share(m[4], k / m[8], m[7]) * Sums.share(m[6], k % m[8], m[8]);
    }

    private static double mean(float[] s, int at) {
        return s[at] + (double) s[at + 1];
    }

    private static void leave(float[] s, int[] m, int statistic, double mean, double variance, float eps) {
        if (m[10] >= 0) {
            split(s, m[10] + 3 * statistic, mean);
        }
        if (m[11] >= 0) {
            s[m[11] + 3 * statistic] = (float) variance;
        }
        if (m[12] >= 0) {
            double kept = m[11] >= 0 ? (double) (float) variance : variance;
            s[m[12] + m[13] * statistic] = rstd(kept, eps);
        }
    }

    /// The mean rounded to float, and what the rounding left.
    static void split(float[] s, int at, double mean) {
        s[at] = (float) mean;
        s[at + 1] = (float) (mean - (float) mean);
    }

    /// 1 / sqrt(variance + eps). A device has this in double; `Math.sqrt` alone becomes a square root in float there.
    static float rstd(double variance, float eps) {
        return (float) (1 / Math.sqrt(variance + eps));
    }
}
