package norma.parallel;

/// Working memory of one thread for the inside of a kernel: one growing array a slot, contents undefined.
///
/// A kernel that holds two arrays at once takes them from two slots; nothing is handed back. What a slot holds is valid
/// until the same thread takes that slot again.
public final class Scratch {
    private static final int SLOTS = 8;
    private static final ThreadLocal<float[][]> ARRAYS = ThreadLocal.withInitial(() -> new float[SLOTS][0]);

    private static final ThreadLocal<float[][][]> ROWS = ThreadLocal.withInitial(() -> new float[SLOTS][0][0]);

    private Scratch() {
    }

    /// At least `length` floats of undefined contents.
    public static float[] floats(int slot, int length) {
        float[][] arrays = ARRAYS.get();
        if (arrays[slot].length < length) {
            arrays[slot] = new float[length];
        }
        return arrays[slot];
    }

    /// At least `count` arrays of at least `length` floats each, of undefined contents: for loops that C2 vectorizes only
    /// when every array has the same index. Their slots are not those of [#floats].
    public static float[][] rows(int slot, int count, int length) {
        float[][][] rows = ROWS.get();
        if (rows[slot].length < count || rows[slot][0].length < length) {
            rows[slot] = new float[Math.max(count, rows[slot].length)][length];
        }
        return rows[slot];
    }
}
