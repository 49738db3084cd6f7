package norma.tornado.code;

/// Steps of optimizers; formulas as in the contract.
public final class UpdateCode {

    private UpdateCode() {
    }

    /// AdamW.
    ///
    /// @param m n; w, gradient, moment, square
    /// @param f rate / (1 - b1^t), b1, b2, eps, rate * decay, gradient scale, 1 / (1 - b2^t)
    public static void adamW(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int w = m[1] + i, v = m[4] + i;
            float g = s[m[2] + i] * f[5];
            float mean = f[1] * s[m[3] + i] + (1 - f[1]) * g;
            float square = f[2] * s[v] + (1 - f[2]) * (g * g);
            s[m[3] + i] = mean;
            s[v] = square;
            s[w] -= f[4] * s[w] + f[0] * mean / ((float) Math.sqrt(square * f[6]) + f[3]);
        }
    }
}
