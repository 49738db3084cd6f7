package norma.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import norma.kernel.Update;
import norma.nn.Param;
import norma.tensor.Backend;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Gradient descent with momentum (Polyak 1964; Nesterov's form after Sutskever et al. 2013) and decoupled weight decay:
///
/// ```
/// velocity = momentum velocity + g
/// w = w - rate (decay w + velocity)                      or, Nesterov,
/// w = w - rate (decay w + g + momentum velocity)
/// ```
///
/// Gains and biases are not decayed.
public final class Sgd implements Optimizer {

    /// The constants.
    ///
    /// @param momentum 0 for none
    /// @param nesterov whether the gradient is taken ahead
    /// @param decay of weights
    public record Config(double momentum, boolean nesterov, double decay) {
        /// Checks that Nesterov's form has a momentum.
        public Config {
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("Sgd: Nesterov's form needs a momentum; got 0");
            }
        }
    }

    private record Slot(Param param, Tensor velocity) {
    }

    private final Config config;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long steps;

    /// An optimizer of the learned ones among these parameters.
    public Sgd(Map<String, Param> params, Config config) {
        this.config = config;
        params.forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                Shape shape = param.value().shape();
                slots.put(name,
                        new Slot(param, config.momentum() == 0 ? null : Tensor.of(shape, new float[shape.size()])));
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
                var step = new Update.Sgd((float) rate, (float) config.momentum(), config.nesterov(), (float) decay,
                        (float) gradientScale);
                Backend.kernels().update().sgd(step, w.data(), w.gradient().data(),
                        slot.velocity() == null ? null : slot.velocity().data());
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
            if (slot.velocity() != null) {
                state.put("velocity." + name, slot.velocity());
            }
        });
        return state;
    }

    @Override
    public void resume(long steps) {
        this.steps = steps;
    }
}
