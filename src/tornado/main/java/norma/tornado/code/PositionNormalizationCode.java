package norma.tornado.code;

/// Normalization across the channels of each position of x (images, channels, positions). Statistics are (images, 3, positions):
/// mean, rest, rstd.
public final class PositionNormalizationCode {

    private PositionNormalizationCode() {
    }

    /// y = gamma * xhat + beta, an iteration for each position.
    ///
    /// @param m n = images * positions; x, gamma or -1, beta or -1, y, statistics, channels, positions, whether centered
    /// @param f eps
    public static void forward(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int first = i / m[7] * m[6] * m[7] + i % m[7], statistics = m[5] + i / m[7] * 3 * m[7] + i % m[7];
            double exact = m[8] == 0 ? 0 : Sums.mean(s, m[1] + first, 1, 0, m[6], m[7]);
            float mean = (float) exact, rest = (float) (exact - mean);
            float rstd = MomentsCode.rstd(Sums.spread(s, m[1] + first, 1, 0, m[6], m[7], exact), f[0]);
            s[statistics] = mean;
            s[statistics + m[7]] = rest;
            s[statistics + 2 * m[7]] = rstd;
            for (int c = 0; c < m[6]; c++) {
                float y = ((s[m[1] + first + c * m[7]] - mean) - rest) * rstd;
                y = m[2] < 0 ? y : s[m[2] + c] * y;
                s[m[4] + first + c * m[7]] = m[3] < 0 ? y : y + s[m[3] + c];
            }
        }
    }

    /// What parts of a plane give to dGamma and dBeta; the parts take turns.
    ///
    /// @param m n = images * channels * parts; dy, x, statistics, channels, positions, parts, room for (images, parts, 2, channels)
    public static void shares(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int part = i % m[6], channel = i / m[6] % m[4], image = i / m[6] / m[4];
            double sum = 0, sumOfProducts = 0;
            for (int p = part; p < m[5]; p += m[6]) {
                int at = (image * m[4] + channel) * m[5] + p;
                sum += s[m[1] + at];
                sumOfProducts += (double) s[m[1] + at] * xhat(s, m[2] + at, m[3] + image * 3 * m[5] + p, m[5]);
            }
            int to = m[7] + (image * m[6] + part) * 2 * m[4] + channel;
            s[to] = (float) sumOfProducts;
            s[to + m[4]] = (float) sum;
        }
    }

    /// dx = rstd * (g - mean(g) - xhat * mean(g * xhat)); dGamma and dBeta from the shares of all parts.
    ///
    /// @param m n = images * positions + channels; images * positions, dy, x, gamma or -1, statistics, channels, positions, whether
    /// centered, dx, shares (parts of all images, 2, channels), parts of all images, dGamma or -1, dBeta or -1
    public static void backward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            if (i < m[1]) {
                ofPosition(s, m, i / m[7] * m[6] * m[7] + i % m[7], m[5] + i / m[7] * 3 * m[7] + i % m[7]);
            } else {
                int channel = i - m[1];
                NormalizationCode.addUp(s, m[10] + channel, m[11], 2 * m[6], m[12] < 0 ? -1 : m[12] + channel);
                NormalizationCode.addUp(s, m[10] + m[6] + channel, m[11], 2 * m[6], m[13] < 0 ? -1 : m[13] + channel);
            }
        }
    }

    private static void ofPosition(float[] s, int[] m, int first, int statistics) {
        double sum = 0, sumOfProducts = 0;
        for (int c = 0; c < m[6]; c++) {
            float g = gradient(s, m, first, c);
            sum += g;
            sumOfProducts += (double) g * xhat(s, m[3] + first + c * m[7], statistics, m[7]);
        }
        float meanG = m[8] == 0 ? 0 : (float) (sum / m[6]), meanOfProducts = (float) (sumOfProducts / m[6]);
        float rstd = s[statistics + 2 * m[7]];
        for (int c = 0; c < m[6]; c++) {
            float xhat = xhat(s, m[3] + first + c * m[7], statistics, m[7]);
            s[m[9] + first + c * m[7]] = rstd * (gradient(s, m, first, c) - meanG - xhat * meanOfProducts);
        }
    }

    private static float gradient(float[] s, int[] m, int first, int c) {
        float dy = s[m[2] + first + c * m[7]];
        return m[4] < 0 ? dy : dy * s[m[4] + c];
    }

    private static float xhat(float[] s, int x, int statistics, int positions) {
        return ((s[x] - s[statistics]) - s[statistics + positions]) * s[statistics + 2 * positions];
    }
}
