package norma.tornado.code;

/// Normalization of rows. The statistics of a row are mean, rest and rstd, or rstd alone.
public final class NormalizationCode {

    private NormalizationCode() {
    }

    /// y = gamma * xhat + beta
    ///
    /// @param m n = rows * columns; x, gamma or -1, beta or -1, statistics, 3 or 1, columns, y
    public static void forward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[6], column = i % m[6];
            float y = xhat(s, m[1] + i, m[4] + row * m[5], m[5]);
            y = m[2] < 0 ? y : s[m[2] + column] * y;
            s[m[7] + i] = m[3] < 0 ? y : y + s[m[3] + column];
        }
    }

    /// What each part of a row gives to mean(g) and mean(g * xhat), and each block of rows to dGamma and dBeta; the parts of a
    /// row take turns.
    ///
    /// @param m n = parts of all rows + blocks * columns; parts of all rows, dy, x, gamma or -1, statistics, 3 or 1, rows, columns,
    /// parts of a row, rows of a block, room for (rows, parts, 2), room for (blocks, 2, columns)
    public static void shares(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            if (i < m[1]) {
                sharesOfRow(s, m, i / m[9], i % m[9], m[11] + 2 * i);
            } else {
                int block = (i - m[1]) / m[8], column = (i - m[1]) % m[8];
                sharesOfColumn(s, m, block * m[10], column, m[12] + 2 * block * m[8] + column);
            }
        }
    }

    private static void sharesOfRow(float[] s, int[] m, int row, int part, int to) {
        double sum = 0, sumOfProducts = 0;
        for (int j = part; j < m[8]; j += m[9]) {
            int at = row * m[8] + j;
            float g = gradient(s, m[2] + at, m[4], j);
            sum += g;
            sumOfProducts += (double) g * xhat(s, m[3] + at, m[5] + row * m[6], m[6]);
        }
        s[to] = m[6] == 1 ? 0 : (float) (sum / m[8]);
        s[to + 1] = (float) (sumOfProducts / m[8]);
    }

    private static void sharesOfColumn(float[] s, int[] m, int from, int column, int to) {
        double sum = 0, sumOfProducts = 0;
        int end = Math.min(from + m[10], m[7]);
        for (int row = from; row < end; row++) {
            int at = row * m[8] + column;
            sum += s[m[2] + at];
            sumOfProducts += (double) s[m[2] + at] * xhat(s, m[3] + at, m[5] + row * m[6], m[6]);
        }
        s[to] = (float) sumOfProducts;
        s[to + m[8]] = (float) sum;
    }

    /// dx = rstd * (g - mean(g) - xhat * mean(g * xhat)); dGamma and dBeta from the shares of the blocks.
    ///
    /// @param m n = rows * columns + columns; rows * columns, dy, x, gamma or -1, statistics, 3 or 1, columns, means (rows, 2), dx,
    /// shares (blocks, 2, columns), blocks, dGamma or -1, dBeta or -1
    public static void backward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            if (i < m[1]) {
                int row = i / m[7], statistics = m[5] + row * m[6];
                float rstd = s[statistics + m[6] - 1];
                float g = gradient(s, m[2] + i, m[4], i % m[7]);
                s[m[9] + i] = rstd * (g - s[m[8] + 2 * row]
                        - xhat(s, m[3] + i, statistics, m[6]) * s[m[8] + 2 * row + 1]);
            } else {
                int column = i - m[1];
                addUp(s, m[10] + column, m[11], 2 * m[7], m[12] < 0 ? -1 : m[12] + column);
                addUp(s, m[10] + m[7] + column, m[11], 2 * m[7], m[13] < 0 ? -1 : m[13] + column);
            }
        }
    }

    /// The sum of n elements that lie `stride` apart, to a place unless that is -1.
    static void addUp(float[] s, int first, int n, int stride, int to) {
        if (to >= 0) {
            s[to] = (float) Sums.of(s, first, n, stride);
        }
    }

    private static float xhat(float[] s, int x, int statistics, int width) {
        return width == 1 ? s[x] * s[statistics]
                : ((s[x] - s[statistics]) - s[statistics + 1]) * s[statistics + 2];
    }

    private static float gradient(float[] s, int dy, int gamma, int column) {
        return gamma < 0 ? s[dy] : s[dy] * s[gamma + column];
    }
}
