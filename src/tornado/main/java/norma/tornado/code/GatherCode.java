package norma.tornado.code;

/// Rows of a table by index; ids are floats.
public final class GatherCode {

    private GatherCode() {
    }

    /// `y[i] = table[ids[i]]`
    ///
    /// @param m rows * columns; table, ids, columns, y
    public static void gather(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[3];
            s[m[4] + i] = s[m[1] + (int) s[m[2] + row] * m[3] + i - row * m[3]];
        }
    }

    /// `table[id] +=` the sum of the rows of dy with that id, in their order.
    ///
    /// @param m different ids * columns; dy, columns, table, ids, where the rows of each id begin among all, rows
    public static void scatterAdd(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int id = i / m[2];
            int column = i - id * m[2];
            int at = m[3] + (int) s[m[4] + id] * m[2] + column;
            int end = (int) s[m[5] + id + 1];
            float sum = s[at];
            for (int k = (int) s[m[5] + id]; k < end; k++) {
                sum += s[m[1] + (int) s[m[6] + k] * m[2] + column];
            }
            s[at] = sum;
        }
    }
}
