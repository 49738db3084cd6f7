package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Gradient descent whose steps are measured by the length of each weight, for very large batches (You et al. 2017, arXiv
/// 1708.03888):
///
/// ```
/// trust = eta ||w|| / (||g|| + decay ||w||)
/// velocity = momentum velocity + trust (g + decay w)
/// w = w - rate velocity
/// ```
///
/// Gains and biases have trust 1 and are not decayed.
public final class Lars extends Optimizer {

    /// The constants.
    ///
    /// @param eta how far a weight may go in a step, as a part of its length, at rate 1
    /// @param momentum weight of the old velocity, in [0, 1)
    /// @param decay of weights
    public record Config(double eta, double momentum, double decay) {
        /// As in the paper: 0.001, 0.9, 5e-4.
        public static final Config STANDARD = new Config(0.001, 0.9, 5e-4);

        /// Checks the numbers.
        public Config {
            Bounds.requirePositive("Lars", "eta", eta);
            Bounds.requireWeight("Lars", "momentum", momentum);
            Bounds.requireNotNegative("Lars", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(eta, momentum, decay);
        }
    }

    private final Config config;

    private Lars(Parameterized model, double rate, Config config) {
        super(model, rate, "velocity");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Lars of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Lars of(Parameterized model, double rate, Config config) {
        return new Lars(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        var kernels = Backend.kernels();
        Tensor w = param.value(), g = w.gradient();
        double trust = 1;
        kernels.elementwise().affine(g.data(), step.gradientScale(), 0, g.data());
        if (param.role() == Param.Role.WEIGHT) {
            trust = trust(config.eta() * length(w.data()), length(g.data()) + config.decay() * length(w.data()));
            kernels.elementwise().addScaled(w.data(), (float) config.decay(), g.data());
        }
        var update = new UpdateKernel.Sgd(step.rate(), (float) config.momentum(), false, 0, (float) trust);
        kernels.update().sgd(update, w.data(), g.data(), state.getFirst().data());
    }
}
