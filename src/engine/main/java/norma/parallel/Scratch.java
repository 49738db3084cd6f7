package norma.parallel;

/// Working memory of one thread for the inside of a kernel: one growing array a slot, contents undefined.
///
/// A kernel that holds two arrays at once takes them from two slots; nothing is handed back. What a slot holds is valid
/// until the same thread takes that slot again.
public final class Scratch {
    private static final int SLOTS = 8;
    private static final ThreadLocal<float[][]> ARRAYS = ThreadLocal.withInitial(() -> new float[SLOTS][0]);

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
}
