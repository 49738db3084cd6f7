package norma.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import norma.kernel.Update;
import norma.nn.Param;
import norma.tensor.Backend;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2017, arXiv 1711.05101):
///
/// ```
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// w = w - rate (decay w + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
/// ```
///
/// Gains and biases are not decayed. m and v belong to each parameter; t counts the steps.
public final class AdamW implements Optimizer {

    /// The constants.
    ///
    /// @param b1 memory of the mean
    /// @param b2 memory of the square
    /// @param eps against division by zero
    /// @param decay of weights
    public record Config(double b1, double b2, double eps, double decay) {
        /// As GPT-3 and most models since: 0.9, 0.95, 1e-8, 0.1.
        public static final Config GPT = new Config(0.9, 0.95, 1e-8, 0.1);
    }

    private record Slot(Param param, Tensor m, Tensor v) {
    }

    private final Config config;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long steps;

    /// An optimizer of the learned ones among these parameters.
    public AdamW(Map<String, Param> params, Config config) {
        this.config = config;
        params.forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                Shape shape = param.value().shape();
                slots.put(name, new Slot(param, Tensor.of(shape, new float[shape.size()]),
                        Tensor.of(shape, new float[shape.size()])));
            }
        });
    }

    @Override
    public void step(double rate, double gradientScale) {
        steps++;
        for (Slot slot : slots.values()) {
            Tensor w = slot.param().value();
            if (w.hasGradient()) {
                double decay = slot.param().role() == Param.Role.WEIGHT ? config.decay() : 0;
                var step =
                        new Update.AdamW((float) rate, (float) config.b1(), (float) config.b2(), (float) config.eps(),
                                (float) decay, (float) gradientScale, steps);
                Backend.kernels().update().adamW(step, w.data(), w.gradient().data(), slot.m().data(), slot.v().data());
                w.clearGradient();
            }
        }
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        slots.forEach((name, slot) -> {
            state.put("m." + name, slot.m());
            state.put("v." + name, slot.v());
        });
        return state;
    }

    @Override
    public void resume(long steps) {
        this.steps = steps;
    }
}
