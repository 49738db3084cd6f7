package norma.parallel;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A team of threads that shares out the chunks of one kernel at a time.
///
/// How work is cut depends on the caller's numbers only (`count`, `grain`), never on how many threads there are; so a
/// kernel that writes each chunk's result to its own place gives the same bits on any team.
///
/// The team of the current thread is the one given to [#call], else one for the whole process with `-Dnorma.threads`
/// threads (default: all processors). The thread that asks works too. A team that is busy with another caller's work, or
/// that is asked from inside a chunk, lets the asking thread do all of it alone.
public final class Workers implements AutoCloseable {

    /// One piece of work: the half-open range `[from, to)`.
    public interface Chunk {
        /// Does the work of `[from, to)`.
        void run(int from, int to);
    }

    private static final ScopedValue<Workers> CURRENT = ScopedValue.newInstance();

    /// About 50 microseconds: in a training step the next kernel comes sooner, and waking a parked thread costs as much.
    private static final int SPINS = 2000;

    /// More than a machine has processors.
    private static final int MOST = 4096;

    private static final int CHUNK_FLOATS = 1 << 15;

    /// The team of helper threads themselves: a chunk that splits again does so alone.
    static final Workers ALONE = new Workers(1);

    private static final class ForProcess {
        private static final Workers WORKERS = new Workers(
                Integer.getInteger("norma.threads", Runtime.getRuntime().availableProcessors()));
    }

    private final ReentrantLock turn = new ReentrantLock();
    private final Thread[] helpers;
    private volatile Job job;
    private volatile boolean closed;

    /// A team of `threads` threads, the caller's own among them.
    public Workers(int threads) {
        if (threads < 1 || threads > MOST) {
            throw new IllegalArgumentException("Workers: threads must be in [1, " + MOST + "]; got " + threads);
        }
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = Thread.ofPlatform().daemon().name("norma-" + (i + 1))
                    .unstarted(() -> ScopedValue.where(CURRENT, ALONE).run(this::help));
            helpers[i].start();
        }
    }

    /// The team that kernels on this thread use.
    public static Workers current() {
        return CURRENT.isBound() ? CURRENT.get() : ForProcess.WORKERS;
    }

    /// Runs `body` with this team as the current one.
    public <T> T call(Supplier<T> body) {
        return ScopedValue.where(CURRENT, this).call(body::get);
    }

    /// How many threads share the work, the caller's own among them.
    public int threads() {
        return helpers.length + 1;
    }

    /// How many items of `floats` floats each make a chunk worth handing to another thread: ten microseconds or so.
    public static int grain(int floats) {
        return Math.max(1, CHUNK_FLOATS / Math.max(1, floats));
    }

    /// Cuts `[0, count)` into chunks of `grain` (the last may be shorter) and runs them on the current team.
    public static void split(int count, int grain, Chunk chunk) {
        if (count <= grain) {
            if (count > 0) {
                chunk.run(0, count);
            }
            return;
        }
        current().share(new Job(count, grain, chunk));
    }

    private void share(Job work) {
        if (helpers.length == 0 || turn.isHeldByCurrentThread() || !turn.tryLock()) {
            work.runAll();
        } else {
            try {
                job = work;
                for (Thread helper : helpers) {
                    LockSupport.unpark(helper);
                }
                work.runAll();
                work.await();
            } finally {
                job = null;
                turn.unlock();
            }
        }
        work.rethrow();
    }

    private void help() {
        Job last = null;
        while (!closed) {
            Job next = job;
            for (int spin = 0; (next == null || next == last) && spin < SPINS; spin++) {
                Thread.onSpinWait();
                next = job;
            }
            if (next == null || next == last) {
                LockSupport.park(this);
            } else {
                next.runAll();
                last = next;
            }
        }
    }

    /// Ends the team's threads; work under way is finished first.
    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
