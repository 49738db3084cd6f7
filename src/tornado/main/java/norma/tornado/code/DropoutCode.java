package norma.tornado.code;

/// Dropout; the mask is a hash of the element's index, the same bits as the engine's.
public final class DropoutCode {

    private DropoutCode() {
    }

    /// `y[i] = x[i] * scale` if the upper 24 bits of the hash are below the bound, else 0.
    ///
    /// @param m n; x, y, the halves of the mixed key, bound
    /// @param f scale
    public static void dropout(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int hash = mixed(mixed(i ^ m[3]) + m[4]);
            s[m[2] + i] = (hash >> 8 & 0xffffff) < m[5] ? s[m[1] + i] * f[0] : 0;
        }
    }

    private static int mixed(int h) {
        int first = (h ^ h >> 16 & 0xffff) * 0x7feb352d;
        int second = (first ^ first >> 15 & 0x1ffff) * 0x846ca68b;
        return second ^ second >> 16 & 0xffff;
    }
}
