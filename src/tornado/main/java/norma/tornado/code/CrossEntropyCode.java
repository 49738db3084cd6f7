package norma.tornado.code;

/// Softmax and cross entropy in one. Parts of a row take turns.
public final class CrossEntropyCode {

    private CrossEntropyCode() {
    }

    /// The largest logit of each part, the sum of exp(x - largest), and, if labels are smoothed, the sum of largest - x.
    ///
    /// @param m n = rows * parts; logits, classes, parts, whether labels are smoothed, room for (rows, parts, 3)
    public static void parts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int part = i % m[3], first = m[1] + i / m[3] * m[2] + part, n = Sums.share(m[2], part, m[3]);
            int to = m[5] + 3 * i;
            float largest = SoftmaxCode.largest(s, first, n, m[3]);
            s[to] = largest;
            s[to + 1] = SoftmaxCode.sum(s, first, n, m[3], largest);
            s[to + 2] = m[4] == 0 ? 0 : distances(s, first, n, m[3], largest);
        }
    }

    /// The sum of largest - x, infinite if any x is minus infinity.
    private static float distances(float[] s, int first, int n, int stride, float largest) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += largest - s[first + k * stride];
        }
        return largest < -Float.MAX_VALUE ? -largest : (float) sum;
    }

    /// loss = log(sum) + (1 - smoothing) * (largest - the logit of the target) + smoothing * mean(largest - x), 0 where the target is negative;
    /// and largest and sum of each row.
    ///
    /// @param m n = rows; logits, classes, parts, (rows, parts, 3), targets, losses, room for (rows, 2)
    /// @param f smoothing
    public static void losses(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int first = m[4] + 3 * i * m[3], target = (int) s[m[5] + i];
            float largest = SoftmaxCode.largest(s, first, m[3], 3);
            double sum = SoftmaxCode.merged(s, first, m[3], 3, largest);
            s[m[7] + 2 * i] = largest;
            s[m[7] + 2 * i + 1] = (float) sum;
            if (target < 0) {
                s[m[6] + i] = 0;
            } else {
                double toTarget = (double) largest - s[m[1] + i * m[2] + target];
                double loss = Math.log(sum) + (1 - (double) f[0]) * toTarget;
                if (f[0] != 0) {
                    loss += f[0] * meanDistance(s, m, first, largest);
                }
                s[m[6] + i] = (float) loss;
            }
        }
    }

    private static double meanDistance(float[] s, int[] m, int first, float largest) {
        double sum = 0;
        for (int k = 0; k < m[3]; k++) {
            double more = (double) largest - s[first + 3 * k];
            sum += s[first + 3 * k + 2] + more * Sums.share(m[2], k, m[3]);
        }
        return sum / m[2];
    }

    /// (p - q) * scale, 0 where the target is negative; p = exp(x - largest) / sum, q = smoothing / classes, and 1 - smoothing
    /// more for the target.
    ///
    /// @param m n = rows * classes; logits, classes, targets, (rows, 2): largest, sum; dLogits
    /// @param f scale, smoothing / classes, 1 - smoothing
    public static void gradient(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[2], target = (int) s[m[3] + row];
            float p = Maths.exponential(s[m[1] + i] - s[m[4] + 2 * row]) / s[m[4] + 2 * row + 1];
            float q = f[1] + (i % m[2] == target ? f[2] : 0);
            s[m[5] + i] = target < 0 ? 0 : (p - q) * f[0];
        }
    }

    /// Sums of parts of x.
    ///
    /// @param m n = parts; x, elements of x, room for (parts)
    public static void sums(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[3] + i] = (float) Sums.of(s, m[1] + i, Sums.share(m[2], i, m[0]), m[0]);
        }
    }

    /// The sum of x, divided by a count.
    ///
    /// @param m n = 1; x, elements of x, count, result
    public static void mean(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[4] + i] = (float) (Sums.of(s, m[1], m[2], 1) / m[3]);
        }
    }
}
