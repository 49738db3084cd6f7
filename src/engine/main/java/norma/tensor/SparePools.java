package norma.tensor;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;

/// The pools that wait for a tape, of all threads together: as many as ran at once, at most one for each processor. The one used last
/// is taken first, and all of them are the collector's when memory gets short.
final class SparePools {
    private static final int MOST = Runtime.getRuntime().availableProcessors();
    private static final Deque<SoftReference<BufferPool>> SPARE = new ArrayDeque<>();

    private SparePools() {
    }

    /// A pool that nobody else has.
    static synchronized BufferPool take() {
        while (!SPARE.isEmpty()) {
            BufferPool pool = SPARE.pop().get();
            if (pool != null) {
                return pool;
            }
        }
        return new BufferPool();
    }

    static synchronized void giveBack(BufferPool pool) {
        if (SPARE.size() == MOST) {
            SPARE.removeLast();
        }
        SPARE.push(new SoftReference<>(pool));
    }
}
