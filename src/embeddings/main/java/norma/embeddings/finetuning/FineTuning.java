package norma.embeddings.finetuning;

import java.util.List;
import java.util.function.LongFunction;
import norma.kernel.SplitMix;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.TrainStep;

/// Trains a model by AdamW for some epochs over all examples, with a rate that rises in the first tenth of the steps and falls to 0
/// from there.
///
/// ```java
/// Split<Labelled> split = Split.of(examples, 0.1, 1);
/// Course course = FineTuning.whole(1).epochs(5).patience(2).run(model, split.train(), split.held(), Listener.SILENT);
/// ```
///
/// The result is a function of the examples, their order and the seed.
///
/// @param epochs how often each example is seen
/// @param patience after how many epochs without a better one a run with validation ends
/// @param batch examples of a step
/// @param rate highest learning rate
/// @param decay of matrices
/// @param clip largest length of the gradient
/// @param seed of the order and of dropout
public record FineTuning(int epochs, int patience, int batch, double rate, double decay, double clip, long seed) {
    /// Checks the numbers.
    public FineTuning {
        if (epochs < 0 || patience < 1 || batch < 1 || !(rate >= 0 && decay >= 0 && clip >= 0)) {
            throw new IllegalArgumentException(
                    "FineTuning: patience and batch must be positive, the others not negative; got epochs %d, patience %d, batch %d, rate %s, decay %s, clip %s"
                            .formatted(epochs, patience, batch, rate, decay, clip));
        }
    }

    /// For a whole model with pretrained weights: three epochs at a low rate.
    public static FineTuning whole(long seed) {
        return new FineTuning(3, 3, 32, 5e-5, 0.01, 1, seed);
    }

    /// For a head on a [FrozenEncoder].
    public static FineTuning head(long seed) {
        return new FineTuning(40, 40, 32, 5e-3, 0.1, 1, seed);
    }

    /// The same with another number of epochs.
    public FineTuning epochs(int epochs) {
        return new FineTuning(epochs, patience, batch, rate, decay, clip, seed);
    }

    /// The same that ends after another number of epochs without a better one.
    public FineTuning patience(int patience) {
        return new FineTuning(epochs, patience, batch, rate, decay, clip, seed);
    }

    /// The same with another number of examples in a step.
    public FineTuning batch(int batch) {
        return new FineTuning(epochs, patience, batch, rate, decay, clip, seed);
    }

    /// The same with another rate.
    public FineTuning rate(double rate) {
        return new FineTuning(epochs, patience, batch, rate, decay, clip, seed);
    }

    /// How many steps all epochs take.
    public long steps(int examples) {
        return (long) epochs * Math.ceilDiv(examples, batch);
    }

    /// Trains the parameters that the objective registers, through all epochs.
    ///
    /// @throws ArithmeticException if the loss or a gradient is not finite any more; the parameters are those of the step before
    public <E extends Example> void run(Objective<List<E>> objective, List<E> examples, Listener listener) {
        TrainStep<List<E>> training = training(objective, examples, listener);
        for (long step = 0; step < steps(examples.size()); step++) {
            training.run(step);
        }
    }

    /// Trains the same way, and measures before the first step and after each epoch. The model ends with the weights of the best
    /// epoch: that with the highest score, or of those with the same score that with the lowest validation loss. Before the first step
    /// may be the best.
    ///
    /// @param validation what it is measured on, at least one example; none should be among those to learn from ([Split])
    /// @throws ArithmeticException if the loss or a gradient is not finite any more; the parameters are those of the step before
    public <E extends Example> Course run(Measured<E> model, List<E> examples, List<E> validation, Listener listener) {
        if (validation.isEmpty()) {
            throw new IllegalArgumentException(
                    "FineTuning: validation must have at least one example; got none; hold some out by Split.of");
        }
        var mean = new MeanLoss();
        TrainStep<List<E>> training = training(model, examples, listener.and(mean));
        var best = new BestEpoch<>(model, validation, batch);
        listener.validated(0, best.measure(Double.NaN));
        long length = Math.ceilDiv(examples.size(), batch);
        for (int epoch = 0; epoch < epochs && best.since() < patience; epoch++) {
            for (long step = epoch * length; step < (epoch + 1) * length; step++) {
                training.run(step);
            }
            listener.validated((epoch + 1) * length, best.measure(mean.take()));
        }
        return best.restore();
    }

    private <E extends Example> TrainStep<List<E>> training(Objective<List<E>> objective, List<E> examples,
            Listener listener) {
        long steps = steps(examples.size()), warmup = Math.ceilDiv(steps, 10);
        var schedule = Schedule.linear(steps - warmup).withWarmup(warmup);
        var optimizer = AdamW.of(objective, rate, AdamW.Config.STANDARD.withDecay(decay));
        var batches = new Epochs<>(examples, batch, seed);
        if (steps > 0) {
            try (Tape _ = Tape.inference(new BufferPool())) {
                objective.prepare(batches.apply(0));
            }
        }
        // ~seed: dropout has other random numbers than the order
        var config = TrainConfig.of(steps, schedule, clip, ~seed);
        return new TrainStep<>(objective, optimizer, batches, config, listener.and(new Listener() {
            @Override
            public void diverged(Step step) {
                throw new ArithmeticException(
                        "FineTuning: loss and gradient must be finite; at step %d of %d the loss is %s and the gradient's norm %s; a lower rate?"
                                .formatted(step.step(), steps, step.loss(), step.gradientNorm()));
            }
        }));
    }

    /// The mean loss of the steps of an epoch.
    private static final class MeanLoss implements Listener {
        private double sum;
        private long count;

        @Override
        public void step(Step step) {
            sum += step.loss();
            count++;
        }

        double take() {
            double mean = sum / count;
            sum = 0;
            count = 0;
            return mean;
        }
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
