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
    /// Start of each thread's sequence and how many seeds it has given. An object of a class of ours would hold all of them for as
    /// long as the thread lives.
    private static final ThreadLocal<long[]> CURRENT = ThreadLocal.withInitial(() -> new long[2]);

    private Seed() {
    }

    /// Begins this thread's sequence anew, from another start.
    public static void set(long start) {
        CURRENT.set(new long[] {start, 0});
    }

    /// The next seed of this thread.
    public static long next() {
        long[] current = CURRENT.get();
        return SplitMix.at(current[0], current[1]++);
    }
}
