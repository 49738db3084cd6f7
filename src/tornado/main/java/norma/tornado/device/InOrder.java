package norma.tornado.device;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Work on one thread, in the order in which it comes. TornadoVM makes a queue of the driver for each thread that calls it, keeps it
/// for good, and waits for each kernel; so no other thread calls it, and none has to wait.
final class InOrder implements AutoCloseable {
    private static final int WAITING = 256;

    private final ThreadPoolExecutor thread;
    /// Of work that nobody waits for.
    private RuntimeException failure;

    InOrder(String name) {
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            return made;
        }, InOrder::waitForRoom);
    }

    private static void waitForRoom(Runnable work, ThreadPoolExecutor thread) {
        if (thread.isShutdown()) {
            throw new IllegalStateException("Tornado: the device is closed");
        }
        try {
            thread.getQueue().put(work);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// Runs work some time. After a failure nothing is done until somebody waits, and is told.
    void start(Runnable work) {
        thread.execute(() -> {
            if (failure == null) {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
        });
    }

    /// Runs work after all that was started, and waits.
    void await(Runnable work) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            if (failure != null) {
                RuntimeException earlier = failure;
                failure = null;
                throw earlier;
            }
            work.run();
        }, null);
        thread.execute(task);
        try {
            task.get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("Tornado: interrupted while waiting for the device", e);
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
