package norma.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import norma.parallel.Workers;

/// Lets several tasks go on side by side, but only one at a time: each has its turn, then waits for all others to have
/// theirs.
///
/// Trainings that are timed this way meet the same machine: when it is busy, or Java still compiles, it is so for all.
final class Turns {
    /// Fair, so that whoever waits longest is next.
    private final ReentrantLock turn = new ReentrantLock(true);
    private volatile boolean failed;

    /// Runs the tasks to their ends, on the current team of workers; if one fails, the others end at their next turn.
    <T> List<T> run(List<Supplier<T>> tasks) {
        Workers team = Workers.current();
        try (var threads = Executors.newFixedThreadPool(tasks.size(), Thread.ofPlatform().daemon().factory())) {
            var results = new ArrayList<Future<T>>();
            turn.lock();
            try {
                for (Supplier<T> task : tasks) {
                    results.add(threads.submit(() -> team.call(() -> alone(task))));
                    awaitQueue(results.size());
                }
            } finally {
                turn.unlock();
            }
            return all(results);
        }
    }

    /// The order in which tasks are queued is the order of their turns.
    private void awaitQueue(int length) {
        while (turn.getQueueLength() < length) {
            Thread.yield();
        }
    }

    private <T> T alone(Supplier<T> task) {
        turn.lock();
        try {
            return task.get();
        } catch (Throwable e) {
            failed = true;
            throw e;
        } finally {
            turn.unlock();
        }
    }

    /// A task calls this when its turn is over; returns when it has the next one.
    void next() {
        turn.unlock();
        turn.lock();
        if (failed) {
            throw new CancellationException("another task failed");
        }
    }

    private static <T> List<T> all(List<Future<T>> futures) {
        var results = new ArrayList<T>();
        Throwable failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                failure = failure == null || failure instanceof CancellationException ? e.getCause() : failure;
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
        return results;
    }
}
