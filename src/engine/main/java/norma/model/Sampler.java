package norma.model;

import java.util.Arrays;
import java.util.BitSet;
import norma.kernel.SplitMix;
import norma.nn.Cache;
import norma.nn.Context;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Seed;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Draws one token after the other: p(token) = softmax(logits / temperature), where [Choice] may lower or leave out some.
///
/// Keys and values of earlier tokens are kept, so a token costs one position. When the model's context is full, its last
/// half is read again and becomes the new beginning. The n-th token is drawn with a random number that depends on seed and
/// n only.
public final class Sampler {

    /// How a token is chosen, in this order:
    ///
    /// 1. logits of tokens that the context has already are lowered by the repetition penalty θ: x / θ, or x θ where x < 0
    ///    (Keskar et al., arXiv 1909.05858, who divide only and so raise negative ones);
    /// 2. p = softmax(logits / temperature) over the k largest logits;
    /// 3. of these the most likely ones are drawn from whose probabilities reach top-p together, as few as possible: the nucleus
    ///    (Holtzman et al., arXiv 1904.09751).
    ///
    /// Tokens as likely as the last one that is drawn from are drawn from too.
    ///
    /// ```java
    /// Choice.of(0.8).withTopP(0.95).withRepetitionPenalty(1.2).withSeed(7)
    /// ```
    ///
    /// @param temperature 0 takes the most likely token; 1 draws by the model's probabilities
    /// @param topK how many of the most likely tokens are drawn from; 0 for all
    /// @param topP in (0, 1]; 1 for all
    /// @param repetitionPenalty θ, at least 1; 1 for none
    /// @param seed another seed, another text
    public record Choice(double temperature, int topK, double topP, double repetitionPenalty, long seed) {
        /// Checks the numbers.
        public Choice {
            require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", "at least 0",
                    temperature);
            require(topK >= 0, "topK", "at least 0", topK);
            require(topP > 0 && topP <= 1, "topP", "in (0, 1]", topP);
            require(repetitionPenalty >= 1 && repetitionPenalty < Double.POSITIVE_INFINITY, "repetitionPenalty",
                    "at least 1", repetitionPenalty);
        }

        private static void require(boolean holds, String name, String what, Number value) {
            if (!holds) {
                throw new IllegalArgumentException("Sampler: %s must be %s; got %s".formatted(name, what, value));
            }
        }

        /// The most likely token, always.
        public static Choice greedy() {
            return new Choice(0, 0, 1, 1, 0);
        }

        /// Draws from all tokens, with the thread's next seed ([Seed#next]).
        public static Choice of(double temperature) {
            return new Choice(temperature, 0, 1, 1, Seed.next());
        }

        /// With another temperature.
        public Choice withTemperature(double temperature) {
            return new Choice(temperature, topK, topP, repetitionPenalty, seed);
        }

        /// From the k most likely tokens only; 0 for all.
        public Choice withTopK(int topK) {
            return new Choice(temperature, topK, topP, repetitionPenalty, seed);
        }

        /// From the nucleus of probability `topP` only; 1 for all.
        public Choice withTopP(double topP) {
            return new Choice(temperature, topK, topP, repetitionPenalty, seed);
        }

        /// With tokens less likely that the context has already; 1 for none.
        public Choice withRepetitionPenalty(double penalty) {
            return new Choice(temperature, topK, topP, penalty, seed);
        }

        /// With another seed.
        public Choice withSeed(long seed) {
            return new Choice(temperature, topK, topP, repetitionPenalty, seed);
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
            throw new IllegalArgumentException("Sampler: the prompt must have at least one token; got none");
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
        penalize(logits);
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

    private void penalize(float[] logits) {
        BitSet seen = new BitSet(logits.length);
        for (int i = 0; i < length; i++) {
            int token = window[i];
            if (!seen.get(token)) {
                seen.set(token);
                logits[token] = penalized(logits[token]);
            }
        }
    }

    private float penalized(float logit) {
        return (float) (logit < 0 ? logit * choice.repetitionPenalty() : logit / choice.repetitionPenalty());
    }

    private int draw(float[] logits, float largest) {
        float smallest = smallest(logits);
        double[] weights = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = logits[i] < smallest ? 0 : Math.exp((logits[i] - largest) / choice.temperature());
        }
        double least = choice.topP() == 1 ? 0 : least(weights);
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] < least ? 0 : weights[i];
            weights[i] = sum;
        }
        double at = sum * (SplitMix.at(choice.seed(), drawn++) >>> 11) * 0x1p-53;
        int token = 0;
        while (weights[token] <= at) {
            token++;
        }
        return token;
    }

    /// The weight of the nucleus' last token.
    private double least(double[] weights) {
        double[] sorted = weights.clone();
        Arrays.sort(sorted);
        double missing = choice.topP() * Arrays.stream(weights).sum();
        int at = sorted.length;
        do {
            missing -= sorted[--at];
        } while (missing > 0 && at > 0);
        return sorted[at];
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
