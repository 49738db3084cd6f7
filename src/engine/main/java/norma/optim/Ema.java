package norma.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import norma.backend.Backend;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// A model together with running averages of its weights, which often predict better than the weights of the last step (Polyak &
/// Juditsky 1992; as the mean of many models Tarvainen & Valpola 2017, arXiv 1703.01780):
///
/// ```
/// average = decay average + (1 - decay) w          after each step; at first average = w
/// ```
///
/// It stands for the model wherever parameters are listed, has the averages as buffers under `ema.`, and updates them as a part
/// that has something to do after a step. So a trainer, a checkpoint and an optimizer need to know nothing of it:
///
/// ```java
/// Ema ema = Ema.of(model, 0.999);
/// Optimizer optimizer = AdamW.of(ema, 1e-3);                                        // in a loop of one's own
/// Objective<Batch> objective = Objective.of(ema, batch -> loss(model, batch));      // for a trainer
/// try (Ema.Swap _ = ema.swap()) {
///     evaluate(model);                                                              // by the averages
/// }
/// ```
///
/// Buffers of the model, such as running statistics, are not averaged.
public final class Ema implements Parameterized {

    /// How long the averages stand in the place of the weights: until it is closed.
    public final class Swap implements AutoCloseable {
        private boolean open = true;

        private Swap() {
            exchange();
        }

        /// Puts the weights back.
        @Override
        public void close() {
            if (open) {
                open = false;
                exchange();
            }
        }
    }

    /// What is listed behind the model, whose parts have done what they do after a step when it is asked.
    private final class Averages implements Parameterized {
        @Override
        public void register(ParameterTree tree) {
            averages.forEach(tree::add);
            tree.add("steps", steps);
        }

        @Override
        public void afterStep() {
            update();
        }
    }

    private final Parameterized model;
    private final double decay;
    private final boolean warmup;
    private final Averages part = new Averages();
    private final Map<String, Param> weights = new LinkedHashMap<>();
    private final Map<String, Param> averages = new LinkedHashMap<>();
    private final Param steps = Param.buffer(Tensor.scalar(0));
    private boolean swapped;

    private Ema(Parameterized model, double decay, boolean warmup) {
        Bounds.requireWeight("Ema", "decay", decay);
        this.model = model;
        this.decay = decay;
        this.warmup = warmup;
        ParameterTree.of(model).params().forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                weights.put(name, param);
                averages.put(name, Param.buffer(param.value().copy()));
            }
        });
    }

    /// Averages that begin with the weights of now.
    ///
    /// @param decay weight of the old average, in [0, 1): 0.999 looks back about 1000 steps
    public static Ema of(Parameterized model, double decay) {
        return new Ema(model, decay, false);
    }

    /// The same, beginning anew, with a decay that rises: min(decay, (1 + t) / (10 + t)) in step t, counted from 0, so that the
    /// weights of the beginning are soon forgotten.
    public Ema withWarmup() {
        return new Ema(model, decay, true);
    }

    private void update() {
        if (swapped) {
            throw new IllegalStateException(
                    "Ema: the averages stand in the place of the weights, and a step must change the "
                            + "weights; close the Swap before training goes on");
        }
        double t = steps.value().item();
        float old = (float) (warmup ? Math.min(decay, (1 + t) / (10 + t)) : decay);
        var elementwise = Backend.kernels().elementwise();
        averages.forEach((name, average) -> {
            elementwise.affine(average.value().data(), old, 0, average.value().data());
            elementwise.addScaled(weights.get(name).value().data(), 1 - old, average.value().data());
        });
        steps.value().fill((float) (t + 1));
    }

    /// Puts the averages in the place of the model's weights until the result is closed: to evaluate or save the model.
    public Swap swap() {
        if (swapped) {
            throw new IllegalStateException("Ema.swap: the averages stand in the place of the weights already");
        }
        return new Swap();
    }

    private void exchange() {
        weights.forEach((name, param) -> {
            Tensor w = param.value(), average = averages.get(name).value(), kept = w.copy();
            w.set(average);
            average.set(kept);
        });
        swapped = !swapped;
    }

    /// Lists the model as it is, and behind it the averages.
    @Override
    public void register(ParameterTree tree) {
        tree.addAll(model).add("ema", part);
    }
}
