package norma.tornado.code;

/// What a device can do at most, for the bench. These kernels are not among [Code#CLASSES].
public final class LimitsCode {
    /// Multiplications and additions of one turn of [#multiplyAdd].
    public static final int OPERATIONS = 8 * 4 * 2;

    private LimitsCode() {
    }

    /// b = a.
    ///
    /// @param m n; a, b
    public static void copy(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[2] + i] = s[m[1] + i];
        }
    }

    /// c = a + f[0] b.
    ///
    /// @param m n; a, b, c
    public static void triad(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[3] + i] = s[m[1] + i] + f[0] * s[m[2] + i];
        }
    }

    /// b = b + f[0] a.
    ///
    /// @param m n; a, b
    public static void axpy(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[2] + i] = s[m[2] + i] + f[0] * s[m[1] + i];
        }
    }

    /// Eight independent chains of `a = f[0] a + f[1]` in registers, four links of each in a turn; y holds their sums.
    ///
    /// @param m n; y, turns
    public static void multiplyAdd(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            float x = f[0];
            float y = f[1];
            float a0 = i;
            float a1 = i + 1;
            float a2 = i + 2;
            float a3 = i + 3;
            float a4 = i + 4;
            float a5 = i + 5;
            float a6 = i + 6;
            float a7 = i + 7;
            for (int turn = 0; turn < m[2]; turn++) {
                a0 = links(a0, x, y);
                a1 = links(a1, x, y);
                a2 = links(a2, x, y);
                a3 = links(a3, x, y);
                a4 = links(a4, x, y);
                a5 = links(a5, x, y);
                a6 = links(a6, x, y);
                a7 = links(a7, x, y);
            }
            s[m[1] + i] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
        }
    }

    private static float links(float a, float x, float y) {
        float first = x * a + y;
        float second = x * first + y;
        float third = x * second + y;
        return x * third + y;
    }
}
