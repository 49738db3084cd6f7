package norma.tornado.code;

/// Fourier transforms along the middle axis of (outer, n, inner), pass by pass: each output is a short sum over the one before.
public final class FourierCode {
    /// Terms that are summed before they are added to the rest, so that a long sum is as exact as a short one.
    private static final int TERMS = 16;

    private FourierCode() {
    }

    /// A pass by a factor r (Stockham's form of the FFT). With n = length * r * rest and X the transforms of `length` numbers, which
    /// lie `r * rest` apart,
    ///
    ///     y[k * rest + j] = scale * sum over q of exp(-2 pi i q k / (length * r)) X[(k mod length) * r * rest + q * rest + j]
    ///
    /// @param m outer * kept * inner; n, the first `kept` of y, inner; length, r; x, floats of a number of x: 1 if they are real; y,
    ///         floats of a number of y: 1 to write real parts only; exp(-2 pi i t / n), n of them
    /// @param f scale, 1 or -1 for the inverse
    public static void transform(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int n = m[1], inner = m[3], r = m[5], each = m[7];
            int rest = n / m[4] / r;
            int c = i % inner, at = i / inner % m[2], line = i / inner / m[2] * n;
            int k = at / rest, j = at % rest;
            int x = m[6] + ((line + k % m[4] * r * rest + j) * inner + c) * each, apart = rest * inner * each;
            int turn = k * rest, t = 0;
            float re = 0, im = 0;
            for (int first = 0; first < r; first += TERMS) {
                float partRe = 0, partIm = 0;
                int end = Math.min(first + TERMS, r);
                for (int q = first; q < end; q++) {
                    float wRe = s[m[10] + 2 * t], wIm = f[1] * s[m[10] + 2 * t + 1];
                    float xRe = s[x + q * apart], xIm = each == 1 ? 0 : s[x + q * apart + 1];
                    partRe += xRe * wRe - xIm * wIm;
                    partIm += xRe * wIm + xIm * wRe;
                    t += turn;
                    t = t >= n ? t - n : t;
                }
                re += partRe;
                im += partIm;
            }
            int y = m[8] + i * m[9];
            s[y] = f[0] * re;
            if (m[9] == 2) {
                s[y + 1] = f[0] * im;
            }
        }
    }

    /// All n bins of real numbers from the first n / 2 + 1: bin n - k is the conjugate of bin k, so those that are their own have no
    /// imaginary part.
    ///
    /// @param m lines * n; n, x (lines, n / 2 + 1, 2), y (lines, n, 2)
    public static void mirror(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int n = m[1], k = i % n, other = (n - k) % n;
            int x = m[2] + 2 * (i / n * (n / 2 + 1) + Math.min(k, other));
            float im = k < other ? s[x + 1] : -s[x + 1];
            s[m[3] + 2 * i] = s[x];
            s[m[3] + 2 * i + 1] = k == other ? 0 : im;
        }
    }
}
