package norma.embeddings.finetuning;

import java.util.List;
import java.util.function.LongFunction;
import norma.kernel.SplitMix;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// Trains a model by AdamW for some epochs over all examples, with a rate that rises in the first tenth of the steps and falls to 0
/// from there.
///
/// The result is a function of the examples, their order and the seed.
///
/// @param epochs how often each example is seen
/// @param batch examples of a step
/// @param rate highest learning rate
/// @param decay of matrices
/// @param clip largest length of the gradient
/// @param seed of the order and of dropout
public record FineTuning(int epochs, int batch, double rate, double decay, double clip, long seed) {
    /// Checks the numbers.
    public FineTuning {
        if (epochs < 0 || batch < 1 || !(rate >= 0 && decay >= 0 && clip >= 0)) {
            throw new IllegalArgumentException(
                    "FineTuning: batch must be positive, the others not negative; got epochs %d, batch %d, rate %s, decay %s, clip %s"
                            .formatted(epochs, batch, rate, decay, clip));
        }
    }

    /// For a whole model with pretrained weights: three epochs at a low rate.
    public static FineTuning whole(long seed) {
        return new FineTuning(3, 32, 5e-5, 0.01, 1, seed);
    }

    /// For a head on a [FrozenEncoder].
    public static FineTuning head(long seed) {
        return new FineTuning(40, 32, 5e-3, 0.1, 1, seed);
    }

    /// The same with another number of epochs.
    public FineTuning epochs(int epochs) {
        return new FineTuning(epochs, batch, rate, decay, clip, seed);
    }

    /// The same with another rate.
    public FineTuning rate(double rate) {
        return new FineTuning(epochs, batch, rate, decay, clip, seed);
    }

    /// How many steps it takes.
    public long steps(int examples) {
        return (long) epochs * Math.ceilDiv(examples, batch);
    }

    /// Trains the parameters that the objective registers.
    ///
    /// @throws ArithmeticException if the loss or a gradient is not finite any more; the parameters are those of the step before
    public <E extends Example> void run(Objective<List<E>> objective, List<E> examples, Listener listener) {
        if (examples.isEmpty()) {
            return;
        }
        long steps = steps(examples.size());
        long warmup = Math.ceilDiv(steps, 10);
        var schedule = Schedule.linear(steps - warmup).withWarmup(warmup);
        var optimizer = AdamW.of(objective, rate, AdamW.Config.STANDARD.withDecay(decay));
        // ~seed: dropout has other random numbers than the order
        var config = TrainConfig.of(steps, schedule, clip, ~seed);
        new Trainer<>(objective, optimizer, new Epochs<>(examples, batch, seed), config, listener.and(new Listener() {
            @Override
            public void diverged(Step step) {
                throw new ArithmeticException(
                        "FineTuning: loss and gradient must be finite; at step %d of %d the loss is %s and the gradient's norm %s; a lower rate?"
                                .formatted(step.step(), steps, step.loss(), step.gradientNorm()));
            }
        })).run();
    }

    /// The batches of all epochs one behind the other; the order of an epoch depends on its number and the seed.
    private static final class Epochs<E extends Example> implements LongFunction<List<E>> {
        private final List<E> examples;
        private final int batch;
        private final long seed;
        private long current = -1;
        private List<List<E>> batches = List.of();

        Epochs(List<E> examples, int batch, long seed) {
            this.examples = examples;
            this.batch = batch;
            this.seed = seed;
        }

        @Override
        public List<E> apply(long number) {
            long length = Math.ceilDiv(examples.size(), batch);
            if (number / length != current) {
                current = number / length;
                batches = LengthBatching.shuffled(examples, batch, SplitMix.at(seed, current));
            }
            return batches.get((int) (number % length));
        }
    }
}
