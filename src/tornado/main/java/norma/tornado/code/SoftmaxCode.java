package norma.tornado.code;

/// Softmax over rows. Parts of a row take turns.
public final class SoftmaxCode {

    private SoftmaxCode() {
    }

    /// The largest x of each part and the sum of exp(x - largest).
    ///
    /// @param m n = rows * parts; x, columns, parts, room for (rows, parts, 2)
    public static void parts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int part = i % m[3], first = m[1] + i / m[3] * m[2] + part, n = Sums.share(m[2], part, m[3]);
            float largest = largest(s, first, n, m[3]);
            s[m[4] + 2 * i] = largest;
            s[m[4] + 2 * i + 1] = sum(s, first, n, m[3], largest);
        }
    }

    /// The same for whole rows: sum = sum of sum_k exp(largest_k - largest).
    ///
    /// @param m n = rows; (rows, parts, 2), parts, room for (rows, 2)
    public static void merge(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int first = m[1] + 2 * i * m[2];
            float largest = largest(s, first, m[2], 2);
            s[m[3] + 2 * i] = largest;
            s[m[3] + 2 * i + 1] = (float) merged(s, first, m[2], 2, largest);
        }
    }

    /// y = exp(x - largest) / sum
    ///
    /// @param m n = rows * columns; x, columns, (rows, 2): largest, sum; y
    public static void forward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = m[3] + 2 * (i / m[2]);
            s[m[4] + i] = Maths.exponential(s[m[1] + i] - s[row]) / s[row + 1];
        }
    }

    /// Sums of dy * y over parts of the rows.
    ///
    /// @param m n = rows * parts; y, dy, columns, parts, room for (rows, parts)
    public static void products(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double sum = 0;
            for (int j = i % m[4]; j < m[3]; j += m[4]) {
                int at = i / m[4] * m[3] + j;
                sum += (double) s[m[2] + at] * s[m[1] + at];
            }
            s[m[5] + i] = (float) sum;
        }
    }

    /// dx = y * (dy - sum(dy * y))
    ///
    /// @param m n = rows * columns; y, dy, columns, sums (rows), dx
    public static void backward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[5] + i] = s[m[1] + i] * (s[m[2] + i] - s[m[4] + i / m[3]]);
        }
    }

    /// The largest of n > 0 elements that lie `stride` apart; a NaN counts only if it is the first.
    static float largest(float[] s, int first, int n, int stride) {
        float largest = s[first];
        for (int k = 1; k < n; k++) {
            float x = s[first + k * stride];
            largest = x > largest ? x : largest;
        }
        return largest;
    }

    /// The sum of exp(x - largest), 0 if all are minus infinity.
    static float sum(float[] s, int first, int n, int stride, float largest) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += Maths.exponential(s[first + k * stride] - largest);
        }
        return largest < -Float.MAX_VALUE ? 0 : (float) sum;
    }

    /// The sum of a row's sums, each of which stands behind its largest element: NaN if all are minus infinity.
    static double merged(float[] s, int first, int parts, int stride, float largest) {
        double sum = 0;
        for (int k = 0; k < parts; k++) {
            int at = first + k * stride;
            sum += (double) s[at + 1] * Maths.exponential(s[at] - largest);
        }
        return sum;
    }
}
