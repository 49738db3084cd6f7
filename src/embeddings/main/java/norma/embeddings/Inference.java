package norma.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import norma.embeddings.model.Bert;
import norma.embeddings.tokenizer.Encoding;
import norma.nn.Layer;
import norma.parallel.Workers;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Runs a model over many texts: several of them, one behind the other, in one pass, so that padding is never computed. What a
/// text gives does not depend, bit for bit, on the texts beside it or on the number of threads.
///
/// May be asked by many threads at once. Each pass through the model takes a memory of its own from a pool.
final class Inference implements AutoCloseable {
    /// Tokens of one pass: enough rows for a matrix product, few enough for what a block computes to stay small.
    private static final int TOKENS = 512;

    /// Texts that a thread tokenizes at a time.
    private static final int TEXTS = 16;

    private final Bert model;
    private final UnaryOperator<Tensor> readout;
    private final Workers workers;
    private final Queue<Memory> memories = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /// @param readout from a stream (B, T, D) to the result (B, K)
    Inference(Bert model, int threads, UnaryOperator<Tensor> readout) {
        this.model = model;
        this.readout = readout;
        this.workers = new Workers(threads);
    }

    /// The readout's row for each text, in their order.
    ///
    /// @param tokenize gives text i; is asked by several threads at once
    float[][] run(int count, IntFunction<Encoding> tokenize) {
        requireOpen();
        var texts = new Encoding[count];
        share(count, TEXTS, i -> texts[i] = tokenize.apply(i));
        return run(Arrays.asList(texts));
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
        float[][] results = new float[texts.size()][];
        share(passes.size(), 1, i -> pass(texts, passes.get(i), results));
        return results;
    }

    /// Does the work of `[0, count)` on all threads.
    private void share(int count, int grain, IntConsumer work) {
        workers.call(() -> {
            Workers.split(count, grain, (from, to) -> {
                for (int i = from; i < to; i++) {
                    work.accept(i);
                }
            });
            return null;
        });
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this encoder is closed; load another one, or close it later");
        }
    }

    /// Which texts go together: of about the same number of tokens in each pass, longest text first, so that threads end at about
    /// the same time.
    private List<int[]> passes(List<Encoding> texts) {
        int[] order = IntStream.range(0, texts.size()).boxed()
                .sorted(Comparator.comparingInt(i -> -texts.get(i).length())).mapToInt(i -> i).toArray();
        long tokens = texts.stream().mapToLong(Encoding::length).sum();
        long count = Math.ceilDiv(Math.ceilDiv(tokens, TOKENS), workers.threads()) * workers.threads();
        long most = Math.ceilDiv(tokens, Math.max(1, count));
        var passes = new ArrayList<int[]>();
        for (int from = 0, to; from < order.length; from = to) {
            long sum = texts.get(order[from]).length();
            for (to = from + 1; to < order.length && sum + texts.get(order[to]).length() <= most; to++) {
                sum += texts.get(order[to]).length();
            }
            passes.add(Arrays.copyOfRange(order, from, to));
        }
        return passes;
    }

    private void pass(List<Encoding> texts, int[] which, float[][] results) {
        Memory pooled = memories.poll();
        Memory memory = pooled == null ? new Memory() : pooled;
        try (Tape _ = Tape.inference(memory)) {
            var ragged = RaggedTexts.of(Arrays.stream(which).mapToObj(texts::get).toList());
            Tensor rows = ragged.each(stream(ragged, memory), readout);
            int columns = rows.dim(-1);
            for (int i = 0; i < which.length; i++) {
                results[which[i]] = rows.data().slice(i * columns, columns).toArray();
            }
        }
        memories.add(memory);
    }

    /// The stream behind the last block. Each block has a tape of its own, so that the next one takes the same memory again.
    private Tensor stream(RaggedTexts texts, Memory memory) {
        Tensor x = model.embedded(texts.ids(), texts.types(), texts.context());
        for (Layer block : model.blocks()) {
            try (Tape _ = Tape.inference(memory)) {
                x.data().set(block.forward(x, texts.context()).data());
            }
        }
        return x;
    }

    /// Ends the threads. Calls under way come to their end; later ones are refused.
    @Override
    public void close() {
        closed = true;
        workers.close();
        memories.clear();
    }
}
