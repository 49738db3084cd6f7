package norma.tensor;

import com.carrotsearch.hppc.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.Arrays;

/// Arrays that were used before and will be again: what lets a training step allocate nothing after the first.
///
/// Sizes are rounded up by at most 1/16 so that arrays serve lengths that are nearly theirs. Not for several threads at
/// once: each tape that is open needs a memory of its own.
public final class Memory {
    private final IntObjectHashMap<ArrayDeque<float[]>> free = new IntObjectHashMap<>();
    private long allocated;

    /// An empty memory; it grows to what the largest step needs.
    public Memory() {
    }

    /// Bytes of all arrays ever allocated here.
    public long allocatedBytes() {
        return allocated;
    }

    /// An array of at least `length` floats with undefined contents.
    float[] take(int length) {
        int size = roundUp(length);
        ArrayDeque<float[]> arrays = free.get(size);
        if (arrays != null && !arrays.isEmpty()) {
            return arrays.pop();
        }
        allocated += 4L * size;
        return new float[size];
    }

    /// Takes an array back; whoever still reads it finds NaN when assertions are on.
    void give(float[] array) {
        assert poison(array);
        ArrayDeque<float[]> arrays = free.get(array.length);
        if (arrays == null) {
            arrays = new ArrayDeque<>();
            free.put(array.length, arrays);
        }
        arrays.push(array);
    }

    /// Whether an array is what [#take] gives for `length` floats.
    static boolean fits(float[] array, int length) {
        return array.length == roundUp(length);
    }

    private static int roundUp(int length) {
        if (length <= 256) {
            return length;
        }
        int step = Integer.highestOneBit(length) >> 4;
        return (int) Math.min(Integer.MAX_VALUE - 8L, (length + step - 1L) / step * step);
    }

    private static boolean poison(float[] array) {
        Arrays.fill(array, Float.NaN);
        return true;
    }
}
