package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2017, arXiv 1711.05101):
///
/// ```
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// w = w - rate (decay w + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
/// ```
///
/// Gains and biases are not decayed. m and v belong to each parameter; t counts the steps. 1e-3 is a usual rate.
public final class AdamW extends Optimizer {

    /// The constants.
    ///
    /// @param b1 weight of the old mean, in [0, 1)
    /// @param b2 weight of the old mean square, in [0, 1)
    /// @param eps against division by zero, positive
    /// @param decay of weights
    public record Config(double b1, double b2, double eps, double decay) {
        /// As PyTorch has them: 0.9, 0.999, 1e-8, 0.01.
        public static final Config STANDARD = new Config(0.9, 0.999, 1e-8, 0.01);

        /// As GPT-3 and most models since: 0.9, 0.95, 1e-8, 0.1.
        public static final Config GPT = new Config(0.9, 0.95, 1e-8, 0.1);

        /// Checks the numbers.
        public Config {
            Adam.require("AdamW", b1, b2, eps, decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(b1, b2, eps, decay);
        }
    }

    private final Config config;

    private AdamW(Parameterized model, double rate, Config config) {
        super(model, rate, "m", "v");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static AdamW of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static AdamW of(Parameterized model, double rate, Config config) {
        return new AdamW(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        var update = new UpdateKernel.AdamW(step.rate(), (float) config.b1(), (float) config.b2(), (float) config.eps(),
                decay(param, config.decay()), step.gradientScale(), step.number());
        Backend.kernels().update().adamW(update, w.data(), w.gradient().data(), state.get(0).data(),
                state.get(1).data());
    }
}
