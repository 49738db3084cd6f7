package norma.tornado.code;

/// Sums of shares.
public final class SumsCode {

    private SumsCode() {
    }

    /// y (rows, width) = sum over the parts of x (rows, parts, width).
    ///
    /// @param m n = rows * width; x, parts, width, y
    public static void ofParts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[4] + i] = (float) Sums.of(s, m[1] + i / m[3] * m[2] * m[3] + i % m[3], m[2], m[3]);
        }
    }
}
