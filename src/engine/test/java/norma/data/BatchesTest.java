package norma.data;

import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import norma.nn.Init;
import norma.nn.Mlp;
import norma.kernel.Activation;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.tensor.Indices;
import norma.tensor.Seed;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BatchesTest {

    /// (n, 2, 3): entry i begins with 6 i.
    private static Tensor images(int n) {
        float[] values = new float[n * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return Tensor.of(Shape.of(n, 2, 3), values);
    }

    private static Indices classes(int n) {
        return Indices.of(IntStream.range(0, n).toArray(), n);
    }

    private static Batches<int[]> numbers(int n, int size) {
        return Batches.of(n, size, rows -> rows);
    }

    private static List<Integer> flat(Iterable<int[]> batches) {
        List<Integer> all = new ArrayList<>();
        batches.forEach(batch -> Arrays.stream(batch).forEach(all::add));
        return all;
    }

    @Test
    void tensorsAndClassesStayTogether() {
        Batches<Examples<Indices>> batches = Batches.of(images(10), classes(10), 4).shuffled(7);
        int seen = 0;
        for (var batch : batches) {
            int n = batch.count();
            seen += n;
            assertEquals(Shape.of(n, 2, 3), batch.x().shape());
            assertEquals(Shape.of(n), batch.y().shape());
            float[] x = batch.x().toArray();
            for (int i = 0; i < 6 * n; i++) {
                assertEquals(6 * batch.y().values()[i / 6] + i % 6, x[i]);
            }
        }
        assertEquals(10, seen);
    }

    @Test
    void inOrderWithTheRest() {
        var batches = Batches.of(images(5), images(5).reshape(5, 6), 2).toList();
        assertEquals(3, batches.size());
        assertArrayEquals(new float[] {24, 25, 26, 27, 28, 29}, batches.get(2).x().toArray());
        assertEquals(Shape.of(1, 6), batches.get(2).y().shape());
        assertArrayEquals(batches.get(1).x().toArray(), batches.get(1).y().toArray());
        assertEquals(Shape.of(2), Batches.of(Tensor.of(Shape.of(3), 1, 2, 3), 2).batch(0).shape());
        var rows = Batches.of(images(3), Indices.of(new int[] {1, 2, 3, 4, 5, 6}, 3, 2), 2).batch(1).y();
        assertArrayEquals(new int[] {5, 6}, rows.values());
        assertEquals(Shape.of(1, 2), rows.shape());
    }

    @Test
    void records() {
        record Email(String text, boolean spam) {
        }
        List<Email> emails = List.of(new Email("a", true), new Email("b", false), new Email("c", true));
        Batches<List<Email>> batches = Batches.of(emails, 2);
        assertEquals(List.of(emails.subList(0, 2), emails.subList(2, 3)), batches.toList());
        assertEquals(Set.copyOf(emails), new HashSet<>(Batches.of(emails, 5).shuffled(1).batch(0)));
    }

    @Test
    void eachPassIsTheNextEpochInAnotherOrder() {
        Batches<int[]> batches = numbers(50, 8).shuffled(3);
        List<Integer> first = flat(batches), second = flat(batches);
        assertNotEquals(first, second);
        assertNotEquals(IntStream.range(0, 50).boxed().toList(), first);
        for (List<Integer> epoch : List.of(first, second)) {
            assertEquals(IntStream.range(0, 50).boxed().toList(), epoch.stream().sorted().toList());
        }
        assertEquals(first, flat(batches.epoch(0)));
        assertEquals(second, flat(batches.epoch(1)));
        assertEquals(first, flat(numbers(50, 8).shuffled(3)));
        assertNotEquals(first, flat(numbers(50, 8).shuffled(4)));
    }

    @Test
    void batchIsAFunctionOfItsNumber() {
        Batches<int[]> batches = numbers(10, 4).shuffled(3);
        assertEquals(3, batches.perEpoch());
        List<int[]> three = new ArrayList<>();
        for (long epoch = 0; epoch < 3; epoch++) {
            batches.epoch(epoch).forEach(three::add);
        }
        for (int number = 8; number >= 0; number--) {
            assertArrayEquals(three.get(number), batches.batch(number));
        }
    }

    /// All orders of four come about equally often, and each place of fifty sees each number.
    @Test
    void shuffleIsFair() {
        int[] seen = new int[256];
        Batches<int[]> four = numbers(4, 4).shuffled(11);
        for (int epoch = 0; epoch < 24_000; epoch++) {
            int[] order = four.batch(epoch);
            seen[order[0] | order[1] << 2 | order[2] << 4 | order[3] << 6]++;
        }
        assertEquals(24, Arrays.stream(seen).filter(n -> n > 0).count());
        assertTrue(Arrays.stream(seen).filter(n -> n > 0).allMatch(n -> n > 850 && n < 1150), "3 sigma is 93");
    }

    @Test
    void sameOrderWhateverTheSizeOfABatch() {
        assertEquals(flat(numbers(30, 7).shuffled(2)), flat(numbers(30, 4).shuffled(2)));
    }

    @Test
    void shuffledWithoutASeedTakesTheThreadsNext() {
        Seed.set(5);
        List<Integer> one = flat(numbers(20, 6).shuffled()), two = flat(numbers(20, 6).shuffled());
        Seed.set(5);
        assertEquals(one, flat(numbers(20, 6).shuffled()));
        assertNotEquals(one, two);
    }

    @Test
    void remainderIsDroppedOnRequest() {
        Batches<int[]> batches = numbers(10, 4).dropRemainder().shuffled(1);
        assertEquals(2, batches.perEpoch());
        assertTrue(batches.toList().stream().allMatch(batch -> batch.length == 4));
        assertNotEquals(Set.copyOf(flat(batches.epoch(0))), Set.copyOf(flat(batches.epoch(1))));
        assertEquals(2, numbers(8, 4).dropRemainder().perEpoch());
        assertSays(assertThrows(IllegalArgumentException.class, () -> numbers(3, 4).dropRemainder()), "batch of 4",
                "got 3");
    }

    @Test
    @Timeout(30)
    void inTheBackgroundTheyAreTheSame() {
        Tensor x = images(101);
        var here = Batches.of(x, classes(101), 8).shuffled(9);
        var there = here.inBackground();
        for (int epoch = 0; epoch < 3; epoch++) {
            var expected = here.iterator();
            for (var batch : there) {
                var same = expected.next();
                assertArrayEquals(same.x().toArray(), batch.x().toArray());
                assertArrayEquals(same.y().values(), batch.y().values());
            }
            assertFalse(expected.hasNext());
        }
    }

    @Test
    @Timeout(30)
    void whatGoesWrongInTheBackgroundArrives() {
        var broken = new UncheckedIOException(new IOException("no such picture"));
        Batches<Integer> batches = Batches.of(9, 2, rows -> {
            if (rows[0] == 4) {
                throw broken;
            }
            return rows[0];
        }).inBackground();
        List<Integer> got = new ArrayList<>();
        assertSame(broken, assertThrows(UncheckedIOException.class, () -> batches.forEach(got::add)));
        assertEquals(List.of(0, 2), got);
    }

    @Test
    @Timeout(30)
    void anIteratorLeftInTheMiddleLeavesNoThread() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        Batches<Integer> batches = Batches.of(1000, 1, rows -> {
            synchronized (threads) {
                threads.add(Thread.currentThread());
            }
            return rows[0];
        }).inBackground();
        for (int i = 0; i < 50; i++) {
            batches.iterator().next();
        }
        Thread.sleep(20);
        synchronized (threads) {
            assertTrue(threads.size() <= 150, threads.size() + " batches made of 50 taken");
        }
        for (Thread thread : List.copyOf(threads)) {
            thread.join();
        }
    }

    /// Made while a tape is open, a batch is there after it is closed.
    @Test
    void noTapeOwnsABatch() {
        Batches<Tensor> batches = Batches.of(images(4), 2);
        Tensor batch;
        try (Tape _ = Tape.inference()) {
            batch = batches.batch(1);
        }
        assertEquals(12, batch.toArray()[0]);
        batch.fill(0);
        assertEquals(12, batches.batch(1).toArray()[0]);
    }

    @Test
    void aTrainerLearnsFromThem() {
        Tensor x = images(6).reshape(6, 6).multiply(0.02f);
        Mlp mlp = Mlp.of(new Init(42), 6, 8, Activation.GELU_TANH, 6, 1);
        Objective<Examples<Tensor>> objective =
                Objective.of(mlp, batch -> mlp.forward(batch.x()).subtract(batch.y()).square().mean());
        var batches = Batches.of(x, x, 4).shuffled(1);
        var trainer = new Trainer<>(objective, Sgd.of(mlp, 0.05),
                batches::batch,
                batches.toList(), TrainConfig.of(20, Schedule.constant(), 1, 1), Listener.SILENT);
        double before = trainer.validate();
        assertTrue(trainer.run().validationLoss() < before);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(images(5), classes(4), 2)),
                "Batches: x and y", "x (5, 2, 3)", "y (4)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(images(5), images(6), 2)),
                "y (6, 2, 3)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(images(5), Tensor.scalar(1), 2)),
                "y ()");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(Tensor.scalar(1), 2)), "got ()");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(images(0), 2)),
                "at least one example");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Batches.of(List.of(), 2)),
                "at least one example");
        assertSays(assertThrows(IllegalArgumentException.class, () -> numbers(5, 0)), "size", "got 0");
        assertSays(assertThrows(IllegalArgumentException.class, () -> numbers(5, 1).batch(-1)), "got -1");
        assertSays(assertThrows(IllegalArgumentException.class, () -> numbers(5, 1).epoch(-1)), "got -1");
    }
}
