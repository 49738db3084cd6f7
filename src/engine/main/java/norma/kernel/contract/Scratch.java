package norma.kernel.contract;

import java.util.concurrent.atomic.AtomicInteger;

/// Working memory inside a kernel: one array in each [Workspace], which grows when more is asked for.
///
/// Every use has a constant of its own, whose name says what lies there:
///
///     private static final Scratch KEYS = new Scratch();
///
/// So two arrays that a kernel holds at once can't be the same. What an array holds is undefined at first, and valid until the
/// same thread asks the same constant again; nothing is handed back.
public final class Scratch {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final int number = COUNT.getAndIncrement();

    /// At least `length` floats.
    public float[] floats(int length) {
        Workspace workspace = Workspace.current();
        float[] floats = (float[]) workspace.get(number);
        if (floats == null || floats.length < length) {
            floats = new float[length];
            workspace.set(number, floats);
        }
        return floats;
    }

    /// The same with several arrays in place of one: for loops that C2 vectorizes only when every array has the same index.
    public static final class Rows {
        private final int number = COUNT.getAndIncrement();

        /// At least `count` arrays of at least `length` floats each.
        public float[][] floats(int count, int length) {
            Workspace workspace = Workspace.current();
            float[][] rows = (float[][]) workspace.get(number);
            if (rows == null || rows.length < count || rows[0].length < length) {
                rows = new float[rows == null ? count : Math.max(count, rows.length)][length];
                workspace.set(number, rows);
            }
            return rows;
        }
    }
}
