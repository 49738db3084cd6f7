package norma.parallel;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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

    /// After how long without work a thread ends.
    static final long IDLE_MILLIS = Math.max(1, Long.getLong("norma.idle", 5000));

    /// The team of helper threads themselves: a chunk that splits again does so alone.
    static final Workers ALONE = new Workers(1);

    private static final class ForProcess {
        private static final Workers WORKERS = new Workers(
                Integer.getInteger("norma.threads", Runtime.getRuntime().availableProcessors()));
    }

    private final ReentrantLock turn = new ReentrantLock();
    private final Helper[] helpers;
    private final long idleNanos;
    private volatile Job job;
    private volatile boolean closed;

    /// A team of `threads` threads, the caller's own among them. The others begin with the first work that is shared, and end when there
    /// was none for `-Dnorma.idle` milliseconds (default: 5000), until there is some again.
    public Workers(int threads) {
        this(threads, IDLE_MILLIS);
    }

    Workers(int threads, long idleMillis) {
        if (threads < 1 || threads > MOST) {
            throw new IllegalArgumentException("Workers: threads must be in [1, " + MOST + "]; got " + threads);
        }
        helpers = new Helper[threads - 1];
        Arrays.setAll(helpers, i -> new Helper("norma-" + (i + 1)));
        idleNanos = TimeUnit.MILLISECONDS.toNanos(idleMillis);
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
        Workers team = current();
        team.share(new Job(count, grain, team.threads(), chunk));
    }

    private void share(Job work) {
        if (helpers.length == 0 || closed || turn.isHeldByCurrentThread() || !turn.tryLock()) {
            work.runAll();
        } else {
            try {
                job = work;
                for (Helper helper : helpers) {
                    helper.wake();
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

    /// One of the team's threads, while there is work.
    private final class Helper implements Runnable {
        private final String name;
        /// Written by whoever has the turn; null while the helper has no thread.
        private volatile Thread thread;

        Helper(String name) {
            this.name = name;
        }

        /// Called by the thread that has the turn.
        void wake() {
            Thread current = thread;
            if (current != null) {
                LockSupport.unpark(current);
            } else {
                start();
            }
        }

        /// Without a thread where the system gives no more: the others do the work.
        private void start() {
            Thread started = Threads.daemon(name, this);
            try {
                started.start();
                thread = started;
            } catch (OutOfMemoryError _) {
                thread = null;
            }
        }

        @Override
        public void run() {
            ScopedValue.where(CURRENT, ALONE).run(this::help);
        }

        private void help() {
            Job last = null;
            while (!closed) {
                Job next = job;
                for (int spin = 0; (next == null || next == last) && spin < SPINS; spin++) {
                    Thread.onSpinWait();
                    next = job;
                }
                if (next != null && next != last) {
                    next.runAll();
                    last = next;
                } else if (sleepsThrough() && ends()) {
                    return;
                }
            }
        }

        /// Sleeps; whether nobody woke it. An interrupt is forgotten: it would keep the thread from sleeping ever again.
        private boolean sleepsThrough() {
            long begin = System.nanoTime();
            LockSupport.parkNanos(Workers.this, idleNanos);
            Thread.interrupted();
            return System.nanoTime() - begin >= idleNanos;
        }

        /// Gives up its thread, unless there is work: whoever has the turn next starts another one.
        private boolean ends() {
            boolean idle = turn.tryLock();
            if (idle) {
                thread = null;
                turn.unlock();
            }
            return idle;
        }
    }

    /// Ends the team's threads; work under way is finished first.
    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper.thread);
        }
    }
}
