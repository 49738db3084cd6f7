package norma.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import norma.data.TokenWindows.Batch;
import norma.kernel.SplitMix;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

class TokenWindowsTest {

    /// Ids that tell where they stand.
    private static int[] counting(int length) {
        int[] tokens = new int[length];
        Arrays.setAll(tokens, i -> i);
        return tokens;
    }

    private static int start(Batch batch, int row) {
        return batch.inputs().values()[row * batch.inputs().shape().dim(1)];
    }

    private static void assertWindows(Batch batch) {
        assertEquals(batch.inputs().shape().dim(0) * batch.inputs().shape().dim(1), batch.inputs().values().length);
        for (int i = 0; i < batch.inputs().values().length; i++) {
            assertEquals(start(batch, i / batch.inputs().shape().dim(1)) + i % batch.inputs().shape().dim(1),
                    batch.inputs().values()[i]);
            assertEquals(batch.inputs().values()[i] + 1, batch.targets().values()[i]);
        }
    }

    @Test
    void targetsAreOneFurtherOn() {
        TokenWindows batches = new TokenWindows(counting(50), 4, 7, 3);
        for (long step : new long[] {0, 1, 999, Long.MAX_VALUE}) {
            assertWindows(batches.batch(step));
        }
    }

    @Test
    void batchDependsOnSeedAndStepOnly() {
        TokenWindows one = new TokenWindows(counting(500), 4, 7, 3);
        TokenWindows two = new TokenWindows(counting(500), 4, 7, 3);
        for (long step = 0; step < 5; step++) {
            one.batch(step);
        }
        assertArrayEquals(one.batch(5).inputs().values(), two.batch(5).inputs().values());
        assertFalse(Arrays.equals(one.batch(5).inputs().values(), one.batch(6).inputs().values()));
        assertFalse(Arrays.equals(one.batch(5).inputs().values(),
                new TokenWindows(counting(500), 4, 7, 4).batch(5).inputs().values()));
    }

    @Test
    void largeBatchIsTwoSmallOnes() {
        int[] large = new TokenWindows(counting(500), 8, 5, 3).batch(2).inputs().values();
        TokenWindows small = new TokenWindows(counting(500), 4, 5, 3);
        assertArrayEquals(Arrays.copyOf(large, 20), small.batch(4).inputs().values());
        assertArrayEquals(Arrays.copyOfRange(large, 20, 40), small.batch(5).inputs().values());
    }

    @Test
    void everyWindowComesAboutEquallyOften() {
        TokenWindows batches = new TokenWindows(counting(14), 10, 4, 1);
        int[] times = new int[10];
        for (int step = 0; step < 1000; step++) {
            for (int row = 0; row < 10; row++) {
                times[start(batches.batch(step), row)]++;
            }
        }
        for (int count : times) {
            assertTrue(count > 850 && count < 1150, Arrays.toString(times));
        }
    }

    @Test
    void smallestSequenceHasOneWindow() {
        TokenWindows batches = new TokenWindows(counting(8), 2, 7, 1);
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6}, batches.batch(17).inputs().values());
        assertWindows(batches.validation(1).getFirst());
        var e = assertThrows(IllegalArgumentException.class, () -> new TokenWindows(counting(7), 2, 7, 1));
        assertTrue(e.getMessage().contains("time + 1 = 8") && e.getMessage().contains("got 7"), e.getMessage());
    }

    @Test
    void validationStandsEvenly() {
        List<Batch> batches = new TokenWindows(counting(101 + 5), 2, 5, 1).validation(3);
        int[] starts = new int[6];
        for (int i = 0; i < 6; i++) {
            starts[i] = start(batches.get(i / 2), i % 2);
        }
        assertArrayEquals(new int[] {0, 20, 40, 60, 80, 100}, starts);
        batches.forEach(TokenWindowsTest::assertWindows);
        assertEquals(0, start(new TokenWindows(counting(9), 1, 5, 1).validation(1).getFirst(), 0));
    }

    @Test
    void numbersBelowOneAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TokenWindows(counting(9), 0, 5, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenWindows(counting(9), 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenWindows(counting(9), 1, 5, 1).validation(0));
    }

    @Test
    void corpusBecomesOneSequence() {
        TokenWindows batches = TokenWindows.of(Corpus.of(List.of("ab", "c")), Tokenizer.bytes(), 1, 4, 1);
        assertEquals(5, batches.tokens());
        assertArrayEquals(new int[] {'b', '\n', 'c', '\n'}, batches.batch(0).targets().values());
    }

    @Test
    void splitMixIsTheOneOfTheJdk() {
        for (long seed : new long[] {0, 1, -1, 42, Long.MIN_VALUE}) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 10; i++) {
                assertEquals(random.nextLong(), SplitMix.at(seed, i));
            }
        }
    }
}
