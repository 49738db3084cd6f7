package norma.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import norma.kernel.contract.Workspace;
import norma.parallel.OneThread;

/// Arrays that were used before and will be again: what lets a training step allocate nothing after the first.
///
/// Lengths are rounded up by at most 1/16, and an array serves lengths down to half of its own. Where none does, a new one takes
/// the place of a free one of nearly that length; so steps whose lengths keep changing need the memory of the largest. A pool
/// serves one thread at a time.
public final class BufferPool {
    /// Sizes between a power of two and the next, the latter included.
    private static final int STEPS = 16;

    /// Up to here sizes are the multiples of 16.
    private static final int SMALL = 256;

    private final Free[] free = new Free[sizeClass(Integer.MAX_VALUE - 8) + 1];
    private long bytes;
    private final Workspace workspace = new Workspace();
    private final OneThread user = new OneThread();

    /// Arrays of one size.
    private static final class Free extends ArrayDeque<float[]> {
        private static final long serialVersionUID = 1;
    }

    /// An empty pool; it grows to what the largest step needs.
    public BufferPool() {
    }

    /// Bytes of all arrays that are free here or were acquired from here.
    public long bytes() {
        return bytes;
    }

    /// Where the kernels of its tapes work.
    Workspace workspace() {
        return workspace;
    }

    /// Tells the pool that a tape of this thread takes arrays from here until [#tapeClosed].
    void tapeOpened() {
        user.enter("BufferPool: one thread at a time may have tapes on a pool",
                "give each thread a pool of its own, as Tape.training() does");
    }

    /// Tells the pool that a tape is closed.
    void tapeClosed() {
        user.leave();
    }

    /// An array of at least `length` floats with undefined contents.
    float[] acquire(int length) {
        int wanted = sizeClass(length);
        float[] array = poll(wanted, Math.min(wanted + STEPS, free.length));
        if (array != null) {
            return array;
        }
        float[] smaller = poll(Math.max(0, wanted - STEPS), wanted);
        bytes += 4L * (size(wanted) - (smaller == null ? 0 : smaller.length));
        return new float[size(wanted)];
    }

    // a free array of the smallest class in [from, to) that has one, else null
    private float[] poll(int from, int to) {
        for (int i = from; i < to; i++) {
            if (free[i] != null && !free[i].isEmpty()) {
                return free[i].pop();
            }
        }
        return null;
    }

    /// Takes an array back; whoever still reads it finds NaN when assertions are on.
    void release(float[] array) {
        assert poison(array);
        int i = sizeClass(array.length);
        if (free[i] == null) {
            free[i] = new Free();
        }
        free[i].push(array);
    }

    /// Whether an array is hardly longer than `length` floats.
    static boolean fits(float[] array, int length) {
        return array.length == size(sizeClass(length));
    }

    /// The number of the smallest size that holds `length` floats.
    private static int sizeClass(int length) {
        if (length <= SMALL) {
            return Math.ceilDiv(length, SMALL / STEPS);
        }
        int octave = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(length - 1);
        int step = (1 << octave) / STEPS;
        return STEPS * (octave - 7) + Math.ceilDiv(length - (1 << octave), step);
    }

    private static int size(int sizeClass) {
        if (sizeClass <= STEPS) {
            return sizeClass * (SMALL / STEPS);
        }
        int octave = (sizeClass - 1) / STEPS + 7;
        int steps = (sizeClass - 1) % STEPS + 1 + STEPS;
        return (int) Math.min(Integer.MAX_VALUE - 8L, (long) steps << octave - 4);
    }

    private static boolean poison(float[] array) {
        Arrays.fill(array, Float.NaN);
        return true;
    }
}
