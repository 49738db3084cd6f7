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

    /// SGD.
    ///
    /// @param m n; w, gradient, velocity or -1, 1 for Nesterov's
    /// @param f rate, momentum, rate * decay, gradient scale
    public static void sgd(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int w = m[1] + i;
            float g = s[m[2] + i] * f[3];
            float change = g;
            if (m[3] >= 0) {
                float velocity = f[1] * s[m[3] + i] + g;
                s[m[3] + i] = velocity;
                change = m[4] == 1 ? g + f[1] * velocity : velocity;
            }
            s[w] -= f[2] * s[w] + f[0] * change;
        }
    }

    /// RMSprop.
    ///
    /// @param m n; w, gradient, v, mean or -1, velocity or -1
    /// @param f rate, smoothing, eps, momentum, gradient scale
    public static void rmsProp(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            float g = s[m[2] + i] * f[4];
            float square = f[1] * s[m[3] + i] + (1 - f[1]) * (g * g);
            s[m[3] + i] = square;
            if (m[4] >= 0) {
                float center = f[1] * s[m[4] + i] + (1 - f[1]) * g;
                s[m[4] + i] = center;
                square -= center * center;
                square = square < 0 ? 0 : square;
            }
            float change = g / ((float) Math.sqrt(square) + f[2]);
            if (m[5] >= 0) {
                change += f[3] * s[m[5] + i];
                s[m[5] + i] = change;
            }
            s[m[1] + i] -= f[0] * change;
        }
    }

    /// Adagrad.
    ///
    /// @param m n; w, gradient, v
    /// @param f rate, eps, gradient scale
    public static void adagrad(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            float g = s[m[2] + i] * f[2];
            float square = s[m[3] + i] + g * g;
            s[m[3] + i] = square;
            s[m[1] + i] -= f[0] * g / ((float) Math.sqrt(square) + f[1]);
        }
    }

    /// Lion.
    ///
    /// @param m n; w, gradient, moment
    /// @param f rate, b1, b2, rate * decay, gradient scale
    public static void lion(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int w = m[1] + i;
            float g = s[m[2] + i] * f[4];
            float old = s[m[3] + i];
            s[m[3] + i] = f[2] * old + (1 - f[2]) * g;
            s[w] -= f[3] * s[w] + f[0] * Maths.signOf(f[1] * old + (1 - f[1]) * g);
        }
    }
}
