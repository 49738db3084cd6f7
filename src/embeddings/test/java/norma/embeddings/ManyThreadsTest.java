package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One encoder that eight threads ask, interrupted again and again, until it is closed.
///
/// Each asks a small model for 10,000 texts, and a real one for a few: all 10,000 take minutes, with
/// `-Dnorma.test.texts=10000`.
@Timeout(600)
class ManyThreadsTest {
    private static final int THREADS = 8;
    private static final int TEXTS = 10_000;
    private static final int REAL_TEXTS = Integer.getInteger("norma.test.texts", 200);
    private static final int PORTION = 50;
    /// A model has 90 MB; what else is in the memory of a process that tests moves by some.
    private static final long LEAST_LEAK = 32L << 20;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        TinyFolder.bert(folder).write();
        var vocabulary = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        for (char c = 'a'; vocabulary.size() < TinyFolder.VOCABULARY; c++) {
            vocabulary.add(String.valueOf(c));
        }
        Files.write(folder.resolve("vocab.txt"), vocabulary);
    }

    private SentenceEncoder small() throws IOException {
        return SentenceEncoder.load(folder, Options.DEFAULT.threads(3).pooling(Pooling.MEAN));
    }

    private static SentenceEncoder real() throws IOException {
        return SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT.threads(2));
    }

    private static List<String> texts(int count, int mostWords) {
        var random = new SplittableRandom(1);
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder();
            for (int words = random.nextInt(mostWords + 1); words > 0; words--) {
                text.append((char) ('a' + random.nextInt(25))).append(' ');
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /// Eight threads ask for all texts and compare; when all have done so and ask again, the encoder is closed under them.
    private static void useAndClose(SentenceEncoder encoder, List<String> texts)
            throws InterruptedException, ExecutionException {
        float[][] expected = encoder.encode(texts);
        var finished = new CountDownLatch(THREADS);
        try (var callers = Executors.newFixedThreadPool(THREADS)) {
            var results = new ArrayList<Future<String>>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                results.add(callers.submit(() -> askUntilClosed(encoder, texts, expected, thread, finished)));
            }
            while (finished.getCount() > 0 && results.stream().noneMatch(Future::isDone)) {
                Thread.sleep(5);
            }
            encoder.close();
            for (Future<String> result : results) {
                assertEquals("this encoder is closed; load another one, or close it later", result.get());
            }
        }
    }

    /// The error that a thread gets in the end.
    private static String askUntilClosed(SentenceEncoder encoder, List<String> texts, float[][] expected, int thread,
            CountDownLatch finished) {
        ask(encoder, texts, expected, thread);
        finished.countDown();
        try {
            while (true) {
                ask(encoder, texts, expected, thread);
            }
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    /// Asks for all texts, some at a time; a thread that interrupts itself stays interrupted.
    private static void ask(SentenceEncoder encoder, List<String> texts, float[][] expected, int thread) {
        for (int from = 0; from < texts.size(); from += PORTION) {
            boolean interrupted = (from / PORTION + thread) % 7 == 0;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            float[][] vectors = encoder.encode(texts.subList(from, from + PORTION));
            assertEquals(interrupted, Thread.interrupted());
            for (int i = 0; i < PORTION; i++) {
                assertArrayEquals(expected[from + i], vectors[i], texts.get(from + i));
            }
        }
    }

    @Test
    void aSmallModel() throws IOException, InterruptedException, ExecutionException {
        useAndClose(small(), texts(TEXTS, 24));
    }

    @Test
    void aRealModelOfWhichNothingStaysInMemory() throws IOException, InterruptedException, ExecutionException {
        List<String> texts = texts(REAL_TEXTS, 6);
        useAndClose(real(), texts);
        long before = usedMemory();
        useAndClose(real(), texts);
        long after = usedMemory();
        assertTrue(after - before < LEAST_LEAK, "%d bytes before, %d after".formatted(before, after));
    }

    private static long usedMemory() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(50);
            used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }

    @Test
    void noThreadIsLeftBehind() throws IOException, InterruptedException {
        long before = threads();
        for (int i = 0; i < 50; i++) {
            try (SentenceEncoder encoder = small()) {
                encoder.encode("a b c");
            }
        }
        for (int wait = 0; wait < 100 && threads() > before; wait++) {
            Thread.sleep(50);
        }
        assertEquals(before, threads());
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("norma-"))
                .count();
    }
}
