package norma.embeddings.tuning;

import java.util.List;
import java.util.Map;
import norma.kernel.SplitMix;
import norma.nn.Param;
import norma.nn.Parts;
import norma.optim.AdamW;
import norma.optim.Gradients;
import norma.optim.Schedule;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Listener;

/// Changes a model's parameters by AdamW until its objective is met better: some epochs over all examples, with a rate that rises
/// in the first tenth of the steps and falls to 0 from there.
///
/// What comes out is a function of the examples, their order and the seed.
///
/// @param epochs how often each example is seen
/// @param batch examples of a step
/// @param rate highest learning rate
/// @param decay of matrices
/// @param clip largest length of the gradient
/// @param seed of the order and of dropout
public record Tuning(int epochs, int batch, double rate, double decay, double clip, long seed) {
    /// Checks the numbers.
    public Tuning {
        if (epochs < 0 || batch < 1 || !(rate >= 0 && decay >= 0 && clip >= 0)) {
            throw new IllegalArgumentException(
                    "Tuning: batch must be positive, the others not negative; got epochs %d, batch %d, rate %s, decay %s, clip %s"
                            .formatted(epochs, batch, rate, decay, clip));
        }
    }

    /// For all of a model with pretrained weights: three epochs at a low rate.
    public static Tuning whole(long seed) {
        return new Tuning(3, 32, 5e-5, 0.01, 1, seed);
    }

    /// For a head on vectors that stay.
    public static Tuning head(long seed) {
        return new Tuning(40, 32, 5e-3, 0.1, 1, seed);
    }

    /// The same with another number of epochs.
    public Tuning epochs(int epochs) {
        return new Tuning(epochs, batch, rate, decay, clip, seed);
    }

    /// The same with another rate.
    public Tuning rate(double rate) {
        return new Tuning(epochs, batch, rate, decay, clip, seed);
    }

    /// How many steps it takes.
    public long steps(int examples) {
        return (long) epochs * Math.ceilDiv(examples, batch);
    }

    /// Tunes the parameters that the objective lists.
    ///
    /// @throws ArithmeticException if the loss or a gradient is not finite any more; the parameters are those of the step before
    public <E extends Example> void run(Objective<E> objective, List<E> examples, Listener listener) {
        new Run<>(objective, examples, listener).run();
    }

    private final class Run<E extends Example> {
        private final Objective<E> objective;
        private final List<E> examples;
        private final Listener listener;
        private final Map<String, Param> params;
        private final AdamW optimizer;
        private final Schedule schedule;
        private final Memory memory = new Memory();

        Run(Objective<E> objective, List<E> examples, Listener listener) {
            this.objective = objective;
            this.examples = examples;
            this.listener = listener;
            params = Parts.of(objective).params();
            optimizer = new AdamW(params, new AdamW.Config(0.9, 0.999, 1e-8, decay));
            long steps = steps(examples.size());
            schedule = new Schedule(Schedule.Decay.LINEAR, rate, 0, Math.ceilDiv(steps, 10), steps, 1);
        }

        void run() {
            for (int epoch = 0; epoch < epochs; epoch++) {
                for (List<E> group : Lengths.shuffled(examples, batch, SplitMix.at(seed, epoch))) {
                    step(group);
                }
            }
        }

        private void step(List<E> group) {
            long start = System.nanoTime(), step = optimizer.steps();
            double loss;
            try (Tape tape = Tape.training(memory, SplitMix.at(~seed, step))) {
                Tensor result = objective.loss(group);
                loss = result.item();
                tape.backward(result);
            }
            double norm = Gradients.norm(params);
            requireFinite(loss, norm, step);
            optimizer.step(schedule.rate(step), Gradients.clip(norm, clip));
            Parts.of(objective).afterStep();
            listener.step(
                    new Listener.Step(step + 1, loss, schedule.rate(step), norm, (System.nanoTime() - start) / 1e9,
                            group.stream().mapToLong(Example::tokens).sum()));
        }

        private void requireFinite(double loss, double norm, long step) {
            if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
                params.values().forEach(param -> param.value().clearGradient());
                throw new ArithmeticException(
                        "Tuning: loss and gradient must be finite; at step %d they are %s and %s; a lower rate?"
                                .formatted(step + 1, loss, norm));
            }
        }
    }
}
