package norma.parallel;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.LongFunction;

/// The elements of a sequence in order, computed ahead of who takes them, by one daemon thread.
///
/// The thread lives only while there is room for another element, and is started again when one was taken. So an iterator
/// that nobody goes on with holds a few elements and no thread. Elements are computed one after the other. Kernels in them run on
/// that thread alone and leave the team to the one that takes the elements.
///
/// @param <T> an element
public final class Ahead<T> implements Iterator<T> {

    /// An element, or what went wrong instead of it.
    private record Outcome<T>(T element, Throwable failure) {
    }

    private final LongFunction<T> elements;
    private final long end;
    private final int room;
    private final Queue<Outcome<T>> ready = new ArrayDeque<>();
    private long begun;
    private long taken;
    private boolean running;

    /// A sequence, of which nothing is computed yet.
    ///
    /// @param begin number of the first element
    /// @param end number after the last
    /// @param room how many elements may wait to be taken
    /// @param elements computes the element of a number
    public Ahead(long begin, long end, int room, LongFunction<T> elements) {
        if (room < 1) {
            throw new IllegalArgumentException("Ahead: room must be at least 1; got " + room);
        }
        this.elements = elements;
        this.begun = begin;
        this.taken = begin;
        this.end = end;
        this.room = room;
    }

    @Override
    public synchronized boolean hasNext() {
        return taken < end;
    }

    /// The next element; what was thrown while it was computed is thrown here, and then by every later call.
    @Override
    public synchronized T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("Ahead: all elements were taken");
        }
        start();
        Outcome<T> outcome = await();
        Job.rethrow(outcome.failure);
        ready.remove();
        taken++;
        start();
        return outcome.element;
    }

    private void start() {
        if (!running && hasRoom()) {
            running = true;
            Threads.daemon("norma-ahead", () -> Workers.ALONE.call(this::compute)).start();
        }
    }

    private boolean hasRoom() {
        return begun < end && ready.size() < room;
    }

    /// What is at the head of the queue, once there is something.
    private Outcome<T> await() {
        Uninterrupted.until(() -> !ready.isEmpty(), this::wait);
        return ready.peek();
    }

    /// What the thread does.
    private Void compute() {
        for (long number = claim(); number >= 0; number = claim()) {
            Outcome<T> outcome;
            try {
                outcome = new Outcome<>(elements.apply(number), null);
            } catch (Throwable e) {
                outcome = new Outcome<>(null, e);
            }
            put(outcome);
        }
        return null;
    }

    /// The number to go on with; -1 if the thread is to end.
    private synchronized long claim() {
        running = hasRoom();
        return running ? begun++ : -1;
    }

    private synchronized void put(Outcome<T> outcome) {
        if (outcome.failure != null) {
            begun = end;
        }
        ready.add(outcome);
        notifyAll();
    }
}
