package norma.tornado.code;

/// Normalization by channel. Statistics are (S, 3): mean, rest, variance.
public final class PlaneNormalizationCode {

    private PlaneNormalizationCode() {
    }

    /// 1 / sqrt(variance + eps)
    ///
    /// @param m n = S; statistics, scales (S)
    /// @param f eps
    public static void scales(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[2] + i] = MomentsCode.rstd(s[m[1] + 3 * i + 2], f[0]);
        }
    }

    /// y = gamma * ((x - mean) - rest) * rstd + beta
    ///
    /// @param m n = elements; x, statistics, rstd (S), gamma or -1, beta or -1, y, elements of a plane, channels, elements of a
    /// run, statistics
    public static void forward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int channel = i / m[7] % m[8], statistic = i / m[9] % m[10], moments = m[2] + 3 * statistic;
            float scale = m[4] < 0 ? s[m[3] + statistic] : s[m[4] + channel] * s[m[3] + statistic];
            float y = ((s[m[1] + i] - s[moments]) - s[moments + 1]) * scale;
            s[m[6] + i] = m[5] < 0 ? y : y + s[m[5] + channel];
        }
    }

    /// Sums of dy and of dy * xhat over parts of each cell: what a statistic has of a channel. Parts take turns, as those of
    /// [MomentsCode].
    ///
    /// @param m n = parts of the examples * cells * parts of a plane; dy, x, statistics, cells, channels of a group, examples,
    /// elements from one example to the next, elements of a plane, parts of the examples, parts of a plane, room for (cells, parts,
    /// 2)
    /// @param f eps
    public static void shares(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int inner = i % m[10], cell = i / m[10] % m[4], outer = i / m[10] / m[4];
            int moments = m[3] + 3 * (cell / m[5]), to = m[11] + 2 * ((cell * m[9] + outer) * m[10] + inner);
            float rstd = MomentsCode.rstd(s[moments + 2], f[0]);
            double sum = 0, sumOfProducts = 0;
            for (int example = outer; example < m[6]; example += m[9]) {
                for (int j = inner; j < m[8]; j += m[10]) {
                    int at = cell * m[8] + example * m[7] + j;
                    sum += s[m[1] + at];
                    sumOfProducts += (double) s[m[1] + at] * xhat(s, m[2] + at, moments, rstd);
                }
            }
            s[to] = (float) sum;
            s[to + 1] = (float) sumOfProducts;
        }
    }

    /// mean(g), mean(g * xhat) and rstd of each statistic, the means 0 if statistics are constants; and dGamma, dBeta.
    ///
    /// @param m n = statistics + channels; shares (cells, parts, 2), parts of a cell, statistics, channels of a group, channels,
    /// cells of a channel, elements of a statistic, whether constant, gamma or -1, (S, 3): mean, rest, variance, means (S, 3),
    /// dGamma or -1, dBeta or -1
    /// @param f eps
    public static void means(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            if (i < m[3]) {
                int to = m[11] + 3 * i;
                s[to] = m[8] == 1 ? 0 : mean(s, m, i, 0);
                s[to + 1] = m[8] == 1 ? 0 : mean(s, m, i, 1);
                s[to + 2] = MomentsCode.rstd(s[m[10] + 3 * i + 2], f[0]);
            } else {
                int channel = i - m[3];
                if (m[12] >= 0) {
                    s[m[12] + channel] = ofChannel(s, m, channel, 1);
                }
                if (m[13] >= 0) {
                    s[m[13] + channel] = ofChannel(s, m, channel, 0);
                }
            }
        }
    }

    private static float mean(float[] s, int[] m, int statistic, int which) {
        double sum = 0;
        for (int c = 0; c < m[4]; c++) {
            int cell = statistic * m[4] + c;
            double scale = m[9] < 0 ? 1 : s[m[9] + cell % m[5]];
            sum += scale * Sums.of(s, m[1] + 2 * cell * m[2] + which, m[2], 2);
        }
        return (float) (sum / m[7]);
    }

    private static float ofChannel(float[] s, int[] m, int channel, int which) {
        double sum = 0;
        for (int k = 0; k < m[6]; k++) {
            sum += Sums.of(s, m[1] + 2 * (k * m[5] + channel) * m[2] + which, m[2], 2);
        }
        return (float) sum;
    }

    /// dx = rstd * (dy * gamma - mean(g) - xhat * mean(g * xhat))
    ///
    /// @param m n = elements; dy, x, (S, 3): mean, rest, variance, means (S, 3), gamma or -1, dx, elements of a plane, channels,
    /// elements of a run, statistics
    public static void backward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int statistic = i / m[9] % m[10], means = m[4] + 3 * statistic;
            float rstd = s[means + 2];
            float g = m[5] < 0 ? s[m[1] + i] : s[m[1] + i] * s[m[5] + i / m[7] % m[8]];
            s[m[6] + i] =
                    rstd * (g - s[means] - xhat(s, m[2] + i, m[3] + 3 * statistic, rstd) * s[means + 1]);
        }
    }

    private static float xhat(float[] s, int x, int moments, float rstd) {
        return ((s[x] - s[moments]) - s[moments + 1]) * rstd;
    }
}
