package norma.tornado.code;

/// y = gamma * f(u) + beta with u = alpha x + shift, f a curve from -1 to 1: tanh (0) or erf (1).
public final class PointwiseNormCode {
    private static final float TWO_OVER_ROOT_PI = 1.12837917f;

    private PointwiseNormCode() {
    }

    /// @param m n = rows * columns; form, alpha, shift or -1, columns, x, gamma or -1, beta or -1, y
    public static void forward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            float y = value(m[1], inner(s, m, m[5] + i));
            y = m[6] < 0 ? y : s[m[6] + i % m[4]] * y;
            s[m[8] + i] = m[7] < 0 ? y : y + s[m[7] + i % m[4]];
        }
    }

    /// dx = alpha g with g = dy * gamma * f'(u), and what each column of a block of rows gives to dGamma, dBeta, dAlpha, dShift.
    ///
    /// @param m n = blocks * columns; form, alpha, shift or -1, columns, rows, rows of a block, dy, x, gamma or -1, dx, room for
    /// (blocks, 4, columns)
    public static void backward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int block = i / m[4], column = i % m[4], end = Math.min(m[5], (block + 1) * m[6]);
            double dGamma = 0, dBeta = 0, dAlpha = 0, dShift = 0;
            for (int row = block * m[6]; row < end; row++) {
                int at = row * m[4] + column;
                float u = inner(s, m, m[8] + at), x = s[m[8] + at], dy = s[m[7] + at], y = value(m[1], u);
                float g = (m[9] < 0 ? dy : dy * s[m[9] + column]) * slope(m[1], u, y);
                dGamma += (double) dy * y;
                dBeta += dy;
                dAlpha += (double) g * x;
                dShift += g;
                s[m[10] + at] = s[m[2]] * g;
            }
            int to = m[11] + block * 4 * m[4] + column;
            s[to] = (float) dGamma;
            s[to + m[4]] = (float) dBeta;
            s[to + 2 * m[4]] = (float) dAlpha;
            s[to + 3 * m[4]] = (float) dShift;
        }
    }

    /// Sums over the blocks: dGamma and dBeta, and those of dAlpha and dShift for each column.
    ///
    /// @param m n = 4 * columns; shares (blocks, 4, columns), blocks, columns, dGamma or -1, dBeta or -1, room for (2, columns)
    public static void sums(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int which = i / m[3], column = i % m[3];
            int result = which == 0 ? m[4] : which == 1 ? m[5] : m[6] + (which - 2) * m[3];
            NormalizationCode.addUp(s, m[1] + i, m[2], 4 * m[3], result < 0 ? -1 : result + column);
        }
    }

    /// dAlpha and dShift from the sums of the columns.
    ///
    /// @param m n = 2; sums (2, columns), columns, dAlpha or -1, dShift or -1
    public static void scalars(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            NormalizationCode.addUp(s, m[1] + i * m[2], m[2], 1, i == 0 ? m[3] : m[4]);
        }
    }

    private static float inner(float[] s, int[] m, int x) {
        return s[m[2]] * s[x] + (m[3] < 0 ? 0 : s[m[3]]);
    }

    private static float value(int form, float u) {
        return form == 0 ? Maths.hyperbolicTangent(u) : Maths.errorFunction(u);
    }

    /// 1 - tanh(u)^2 or 2 / sqrt(pi) exp(-u^2)
    private static float slope(int form, float u, float y) {
        return form == 0 ? 1 - y * y : TWO_OVER_ROOT_PI * Maths.exponential(-u * u);
    }
}
