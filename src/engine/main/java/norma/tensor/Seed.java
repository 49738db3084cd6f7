package norma.tensor;

import norma.kernel.SplitMix;

/// The seeds of what has none of its own: new layers, the dropout of a tape, random tensors.
///
/// Each thread has a sequence of them, which begins at 0 if [#set] was not called. So a program that makes the same things in
/// the same order gets the same bits in each run. What must not depend on what was made before it is given a seed of its own.
///
/// ```java
/// Seed.set(42);
/// Linear layer = Linear.of(784, 10);    // the same numbers in each run; others after Seed.set(43)
/// ```
public final class Seed {
    private static final ThreadLocal<Seed> CURRENT = ThreadLocal.withInitial(() -> new Seed(0));

    private final long start;
    private long taken;

    private Seed(long start) {
        this.start = start;
    }

    /// Begins this thread's sequence anew, from another start.
    public static void set(long start) {
        CURRENT.set(new Seed(start));
    }

    /// The next seed of this thread.
    public static long next() {
        Seed current = CURRENT.get();
        return SplitMix.at(current.start, current.taken++);
    }
}
