package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Steps by the mean of the gradients over the root of their mean square (Kingma & Ba 2014, arXiv 1412.6980):
///
/// ```
/// g = g + decay w
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// w = w - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
/// ```
///
/// The decay is the gradient of decay ||w||^2 / 2 and therefore divided by sqrt(v), too; [AdamW] has the one that is not.
/// Gains and biases are not decayed. m and v belong to each parameter; t counts the steps. 1e-3 is a usual rate.
public final class Adam extends Optimizer {

    /// The constants.
    ///
    /// @param b1 weight of the old mean, in [0, 1)
    /// @param b2 weight of the old mean square, in [0, 1)
    /// @param eps against division by zero, positive
    /// @param decay of weights
    public record Config(double b1, double b2, double eps, double decay) {
        /// As in the paper: 0.9, 0.999, 1e-8, 0.
        public static final Config STANDARD = new Config(0.9, 0.999, 1e-8, 0);

        /// Checks the numbers.
        public Config {
            require("Adam", b1, b2, eps, decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(b1, b2, eps, decay);
        }
    }

    private final Config config;

    private Adam(Parameterized model, double rate, Config config) {
        super(model, rate, "m", "v");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Adam of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Adam of(Parameterized model, double rate, Config config) {
        return new Adam(model, rate, config);
    }

    /// Checks the numbers that Adam, [AdamW] and [Lamb] have.
    static void require(String who, double b1, double b2, double eps, double decay) {
        Bounds.requireWeight(who, "b1", b1);
        Bounds.requireWeight(who, "b2", b2);
        Bounds.requirePositive(who, "eps", eps);
        Bounds.requireNotNegative(who, "decay", decay);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        float scale = decayed(param, config.decay(), step.gradientScale());
        var update = new UpdateKernel.AdamW(step.rate(), (float) config.b1(), (float) config.b2(), (float) config.eps(),
                0, scale, step.number());
        Backend.kernels().update().adamW(update, w.data(), w.gradient().data(), state.get(0).data(),
                state.get(1).data());
    }
}
