package norma.kernel.contract;

/// Working memory inside a kernel: one array for each thread, which grows when more is asked for.
///
/// Every use has a constant of its own, whose name says what lies there:
///
///     private static final Scratch KEYS = new Scratch();
///
/// So two arrays that a kernel holds at once can't be the same. What an array holds is undefined at first, and valid until the
/// same thread asks the same constant again; nothing is handed back.
public final class Scratch {
    private final ThreadLocal<float[]> array = ThreadLocal.withInitial(() -> new float[0]);

    /// At least `length` floats.
    public float[] floats(int length) {
        float[] floats = array.get();
        if (floats.length < length) {
            floats = new float[length];
            array.set(floats);
        }
        return floats;
    }

    /// The same with several arrays in place of one: for loops that C2 vectorizes only when every array has the same index.
    public static final class Rows {
        private final ThreadLocal<float[][]> arrays = ThreadLocal.withInitial(() -> new float[1][0]);

        /// At least `count` arrays of at least `length` floats each.
        public float[][] floats(int count, int length) {
            float[][] rows = arrays.get();
            if (rows.length < count || rows[0].length < length) {
                rows = new float[Math.max(count, rows.length)][length];
                arrays.set(rows);
            }
            return rows;
        }
    }
}
