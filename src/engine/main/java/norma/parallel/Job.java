package norma.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// One call of [Workers#split]: chunks are taken one by one by whoever is free, and counted when they are done.
///
/// Neighbouring chunks often write to the same cache lines, where one ends and the next begins, and then threads that work on them at
/// the same time take these lines from each other again and again. So the chunks fall into as many regions as there are threads, and
/// are taken from one region after the other. With two threads that is 12 % of the time of a text of 128 tokens.
final class Job {
    private static final int SPINS = 10_000;

    private final int count;
    private final int grain;
    private final int chunks;
    private final int regions;
    private final Workers.Chunk chunk;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Throwable failure;
    private volatile Thread sleeper;

    /// @param threads that may work on it
    Job(int count, int grain, int threads, Workers.Chunk chunk) {
        this.count = count;
        this.grain = grain;
        this.chunks = Math.ceilDiv(count, grain);
        this.regions = threads;
        this.chunk = chunk;
    }

    /// Takes chunks until none is left.
    void runAll() {
        for (int i = taken.getAndIncrement(); i < chunks; i = taken.getAndIncrement()) {
            try {
                if (failure == null) {
                    int from = place(i) * grain;
                    chunk.run(from, from + Math.min(grain, count - from));
                }
            } catch (Throwable thrown) {
                failure = thrown;
            } finally {
                if (done.incrementAndGet() == chunks) {
                    LockSupport.unpark(sleeper);
                }
            }
        }
    }

    /// Which chunk is taken as number i: the next one of region i mod regions.
    private int place(int i) {
        int region = i % regions;
        return region * (chunks / regions) + Math.min(region, chunks % regions) + i / regions;
    }

    /// Waits until the chunks that others took are done. Those of a kernel don't last as long as it takes to fall asleep and wake up,
    /// so it spins first.
    void await() {
        for (int spin = 0; spin < SPINS && done.get() < chunks; spin++) {
            Thread.onSpinWait();
        }
        if (done.get() < chunks) {
            sleep();
        }
    }

    /// The same without spinning.
    void sleep() {
        sleeper = Thread.currentThread();
        Uninterrupted.until(() -> done.get() == chunks, () -> LockSupport.park(this));
    }

    /// Throws in the caller's thread what a chunk threw.
    void rethrow() {
        rethrow(failure);
    }

    /// Throws what was thrown on another thread; null is nothing.
    static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }
}
