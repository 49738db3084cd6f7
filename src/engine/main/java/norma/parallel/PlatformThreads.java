package norma.parallel;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Platform threads for the long computations of virtual ones: a thread for each processor, which ends like a team's when it is idle.
///
/// A virtual thread that computes keeps its carrier from all others until it is done. One that waits for its turn may do
/// worse: if it is pinned it keeps the carrier while it waits, perhaps from the very thread whose turn it is.
public final class PlatformThreads {
    private static final class ForProcess {
        private static final ThreadPoolExecutor THREADS = executor(Runtime.getRuntime().availableProcessors());
    }

    private PlatformThreads() {
    }

    private static ThreadPoolExecutor executor(int threads) {
        var executor = new ThreadPoolExecutor(threads, threads, Workers.IDLE_MILLIS, TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(), work -> Threads.daemon("norma-platform", work));
        executor.allowCoreThreadTimeOut(true);
        return executor;
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
        var job = new Job(1, 1, (_, _) -> work.run());
        ForProcess.THREADS.execute(() -> team.call(() -> {
            job.runAll();
            return null;
        }));
        job.sleep();
        job.rethrow();
    }
}
