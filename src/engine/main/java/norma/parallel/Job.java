package norma.parallel;

import java.util.concurrent.atomic.AtomicInteger;

/// One call of [Workers#split]: chunks are taken one by one by whoever is free, and counted when they are done.
final class Job {
    private final int count;
    private final int grain;
    private final int chunks;
    private final Workers.Chunk chunk;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Throwable failure;

    Job(int count, int grain, Workers.Chunk chunk) {
        this.count = count;
        this.grain = grain;
        this.chunks = Math.ceilDiv(count, grain);
        this.chunk = chunk;
    }

    /// Takes chunks until none is left.
    void runAll() {
        for (int i = taken.getAndIncrement(); i < chunks; i = taken.getAndIncrement()) {
            try {
                if (failure == null) {
                    int from = i * grain;
                    chunk.run(from, from + Math.min(grain, count - from));
                }
            } catch (Throwable thrown) {
                failure = thrown;
            } finally {
                done.incrementAndGet();
            }
        }
    }

    /// Waits until the chunks that others took are done: no longer than one chunk lasts, so it spins, then yields.
    void await() {
        for (int spin = 0; done.get() < chunks; spin++) {
            if (spin < 10_000) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
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
