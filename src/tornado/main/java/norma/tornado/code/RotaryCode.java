package norma.tornado.code;

/// Rotary position embedding.
public final class RotaryCode {

    private RotaryCode() {
    }

    /// (a cos - b sin, b cos + a sin) for one pair (a, b).
    ///
    /// @param m iterations: batch * time * heads * size / 2; time, heads, size, whether pairs are neighbours; x, cos, sin, y
    /// @param f the factor of sin: 1 or -1
    public static void rotatePairs(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int pairs = m[3] / 2, j = i % pairs, head = i / pairs;
            int angle = head / m[2] % m[1] * pairs + j;
            int one = head * m[3] + (m[4] != 0 ? 2 * j : j);
            int other = one + (m[4] != 0 ? 1 : pairs);
            float c = s[m[6] + angle], d = f[0] * s[m[7] + angle];
            float a = s[m[5] + one], b = s[m[5] + other];
            s[m[8] + one] = a * c - b * d;
            s[m[8] + other] = b * c + a * d;
        }
    }
}
