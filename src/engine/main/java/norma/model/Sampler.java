package norma.model;

import java.util.Arrays;
import norma.kernel.SplitMix;
import norma.nn.Cache;
import norma.nn.Context;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Draws one token after the other: p(token) = softmax(logits / temperature) over the k largest logits.
///
/// Keys and values of earlier tokens are kept, so a token costs one position. When the model's context is full, its last
/// half is read again and becomes the new beginning. The n-th token is drawn with a random number that depends on seed and
/// n only.
public final class Sampler {

    /// How a token is chosen.
    ///
    /// @param temperature 0 takes the most likely token; 1 draws by the model's probabilities
    /// @param topK how many of the most likely tokens are drawn from; 0 for all
    /// @param seed another seed, another text
    public record Choice(double temperature, int topK, long seed) {
        /// Checks the numbers.
        public Choice {
            if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || topK < 0) {
                throw new IllegalArgumentException(
                        "Sampler: temperature and top-k must not be negative; got %s and %d".formatted(temperature,
                                topK));
            }
        }
    }

    private final Gpt model;
    private final Choice choice;
    private final BufferPool pool = new BufferPool();
    private final int[] window;
    private int length;
    private Cache cache = new Cache();
    private long drawn;

    /// A text that begins with the prompt.
    ///
    /// @param prompt at least one token; of a long one the last `context` tokens count
    public Sampler(Gpt model, int[] prompt, Choice choice) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("Sampler: the prompt must have at least one token");
        }
        Indices.of(prompt, prompt.length).check("Sampler", model.config().vocabulary(), 0);
        this.model = model;
        this.choice = choice;
        window = new int[model.config().context()];
        length = Math.min(prompt.length, window.length);
        System.arraycopy(prompt, prompt.length - length, window, 0, length);
    }

    /// The next token; it becomes part of the text.
    public int next() {
        int token = choose(logits());
        if (length == window.length) {
            forget();
        }
        window[length++] = token;
        return token;
    }

    /// The logits (V) of the token that comes next.
    float[] logits() {
        int unread = length - cache.length();
        Indices ids = Indices.of(Arrays.copyOfRange(window, cache.length(), length), 1, unread);
        try (Tape _ = Tape.inference(pool)) {
            Tensor stream = model.stream(ids, Context.cached(cache), _ -> {});
            return model.logits(stream.slice(1, unread - 1, unread)).toArray();
        }
    }

    private void forget() {
        int kept = window.length / 2;
        System.arraycopy(window, length - kept, window, 0, kept);
        length = kept;
        cache = new Cache();
    }

    private int choose(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] || Float.isNaN(logits[i]) ? i : best;
        }
        if (!Float.isFinite(logits[best])) {
            throw new IllegalStateException("Sampler: logits must be finite; token %d has %s; did the training diverge?"
                    .formatted(best, logits[best]));
        }
        return choice.temperature() == 0 ? best : draw(logits, logits[best]);
    }

    private int draw(float[] logits, float largest) {
        float smallest = smallest(logits);
        double[] cumulated = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            sum += logits[i] < smallest ? 0 : Math.exp((logits[i] - largest) / choice.temperature());
            cumulated[i] = sum;
        }
        double at = sum * (SplitMix.at(choice.seed(), drawn++) >>> 11) * 0x1p-53;
        int token = 0;
        while (cumulated[token] <= at) {
            token++;
        }
        return token;
    }

    /// The k-th largest; tokens with the same logit are drawn from too.
    private float smallest(float[] logits) {
        if (choice.topK() == 0 || choice.topK() >= logits.length) {
            return Float.NEGATIVE_INFINITY;
        }
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[logits.length - choice.topK()];
    }
}
