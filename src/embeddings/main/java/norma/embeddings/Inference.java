package norma.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import norma.model.Bert;
import norma.parallel.PlatformThreads;
import norma.parallel.Workers;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// Runs a model over many texts: several of them, one behind the other, in one pass, so that padding is never computed. A text's
/// result does not depend, bit for bit, on the texts beside it or on the number of threads.
///
/// Many threads may call it at once. At most as many passes run at a time as there are processors, since more would only take more
/// memory; the others wait for their turn, and none overtakes another. Passes of virtual threads run on platform threads.
final class Inference implements AutoCloseable {
    /// Tokens of one pass: enough rows for a matrix product, few enough for a block's buffers to stay small.
    private static final int TOKENS = 512;

    /// Texts that a thread tokenizes at a time.
    static final int TEXTS = 16;

    private final Bert model;
    private final UnaryOperator<Tensor> readout;
    private final Workers workers;
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
    private volatile boolean closed;

    /// @param readout from a stream (B, T, D) to the result (B, K)
    Inference(Bert model, int threads, UnaryOperator<Tensor> readout) {
        this.model = model;
        this.readout = readout;
        this.workers = new Workers(threads);
    }

    /// What `f` gives for 0, 1, ..., count - 1, on all threads; each takes `grain` of them at a time.
    <T> List<T> parallel(int count, int grain, IntFunction<T> f) {
        requireOpen();
        List<T> results = new ArrayList<>(Collections.nCopies(count, null));
        return workers.call(() -> {
            Workers.split(count, grain, (from, to) -> PlatformThreads.run(() -> {
                for (int i = from; i < to; i++) {
                    results.set(i, f.apply(i));
                }
            }));
            return results;
        });
    }

    /// The readout's row for each text, in their order.
    float[][] run(List<Encoding> texts) {
        requireOpen();
        if (texts.stream().anyMatch(text -> text.length() == 0)) {
            throw new IllegalArgumentException(
                    "a text must have a token at least, if only the one that the tokenizer puts in front; "
                            + "this tokenizer adds none; leave empty texts out");
        }
        List<int[]> passes = passes(texts);
        List<float[][]> rows = parallel(passes.size(), 1, i -> pass(texts, passes.get(i)));
        float[][] results = new float[texts.size()][];
        for (int i = 0; i < passes.size(); i++) {
            for (int j = 0; j < passes.get(i).length; j++) {
                results[passes.get(i)[j]] = rows.get(i)[j];
            }
        }
        return results;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this encoder is closed; load another one, or close it later");
        }
    }

    /// Texts that go through the model together.
    private static final class Pass {
        private final List<Integer> texts = new ArrayList<>();
        private long tokens;

        void add(int text, int length) {
            texts.add(text);
            tokens += length;
        }
    }

    /// Which texts go together: as many passes for each thread, of about the same number of tokens. The longest text first, each joins the
    /// pass with the fewest tokens (Graham 1969, "Bounds on Multiprocessing Timing Anomalies").
    private List<int[]> passes(List<Encoding> texts) {
        long tokens = texts.stream().mapToLong(Encoding::length).sum();
        long count = Math.ceilDiv(Math.ceilDiv(tokens, TOKENS), workers.threads()) * workers.threads();
        var passes = new PriorityQueue<Pass>(Comparator.comparingLong(pass -> pass.tokens));
        IntStream.range(0, texts.size()).boxed().sorted(Comparator.comparingInt(i -> -texts.get(i).length()))
                .forEach(i -> {
                    Pass least = passes.size() < count ? new Pass() : passes.remove();
                    least.add(i, texts.get(i).length());
                    passes.add(least);
                });
        return passes.stream().map(pass -> pass.texts.stream().mapToInt(i -> i).toArray()).toList();
    }

    /// The rows of the texts with these numbers, when it is their turn.
    private float[][] pass(List<Encoding> texts, int[] which) {
        turns.acquireUninterruptibly();
        try {
            return rows(PackedBatch.of(Arrays.stream(which).mapToObj(texts::get).toList()));
        } finally {
            turns.release();
        }
    }

    private float[][] rows(PackedBatch batch) {
        try (Tape _ = Tape.inference()) {
            Tensor last = model.infer(batch.ids(), batch.types(), batch.context());
            Tensor rows = batch.each(last, readout);
            return IntStream.range(0, batch.lengths().length).mapToObj(i -> rows.slice(0, i, i + 1).toArray())
                    .toArray(float[][]::new);
        }
    }

    /// Ends the threads. Calls under way come to their end; later ones are refused.
    @Override
    public void close() {
        closed = true;
        workers.close();
    }
}
