package norma.lab.compare;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import norma.parallel.Workers;

/// Runs several tasks in turns, one at a time: after its turn each waits until all others have had theirs.
///
/// So a machine that is busy for a while, or a VM that still compiles, slows all timed trainings alike.
final class RoundRobin {
    /// Tasks that wait, in order. Only the task that has the turn changes it. A fair lock would lose the order of a thread that is
    /// suspended between giving up its turn and asking for the next.
    private final Queue<Semaphore> waiting = new ArrayDeque<>();
    private volatile boolean failed;

    /// Runs the tasks to their ends, on the current team of workers; if one fails, the others end at their next turn.
    <T> List<T> run(List<Supplier<T>> tasks) {
        Workers team = Workers.current();
        try (var threads = Executors.newFixedThreadPool(tasks.size(), Thread.ofPlatform().daemon().factory())) {
            var results = new ArrayList<Future<T>>();
            for (Supplier<T> task : tasks) {
                var first = new Semaphore(0);
                results.add(threads.submit(() -> team.call(() -> alone(first, task))));
                waiting.add(first);
            }
            handOver();
            return all(results);
        }
    }

    private <T> T alone(Semaphore first, Supplier<T> task) {
        try {
            await(first);
            return task.get();
        } catch (Throwable e) {
            failed = true;
            throw e;
        } finally {
            handOver();
        }
    }

    /// A task calls this when its turn is over; returns when it has the next one.
    void next() {
        var mine = new Semaphore(0);
        waiting.add(mine);
        handOver();
        await(mine);
    }

    private void handOver() {
        Semaphore next = waiting.poll();
        if (next != null) {
            next.release();
        }
    }

    private void await(Semaphore mine) {
        mine.acquireUninterruptibly();
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
