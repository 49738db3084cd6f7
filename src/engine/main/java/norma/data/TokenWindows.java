package norma.data;

import java.util.ArrayList;
import java.util.List;
import norma.kernel.SplitMix;
import norma.tensor.Indices;
import norma.tokenizer.Tokenizer;

/// Cuts a sequence of ids into windows for a language model: `time` ids to read and, one further on, the ids to predict.
///
/// Which windows a batch has is a function of seed and step, so the number of the step is all that must be kept to go
/// on where training stopped, and a batch cut in two, on two machines or for accumulation, reads the same windows.
public final class TokenWindows {

    /// One training batch.
    ///
    /// @param inputs ids to read, (B, T)
    /// @param targets for each of `inputs` the id that follows it, (B, T)
    public record Batch(Indices inputs, Indices targets) {
    }

    private final int[] tokens;
    private final int batch;
    private final int time;
    private final long seed;

    /// Batches cut from a sequence.
    ///
    /// @param tokens the sequence, at least `time + 1` ids; not copied
    /// @param batch B, rows of a batch
    /// @param time T, ids of a row
    /// @param seed another seed, other windows
    public TokenWindows(int[] tokens, int batch, int time, long seed) {
        if (batch < 1 || time < 1) {
            throw new IllegalArgumentException("TokenWindows: batch and time must be at least 1; got batch " + batch
                    + ", time " + time);
        }
        Math.multiplyExact(batch, time);
        if (tokens.length <= time) {
            throw new IllegalArgumentException("TokenWindows: the corpus must have at least time + 1 = " + (time + 1L)
                    + " tokens; got " + tokens.length + "; add text or make time shorter");
        }
        this.tokens = tokens;
        this.batch = batch;
        this.time = time;
        this.seed = seed;
    }

    /// Batches of a corpus as one sequence; see [Corpus#encode].
    public static TokenWindows of(Corpus corpus, Tokenizer tokenizer, int batch, int time, long seed) {
        return new TokenWindows(corpus.encode(tokenizer), batch, time, seed);
    }

    /// How many ids the sequence has.
    public int tokens() {
        return tokens.length;
    }

    /// The batch of training step `step`: windows drawn at random, with equal chance wherever they begin.
    ///
    /// @param step from 0 on
    public Batch batch(long step) {
        int[] starts = new int[batch];
        for (int row = 0; row < batch; row++) {
            starts[row] = SplitMix.below(tokens.length - time, seed, step * batch + row);
        }
        return windows(starts);
    }

    /// `count` batches to measure on, always the same: their windows stand evenly from the first to the last that fits.
    /// In a short sequence they overlap.
    public List<Batch> validation(int count) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "TokenWindows: count of validation batches must be at least 1; got " + count);
        }
        long last = tokens.length - time - 1;
        long steps = Math.max(1, (long) count * batch - 1);
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] starts = new int[batch];
            for (int row = 0; row < batch; row++) {
                starts[row] = (int) (((long) i * batch + row) * last / steps);
            }
            batches.add(windows(starts));
        }
        return batches;
    }

    private Batch windows(int[] starts) {
        int[] inputs = new int[batch * time];
        int[] targets = new int[batch * time];
        for (int row = 0; row < batch; row++) {
            System.arraycopy(tokens, starts[row], inputs, row * time, time);
            System.arraycopy(tokens, starts[row] + 1, targets, row * time, time);
        }
        return new Batch(Indices.of(inputs, batch, time), Indices.of(targets, batch, time));
    }
}
