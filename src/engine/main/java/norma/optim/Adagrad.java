package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Each number's steps are divided by the length of all gradients that it has had (Duchi, Hazan & Singer 2011, Journal of Machine
/// Learning Research 12), for features that are seldom seen:
///
/// ```
/// g = g + decay w
/// v = v + g^2
/// w = w - rate g / (sqrt(v) + eps)
/// ```
///
/// Gains and biases are not decayed. v belongs to each parameter. 1e-2 is a usual rate.
public final class Adagrad extends Optimizer {

    /// The constants.
    ///
    /// @param eps against division by zero, positive
    /// @param decay of weights
    public record Config(double eps, double decay) {
        /// As PyTorch has them: 1e-10, 0.
        public static final Config STANDARD = new Config(1e-10, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requirePositive("Adagrad", "eps", eps);
            Bounds.requireNotNegative("Adagrad", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(eps, decay);
        }
    }

    private final Config config;

    private Adagrad(Parameterized model, double rate, Config config) {
        super(model, rate, "v");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Adagrad of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Adagrad of(Parameterized model, double rate, Config config) {
        return new Adagrad(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        float scale = decayed(param, config.decay(), step.gradientScale());
        var update = new UpdateKernel.Adagrad(step.rate(), (float) config.eps(), scale);
        Backend.kernels().update().adagrad(update, w.data(), w.gradient().data(), state.getFirst().data());
    }
}
