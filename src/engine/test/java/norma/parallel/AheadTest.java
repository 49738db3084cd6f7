package norma.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AheadTest {

    private static boolean isAhead(Thread thread) {
        return thread.getName().equals("norma-ahead");
    }

    @Test
    void elementsComeInOrderFromAnotherThread() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Ahead<Long> ahead = new Ahead<>(3, 500, 2, i -> {
            threads.add(Thread.currentThread());
            return i;
        });
        for (long i = 3; i < 500; i++) {
            assertTrue(ahead.hasNext());
            assertEquals(i, ahead.next());
        }
        assertFalse(ahead.hasNext());
        assertThrows(NoSuchElementException.class, ahead::next);
        assertTrue(threads.stream().allMatch(AheadTest::isAhead) && threads.stream().allMatch(Thread::isDaemon));
    }

    @Test
    void nothingBegins() {
        assertFalse(new Ahead<>(4, 4, 1, i -> i).hasNext());
        new Ahead<Long>(0, 4, 1, _ -> {
            throw new AssertionError("computed before anybody asked");
        });
        assertThrows(IllegalArgumentException.class, () -> new Ahead<>(0, 4, 0, i -> i));
    }

    /// No more than the room is computed ahead, and the thread ends when that is full.
    @Test
    void leftInTheMiddleItHoldsNoThread() throws InterruptedException {
        AtomicLong last = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        Ahead<Long> ahead = new Ahead<>(0, 1000, 2, i -> {
            synchronized (threads) {
                threads.add(Thread.currentThread());
            }
            last.set(i);
            return i;
        });
        for (int i = 0; i < 10; i++) {
            ahead.next();
        }
        List<Thread> used;
        do {
            Thread.sleep(1);
            synchronized (threads) {
                used = List.copyOf(threads);
            }
        } while (last.get() < 11);
        for (Thread thread : used) {
            thread.join();
        }
        assertEquals(11, last.get());
    }

    @Test
    void oneIsComputedAtATime() {
        AtomicInteger now = new AtomicInteger();
        Ahead<Integer> ahead = new Ahead<>(0, 300, 3, _ -> {
            int others = now.getAndIncrement();
            Thread.yield();
            now.decrementAndGet();
            return others;
        });
        ahead.forEachRemaining(others -> assertEquals(0, others));
    }

    /// Elements before the failure come first; what is thrown is the very thing, and it stays.
    @Test
    void failureReachesTheOneWhoTakes() {
        var failures = List.of(new IllegalStateException("bad file"), new StackOverflowError("deep"));
        for (Throwable failure : failures) {
            Ahead<Long> ahead = new Ahead<>(0, 9, 2, i -> i == 5 ? raise(failure) : i);
            for (long i = 0; i < 5; i++) {
                assertEquals(i, ahead.next());
            }
            assertTrue(ahead.hasNext());
            assertSame(failure, assertThrows(Throwable.class, ahead::next));
            assertSame(failure, assertThrows(Throwable.class, ahead::next));
        }
    }

    private static long raise(Throwable failure) {
        if (failure instanceof Error e) {
            throw e;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void interruptIsKeptAndLosesNothing() {
        Ahead<Long> ahead = new Ahead<>(0, 3, 1, i -> {
            Thread.yield();
            return i;
        });
        Thread.currentThread().interrupt();
        assertEquals(0, ahead.next());
        assertTrue(Thread.interrupted());
        assertEquals(1, ahead.next());
    }

    @Test
    void kernelsInItLeaveTheTeamAlone() {
        assertEquals(1, new Ahead<>(0, 1, 1, _ -> Workers.current().threads()).next());
    }
}
