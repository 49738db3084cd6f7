package norma.optim;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Gradients over the root of their running mean square (Tieleman & Hinton 2012, lecture 6.5 of Neural Networks for Machine
/// Learning):
///
/// ```
/// g = g + decay w
/// v = smoothing v + (1 - smoothing) g^2
/// velocity = momentum velocity + g / (sqrt(v) + eps)
/// w = w - rate velocity
/// ```
///
/// Centered (Graves 2013, arXiv 1308.0850), it has the variance max(v - mean^2, 0) in place of v, where
/// `mean = smoothing mean + (1 - smoothing) g`; a gradient that never changes has none, and its steps grow to g / eps. Gains and
/// biases are not decayed. All state belongs to each parameter. 1e-2 is a usual rate.
public final class RmsProp extends Optimizer {

    /// The constants.
    ///
    /// @param smoothing weight of the old mean square, in [0, 1)
    /// @param eps against division by zero, positive
    /// @param momentum weight of the old velocity, in [0, 1); 0 for none
    /// @param centered whether the mean is taken off
    /// @param decay of weights
    public record Config(double smoothing, double eps, double momentum, boolean centered, double decay) {
        /// As PyTorch has them: 0.99, 1e-8, no momentum, not centered, no decay.
        public static final Config STANDARD = new Config(0.99, 1e-8, 0, false, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requireWeight("RmsProp", "smoothing", smoothing);
            Bounds.requirePositive("RmsProp", "eps", eps);
            Bounds.requireWeight("RmsProp", "momentum", momentum);
            Bounds.requireNotNegative("RmsProp", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(smoothing, eps, momentum, centered, decay);
        }

        private String[] kinds() {
            var kinds = new ArrayList<>(List.of("v"));
            if (centered) {
                kinds.add("mean");
            }
            if (momentum > 0) {
                kinds.add("velocity");
            }
            return kinds.toArray(new String[0]);
        }
    }

    private final Config config;

    private RmsProp(Parameterized model, double rate, Config config) {
        super(model, rate, config.kinds());
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static RmsProp of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static RmsProp of(Parameterized model, double rate, Config config) {
        return new RmsProp(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        float scale = decayed(param, config.decay(), step.gradientScale());
        var update = new UpdateKernel.RmsProp(step.rate(), (float) config.smoothing(), (float) config.eps(),
                (float) config.momentum(), scale);
        Iterator<Tensor> tensors = state.iterator();
        Floats v = tensors.next().data();
        Floats mean = config.centered() ? tensors.next().data() : null;
        Floats velocity = config.momentum() > 0 ? tensors.next().data() : null;
        Backend.kernels().update().rmsProp(update, w.data(), w.gradient().data(), v, mean, velocity);
    }
}
