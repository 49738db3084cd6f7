package norma.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.atomic.AtomicReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A team that hangs would hang the build: every test has a limit far above what it needs.
@Timeout(30)
class WorkersTest {

    private static <T> T on(int threads, Supplier<T> body) {
        try (Workers team = new Workers(threads)) {
            return team.call(body);
        }
    }

    private static int[] timesEachItemRan(int count, int grain) {
        var times = new AtomicIntegerArray(count);
        Workers.split(count, grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                times.incrementAndGet(i);
            }
        });
        int[] result = new int[count];
        Arrays.setAll(result, times::get);
        return result;
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void everyItemRunsOnce(int threads) {
        for (int count : new int[] {0, 1, 2, 3, 13, 64, 1000}) {
            for (int grain : new int[] {1, 2, 7, 64, 5000}) {
                assertArrayEquals(ones(count), on(threads, () -> timesEachItemRan(count, grain)),
                        count + " by " + grain);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void chunksDependOnCountAndGrainOnly(int threads) {
        Set<List<Integer>> chunks = ConcurrentHashMap.newKeySet();
        on(threads, () -> {
            Workers.split(10, 4, (from, to) -> chunks.add(List.of(from, to)));
            return null;
        });
        assertEquals(Set.of(List.of(0, 4), List.of(4, 8), List.of(8, 10)), chunks);
    }

    @Test
    void chunksReachTheLargestCount() {
        int count = Integer.MAX_VALUE - 8;
        var items = new AtomicLong();
        on(2, () -> {
            Workers.split(count, 1 << 20, (from, to) -> items.addAndGet(to - from));
            return null;
        });
        assertEquals(count, items.get());
    }

    @Test
    void allThreadsWork() {
        // three chunks that wait for each other need three threads
        var barrier = new CyclicBarrier(3);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        on(3, () -> {
            Workers.split(3, 1, (_, _) -> {
                threads.add(Thread.currentThread());
                await(barrier);
            });
            return null;
        });
        assertEquals(3, threads.size());
        assertTrue(threads.contains(Thread.currentThread()));
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whatAChunkThrowsComesToTheCaller(int threads) {
        on(threads, () -> {
            for (int bad = 0; bad < 20; bad++) {
                int at = bad;
                var e = assertThrows(ArithmeticException.class, () -> Workers.split(20, 1, (from, _) -> {
                    if (from == at) {
                        throw new ArithmeticException("chunk " + at);
                    }
                }));
                assertEquals("chunk " + at, e.getMessage());
            }
            assertThrows(StackOverflowError.class, () -> Workers.split(9, 1, (_, _) -> {
                throw new StackOverflowError();
            }));
            assertArrayEquals(ones(100), timesEachItemRan(100, 3), "the team works on after errors");
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aChunkMaySplitAgain(int threads) {
        var sum = new AtomicInteger();
        on(threads, () -> {
            Workers.split(8, 1,
                    (_, _) -> Workers.split(8, 1, (_, _) -> Workers.split(8, 1, (_, _) -> sum.incrementAndGet())));
            return null;
        });
        assertEquals(512, sum.get());
    }

    @Test
    void aFailingInnerSplitFailsTheOuter() {
        assertThrows(ArithmeticException.class, () -> on(3, () -> {
            Workers.split(6, 1, (_, _) -> Workers.split(6, 1, (from, _) -> {
                if (from == 3) {
                    throw new ArithmeticException();
                }
            }));
            return null;
        }));
    }

    @Test
    void manyCallersShareOneTeam() throws InterruptedException, ExecutionException {
        try (Workers team = new Workers(3); var callers = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                calls.add(() -> team.call(() -> {
                    for (int round = 0; round < 2000; round++) {
                        assertArrayEquals(ones(17), timesEachItemRan(17, 2));
                    }
                    return 1;
                }));
            }
            for (var call : callers.invokeAll(calls)) {
                assertEquals(1, call.get());
            }
        }
    }

    @Test
    void teamsMayBeSlowOrFastInTurn() {
        // pauses let the helpers fall asleep between jobs, so both ways of waking them are used
        on(4, () -> {
            for (int round = 0; round < 300; round++) {
                assertArrayEquals(ones(8), timesEachItemRan(8, 1));
                if (round % 3 == 0) {
                    LockSupport.parkNanos(300_000);
                }
            }
            return null;
        });
    }

    @Test
    void theTeamIsTheInnermostGiven() {
        Workers process = Workers.current();
        try (Workers outer = new Workers(2); Workers inner = new Workers(3)) {
            outer.call(() -> {
                assertSame(outer, Workers.current());
                inner.call(() -> assertSameTeam(inner));
                return assertSameTeam(outer);
            });
            assertEquals(3, inner.threads());
        }
        assertSame(process, Workers.current());
    }

    private static Workers assertSameTeam(Workers team) {
        assertSame(team, Workers.current());
        return team;
    }

    @Test
    void helpersHaveATeamOfTheirOwn() {
        try (Workers team = new Workers(2)) {
            var barrier = new CyclicBarrier(2);
            team.call(() -> {
                Workers.split(2, 1, (_, _) -> {
                    await(barrier);
                    if (Thread.currentThread().getName().startsWith("norma-")) {
                        assertNotSame(team, Workers.current());
                        assertEquals(1, Workers.current().threads());
                    }
                });
                return null;
            });
        }
    }

    @Test
    void aClosedTeamStillWorksOnTheCallersThread() throws InterruptedException {
        long before = helpers();
        Workers team = new Workers(4);
        assertArrayEquals(ones(50), team.call(() -> timesEachItemRan(50, 1)));
        team.close();
        team.close();
        for (int wait = 0; wait < 1000 && helpers() > before; wait++) {
            Thread.sleep(5);
        }
        assertTrue(helpers() <= before, "its threads have ended");
        assertArrayEquals(ones(50), team.call(() -> timesEachItemRan(50, 1)));
    }

    private static long helpers() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("norma-")).count();
    }

    @Test
    void idleThreadsEndAndComeBack() throws InterruptedException {
        long before = helpers();
        try (Workers team = new Workers(3, 500)) {
            for (int round = 0; round < 2; round++) {
                team.call(() -> timesEachItemRan(50, 1));
                assertTrue(helpers() >= before + 2, "where there was work there are threads");
                for (int wait = 0; wait < 1000 && helpers() > before; wait++) {
                    Thread.sleep(5);
                }
                assertTrue(helpers() <= before, "without work there is none");
            }
        }
    }

    @Test
    void workMayComeWhileThreadsEnd() {
        try (Workers team = new Workers(3, 1)) {
            team.call(() -> {
                for (int round = 0; round < 300; round++) {
                    assertArrayEquals(ones(8), timesEachItemRan(8, 1));
                    LockSupport.parkNanos(round * 10_000L);
                }
                return null;
            });
        }
    }

    @Test
    void aThreadHasNothingOfTheOneThatNeededIt() {
        var inherited = new InheritableThreadLocal<String>();
        inherited.set("the caller's");
        var barrier = new CyclicBarrier(2);
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        try (Workers team = new Workers(2); var loader = new URLClassLoader(new URL[0])) {
            caller.setContextClassLoader(loader);
            team.call(() -> {
                Workers.split(2, 1, (_, _) -> {
                    if (Thread.currentThread() != caller) {
                        assertNull(inherited.get());
                        assertSame(Workers.class.getClassLoader(), Thread.currentThread().getContextClassLoader());
                    }
                    await(barrier);
                });
                return null;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            caller.setContextClassLoader(before);
        }
    }

    @Test
    void aLongWaitSurvivesAnInterrupt() {
        on(2, () -> {
            Thread caller = Thread.currentThread();
            var both = new CyclicBarrier(2);
            var late = new AtomicInteger();
            Workers.split(2, 1, (_, _) -> {
                await(both);
                if (Thread.currentThread() != caller) {
                    LockSupport.parkNanos(20_000_000);
                    caller.interrupt();
                    LockSupport.parkNanos(20_000_000);
                    late.set(1);
                }
            });
            assertEquals(1, late.get());
            assertTrue(Thread.interrupted());
            return null;
        });
    }

    @Test
    void virtualThreadsHandTheirWorkOver() throws InterruptedException {
        var virtual = new AtomicInteger(-1);
        var error = new AtomicReference<Throwable>();
        try (Workers team = new Workers(2)) {
            Thread.startVirtualThread(() -> team.call(() -> {
                PlatformThreads.run(() -> {
                    virtual.set(Thread.currentThread().isVirtual() ? 1 : 0);
                    assertSame(team, Workers.current());
                });
                error.set(assertThrows(ArithmeticException.class, () -> PlatformThreads.run(() -> {
                    throw new ArithmeticException();
                })));
                return null;
            })).join();
        }
        assertEquals(0, virtual.get());
        assertTrue(error.get() instanceof ArithmeticException);
    }

    @Test
    void aTeamHasAtLeastOneThread() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Workers(0));
        assertTrue(e.getMessage().contains("threads must be in [1, 4096]; got 0"), e.getMessage());
    }

    @Test
    void grainIsAtLeastOne() {
        assertEquals(1, Workers.grain(Integer.MAX_VALUE));
        assertTrue(Workers.grain(0) > 1);
    }
}
