package norma.parallel;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Platform threads for the long computations of virtual ones: at most a thread for each processor, and none while there is no work.
///
/// A virtual thread that computes keeps its carrier from all others until it is done. One that waits for its turn may do
/// worse: if it is pinned it keeps the carrier while it waits, perhaps from the very thread whose turn it is. So none waits for a lock
/// here either, but only for its own work to be done.
public final class PlatformThreads {
    private static final int MOST = Runtime.getRuntime().availableProcessors();
    private static final Queue<Runnable> WORK = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private PlatformThreads() {
    }

    /// Runs the work, with the current team: on this thread, or on a platform thread if this one is virtual.
    public static void run(Runnable work) {
        if (Thread.currentThread().isVirtual()) {
            hand(work);
        } else {
            work.run();
        }
    }

    private static void hand(Runnable work) {
        Workers team = Workers.current();
        var job = new Job(1, 1, 1, (_, _) -> work.run());
        WORK.add(() -> team.call(() -> {
            job.runAll();
            return null;
        }));
        if (claimThread()) {
            start();
        }
        job.sleep();
        job.rethrow();
    }

    /// Whether there may be one more thread, which is counted then.
    private static boolean claimThread() {
        return RUNNING.getAndUpdate(running -> Math.min(MOST, running + 1)) < MOST;
    }

    /// Where the system gives no more threads, this one does the work.
    private static void start() {
        try {
            Threads.daemon("norma-platform", PlatformThreads::work).start();
        } catch (OutOfMemoryError _) {
            work();
        }
    }

    /// What a thread does: all the work there is, also what came while it was about to end.
    private static void work() {
        do {
            for (Runnable next = WORK.poll(); next != null; next = WORK.poll()) {
                next.run();
            }
            RUNNING.decrementAndGet();
        } while (!WORK.isEmpty() && claimThread());
    }
}
