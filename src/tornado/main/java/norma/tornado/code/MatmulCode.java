package norma.tornado.code;

/// Matrix products, C = f(A B + bias) for each matrix of a batch.
///
/// The sum over k is cut into parts of a length that depends on k alone. Each is summed in the order of k, and the sums are added in
/// the order of the parts. So an element of C has the same bits whether one iteration computes all of its parts or only one, and
/// whatever the other rows are.
public final class MatmulCode {
    private static final int A = 1, A_BATCH = 2, A_ROW = 3, A_COLUMN = 4;
    private static final int B = 5, B_BATCH = 6, B_ROW = 7, B_COLUMN = 8;
    private static final int C = 9, C_BATCH = 10, C_ROW = 11;
    private static final int BATCH = 12, ROWS = 13, COLUMNS = 14, DEPTH = 15;
    private static final int PART = 16, PARTS = 17, PART_STRIDE = 18;
    private static final int ACCUMULATE = 19, BIAS = 20, PREACTIVATION = 21, ACTIVATION = 22;

    private MatmulCode() {
    }

    /// Four rows of C by four columns, which lie a quarter of the columns apart, so that neighbours read neighbouring columns of B.
    ///
    /// @param m iterations: parts / p * batch * ceil(rows / 4) * ceil(columns / 4); A and its strides (batch, row, column); B and its
    ///     strides; C and its strides (batch, row); batch, rows, columns, k; length of a part, number p of parts that an iteration adds
    ///     up, from one part's C to the next; accumulate, bias or -1, preactivation or -1, activation
    public static void tiles(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int across = (m[COLUMNS] + 3) / 4, down = (m[ROWS] + 3) / 4;
            int x = i % across, y = i / across % down * 4;
            int matrix = i / across / down % m[BATCH], part = i / across / down / m[BATCH];
            int a0 = m[A] + matrix * m[A_BATCH] + y * m[A_ROW];
            int a1 = a0 + Math.min(1, m[ROWS] - 1 - y) * m[A_ROW];
            int a2 = a0 + Math.min(2, m[ROWS] - 1 - y) * m[A_ROW];
            int a3 = a0 + Math.min(3, m[ROWS] - 1 - y) * m[A_ROW];
            int b = m[B] + matrix * m[B_BATCH];
            int b0 = b + x * m[B_COLUMN];
            int b1 = b + Math.min(x + across, m[COLUMNS] - 1) * m[B_COLUMN];
            int b2 = b + Math.min(x + 2 * across, m[COLUMNS] - 1) * m[B_COLUMN];
            int b3 = b + Math.min(x + 3 * across, m[COLUMNS] - 1) * m[B_COLUMN];
            int c = m[C] + part * m[PART_STRIDE] + matrix * m[C_BATCH];
            for (int r = y; r < Math.min(y + 4, m[ROWS]); r++) {
                for (int j = x; j < m[COLUMNS]; j += across) {
                    int at = c + r * m[C_ROW] + j;
                    s[at] = first(s, m, at, j);
                }
            }
            for (int p = part * m[PARTS]; p < (part + 1) * m[PARTS]; p++) {
                float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
                float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
                float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
                float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
                int to = Math.min((p + 1) * m[PART], m[DEPTH]);
                for (int k = p * m[PART]; k < to; k++) {
                    int down4 = k * m[A_COLUMN], across4 = k * m[B_ROW];
                    float x0 = s[b0 + across4], x1 = s[b1 + across4], x2 = s[b2 + across4], x3 = s[b3 + across4];
                    float y0 = s[a0 + down4];
                    c00 += y0 * x0;
                    c01 += y0 * x1;
                    c02 += y0 * x2;
                    c03 += y0 * x3;
                    float y1 = s[a1 + down4];
                    c10 += y1 * x0;
                    c11 += y1 * x1;
                    c12 += y1 * x2;
                    c13 += y1 * x3;
                    float y2 = s[a2 + down4];
                    c20 += y2 * x0;
                    c21 += y2 * x1;
                    c22 += y2 * x2;
                    c23 += y2 * x3;
                    float y3 = s[a3 + down4];
                    c30 += y3 * x0;
                    c31 += y3 * x1;
                    c32 += y3 * x2;
                    c33 += y3 * x3;
                }
                addRow(s, m, c, y, x, c00, c01, c02, c03);
                addRow(s, m, c, y + 1, x, c10, c11, c12, c13);
                addRow(s, m, c, y + 2, x, c20, c21, c22, c23);
                addRow(s, m, c, y + 3, x, c30, c31, c32, c33);
            }
            // one comparison: TornadoVM would run what stands behind an `||` at the end of a loop in any case
            if (Math.max(m[PREACTIVATION] + 1, m[ACTIVATION]) > 0) {
                for (int r = y; r < Math.min(y + 4, m[ROWS]); r++) {
                    for (int j = x; j < m[COLUMNS]; j += across) {
                        int at = c + r * m[C_ROW] + j;
                        s[at] = last(s, m, at, s[at]);
                    }
                }
            }
        }
    }

    /// One element of C, where there are too few for tiles.
    ///
    /// @param m iterations: parts / p * batch * rows * columns; the rest as for tiles
    public static void elements(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int x = i % m[COLUMNS], y = i / m[COLUMNS] % m[ROWS];
            int matrix = i / m[COLUMNS] / m[ROWS] % m[BATCH], part = i / m[COLUMNS] / m[ROWS] / m[BATCH];
            int a = m[A] + matrix * m[A_BATCH] + y * m[A_ROW];
            int b = m[B] + matrix * m[B_BATCH] + x * m[B_COLUMN];
            int at = m[C] + part * m[PART_STRIDE] + matrix * m[C_BATCH] + y * m[C_ROW] + x;
            float total = first(s, m, at, x);
            for (int p = part * m[PARTS]; p < (part + 1) * m[PARTS]; p++) {
                float sum = 0;
                int to = Math.min((p + 1) * m[PART], m[DEPTH]);
                for (int k = p * m[PART]; k < to; k++) {
                    sum += s[a + k * m[A_COLUMN]] * s[b + k * m[B_ROW]];
                }
                total += sum;
            }
            s[at] = last(s, m, at, total);
        }
    }

    /// C from the sums of its parts.
    ///
    /// @param m iterations: batch * rows * columns; the sums in place of A; the rest as for tiles
    public static void addParts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int x = i % m[COLUMNS], y = i / m[COLUMNS] % m[ROWS], matrix = i / m[COLUMNS] / m[ROWS];
            int at = m[C] + matrix * m[C_BATCH] + y * m[C_ROW] + x;
            float total = first(s, m, at, x);
            for (int p = 0; p < m[PARTS]; p++) {
                total += s[m[A] + p * m[PART_STRIDE] + i];
            }
            s[at] = last(s, m, at, total);
        }
    }

    /// Dense rows of matrices with any strides. Eight rows by eight columns are neighbours, so that neither reads nor writes are far
    /// apart.
    ///
    /// @param m iterations: batch * ceil(rows / 8) * ceil(columns / 8) * 64; matrices and their strides (batch, row, column); to where;
    ///     rows, columns
    public static void dense(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int across = (m[7] + 7) / 8, down = (m[6] + 7) / 8, block = i / 64;
            int y = block / across % down * 8 + i % 8, x = block % across * 8 + i / 8 % 8;
            int matrix = block / across / down;
            if (y < m[6] && x < m[7]) {
                s[m[5] + (matrix * m[6] + y) * m[7] + x] = s[m[1] + matrix * m[2] + y * m[3] + x * m[4]];
            }
        }
    }

    /// What the sum of an element starts from.
    private static float first(float[] s, int[] m, int at, int column) {
        float start = 0;
        if (m[ACCUMULATE] != 0) {
            start = s[at];
        }
        if (m[BIAS] >= 0) {
            start += s[m[BIAS] + column];
        }
        return start;
    }

    /// Keeps the preactivation of a finished element; its activation.
    private static float last(float[] s, int[] m, int at, float sum) {
        if (m[PREACTIVATION] >= 0) {
            s[m[PREACTIVATION] + at - m[C]] = sum;
        }
        return Maths.activate(m[ACTIVATION], sum);
    }

    private static void addRow(float[] s, int[] m, int c, int y, int x, float c0, float c1, float c2, float c3) {
        if (y < m[ROWS]) {
            int across = (m[COLUMNS] + 3) / 4, at = c + y * m[C_ROW] + x;
            s[at] += c0;
            if (x + across < m[COLUMNS]) {
                s[at + across] += c1;
            }
            if (x + 2 * across < m[COLUMNS]) {
                s[at + 2 * across] += c2;
            }
            if (x + 3 * across < m[COLUMNS]) {
                s[at + 3 * across] += c3;
            }
        }
    }
}
