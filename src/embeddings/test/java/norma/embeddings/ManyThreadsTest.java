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

/// One encoder, eight threads that ask it for 10,000 texts each.
@Timeout(120)
class ManyThreadsTest {
    private static final int THREADS = 8;
    private static final int TEXTS = 10_000;
    private static final int PORTION = 50;

    @TempDir
    private Path folder;

    private final List<String> texts = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        TinyFolder.bert(folder).write();
        var vocabulary = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        for (char c = 'a'; vocabulary.size() < TinyFolder.VOCABULARY; c++) {
            vocabulary.add(String.valueOf(c));
        }
        Files.write(folder.resolve("vocab.txt"), vocabulary);
        var random = new SplittableRandom(1);
        for (int i = 0; i < TEXTS; i++) {
            var text = new StringBuilder();
            for (int words = random.nextInt(25); words > 0; words--) {
                text.append((char) ('a' + random.nextInt(25))).append(' ');
            }
            texts.add(text.toString());
        }
    }

    private SentenceEncoder load() throws IOException {
        return SentenceEncoder.load(folder, Options.DEFAULT.threads(3).pooling(Pooling.MEAN));
    }

    /// Asks for all texts, some at a time; a thread that interrupts itself stays interrupted.
    private void ask(SentenceEncoder encoder, float[][] expected, int thread) {
        for (int from = 0; from < TEXTS; from += PORTION) {
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
    void allGetTheSameVectors() throws IOException, InterruptedException, ExecutionException {
        try (SentenceEncoder encoder = load(); var callers = Executors.newFixedThreadPool(THREADS)) {
            float[][] expected = encoder.encode(texts);
            var results = new ArrayList<Future<?>>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                results.add(callers.submit(() -> ask(encoder, expected, thread)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    @Test
    void anEncoderMayBeClosedWhileOthersAsk() throws IOException, InterruptedException, ExecutionException {
        float[][] expected;
        try (SentenceEncoder encoder = load()) {
            expected = encoder.encode(texts);
        }
        SentenceEncoder encoder = load();
        var begun = new CountDownLatch(THREADS);
        try (var callers = Executors.newFixedThreadPool(THREADS)) {
            var results = new ArrayList<Future<String>>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                results.add(callers.submit(() -> {
                    encoder.encode(texts.getFirst());
                    begun.countDown();
                    try {
                        while (true) {
                            ask(encoder, expected, thread);
                        }
                    } catch (IllegalStateException e) {
                        return e.getMessage();
                    }
                }));
            }
            begun.await();
            encoder.close();
            for (Future<String> result : results) {
                assertTrue(result.get().contains("closed"), result.get());
            }
        }
    }

    @Test
    void noThreadIsLeftBehind() throws IOException, InterruptedException {
        long before = threads();
        for (int i = 0; i < 50; i++) {
            try (SentenceEncoder encoder = load()) {
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
