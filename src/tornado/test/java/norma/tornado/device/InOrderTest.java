package norma.tornado.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InOrderTest {
    private final InOrder work = new InOrder("test");

    @AfterEach
    void close() {
        work.close();
    }

    @Test
    void workIsDoneInOrderAndOnOneThread() {
        List<Integer> done = new ArrayList<>();
        Set<Thread> threads = new HashSet<>();
        int n = 10_000; // more than may wait
        for (int i = 0; i < n; i++) {
            int number = i;
            work.start(() -> {
                threads.add(Thread.currentThread());
                done.add(number);
            });
        }
        work.await(() -> {
        });
        assertEquals(IntStream.range(0, n).boxed().toList(), done);
        assertEquals(1, threads.size());
    }

    @Test
    void aFailureIsToldOnceAndNothingIsDoneUntilThen() {
        var failure = new IllegalStateException("broken");
        List<String> done = new ArrayList<>();
        work.start(() -> {
            throw failure;
        });
        work.start(() -> done.add("after the failure"));
        assertSame(failure, assertThrows(IllegalStateException.class, () -> work.await(() -> done.add("waiting"))));
        work.await(() -> done.add("told"));
        assertEquals(List.of("told"), done);
    }

    @Test
    void whatIsClosedSaysSo() {
        work.close();
        assertThrows(IllegalStateException.class, () -> work.start(() -> {
        }));
    }
}
