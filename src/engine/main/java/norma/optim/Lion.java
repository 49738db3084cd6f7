package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Every number moves by the same amount, whose sign a mean of the gradients has; found by a search among programs (Chen et al. 2023,
/// arXiv 2302.06675):
///
/// ```
/// u = sign(b1 m + (1 - b1) g)
/// w = w - rate (decay w + u)
/// m = b2 m + (1 - b2) g
/// ```
///
/// Its state is half of Adam's. The paper takes a rate 3 to 10 times lower than [AdamW]'s, 1e-4, and a decay as many times higher.
/// Gains and biases are not decayed. m belongs to each parameter.
public final class Lion extends Optimizer {

    /// The constants.
    ///
    /// @param b1 weight of m in the step, in [0, 1)
    /// @param b2 weight of the old m, in [0, 1)
    /// @param decay of weights
    public record Config(double b1, double b2, double decay) {
        /// As in the paper: 0.9, 0.99, 0.
        public static final Config STANDARD = new Config(0.9, 0.99, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requireWeight("Lion", "b1", b1);
            Bounds.requireWeight("Lion", "b2", b2);
            Bounds.requireNotNegative("Lion", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(b1, b2, decay);
        }
    }

    private final Config config;

    private Lion(Parameterized model, double rate, Config config) {
        super(model, rate, "m");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Lion of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Lion of(Parameterized model, double rate, Config config) {
        return new Lion(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        var update = new UpdateKernel.Lion(step.rate(), (float) config.b1(), (float) config.b2(),
                decay(param, config.decay()), step.gradientScale());
        Backend.kernels().update().lion(update, w.data(), w.gradient().data(), state.getFirst().data());
    }
}
