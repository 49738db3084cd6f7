package norma.tornado.code;

/// Sums and maxima over the middle axis of x (outer, n, inner).
///
/// Long axes are reduced in stages. A stage turns (outer, n, inner) into (outer, blocks, inner): block b takes the rows b,
/// b + blocks, b + 2 blocks ..., so that neighbours read what lies side by side.
public final class ReductionCode {

    private ReductionCode() {
    }

    /// y[o, b, i] = sum of x[o, k, i] over the rows k of block b
    ///
    /// @param m outer * blocks * inner; x, y, n, inner, blocks
    public static void sumOfBlocks(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[4];
            int o = row / m[5];
            int x = m[1] + o * m[3] * m[4] + i - row * m[4];
            double sum = 0;
            for (int k = row - o * m[5]; k < m[3]; k += m[5]) {
                sum += s[x + k * m[4]];
            }
            s[m[2] + i] = (float) sum;
        }
    }

    /// y[o, b, i] = max of x[o, k, i] over the rows k of block b; NaN if any is NaN
    ///
    /// @param m outer * blocks * inner; x, y, n, inner, blocks
    public static void maximumOfBlocks(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[4];
            int o = row / m[5];
            int x = m[1] + o * m[3] * m[4] + i - row * m[4];
            float greatest = s[x + (row - o * m[5]) * m[4]];
            for (int k = row - o * m[5]; k < m[3]; k += m[5]) {
                greatest = Maths.greater(greatest, s[x + k * m[4]]);
            }
            s[m[2] + i] = greatest;
        }
    }

    /// The sum of each run of `length` rows in the direction of the cumulative sum, as a float and what its rounding left.
    ///
    /// @param m outer * runs * inner; x, totals, n, inner, runs, length, first row, +1 or -1
    public static void totals(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[4];
            int o = row / m[5];
            int x = m[1] + (o * m[3] + m[7]) * m[4] + i - row * m[4];
            int from = (row - o * m[5]) * m[6];
            double sum = 0;
            for (int k = from; k < Math.min(from + m[6], m[3]); k++) {
                sum += s[x + k * m[8] * m[4]];
            }
            float head = (float) sum;
            s[m[2] + 2 * i] = head;
            s[m[2] + 2 * i + 1] = head - head == 0 ? (float) (sum - head) : 0;
        }
    }

    /// The cumulative sum along one run, which begins with the totals of the runs before.
    ///
    /// @param m outer * runs * inner; x, totals, n, inner, runs, length, first row, +1 or -1, y
    public static void cumulative(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[4];
            int o = row / m[5];
            int first = (o * m[3] + m[7]) * m[4] + i - row * m[4];
            int run = row - o * m[5];
            double sum = 0;
            for (int r = run; r > 0; r--) {
                int total = m[2] + 2 * (i - r * m[4]);
                sum += (double) s[total] + s[total + 1];
            }
            for (int k = run * m[6]; k < Math.min((run + 1) * m[6], m[3]); k++) {
                int at = first + k * m[8] * m[4];
                sum += s[m[1] + at];
                s[m[9] + at] = (float) sum;
            }
        }
    }

    /// Sums of squares of the blocks of several arrays, in double: block b of an array takes its elements b, b + blocks ...
    ///
    /// @param m blocks of all arrays; partial sums (blocks, 4), arrays, firsts, lengths, places. The block with which each array
    ///          begins is a float; lengths and places are two floats each, of which the first counts 2^20
    public static void squares(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int array = 0;
            int above = m[2];
            while (above - array > 1) {
                int middle = (array + above) / 2;
                int later = i < s[m[3] + middle] ? 1 : 0;
                above = later == 1 ? middle : above;
                array = later == 1 ? array : middle;
            }
            int first = (int) s[m[3] + array];
            int blocks = (int) s[m[3] + array + 1] - first;
            int n = number(s, m[4] + 2 * array);
            int x = number(s, m[5] + 2 * array);
            double sum = 0;
            for (int k = i - first; k < n; k += blocks) {
                double value = s[x + k];
                sum += value * value;
            }
            SplitDoubles.write(sum, s, m[1] + 4 * i);
        }
    }

    private static int number(float[] s, int at) {
        return ((int) s[at] << 20) + (int) s[at + 1];
    }

    /// Adds up the partial sums of each array, `groups` sums for each.
    ///
    /// @param m arrays * groups; partial sums (blocks, 4), sums (arrays, groups, 4), groups, firsts
    public static void squaresOfGroups(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int array = i / m[3];
            int last = (int) s[m[4] + array + 1];
            double sum = 0;
            for (int k = (int) s[m[4] + array] + i - array * m[3]; k < last; k += m[3]) {
                sum += SplitDoubles.read(s, m[1] + 4 * k);
            }
            SplitDoubles.write(sum, s, m[2] + 4 * i);
        }
    }

    /// Sums of n doubles that follow one another.
    ///
    /// @param m sums; x (sums, n, 4), y (sums, 4), n
    public static void sumOfDoubles(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double sum = 0;
            for (int k = i * m[3]; k < (i + 1) * m[3]; k++) {
                sum += SplitDoubles.read(s, m[1] + 4 * k);
            }
            SplitDoubles.write(sum, s, m[2] + 4 * i);
        }
    }
}
