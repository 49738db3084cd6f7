package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Gradient descent with momentum (Polyak 1964; Nesterov's form after Sutskever et al. 2013) and decoupled weight decay:
///
/// ```
/// velocity = momentum velocity + g
/// w = w - rate (decay w + velocity)                      or, Nesterov,
/// w = w - rate (decay w + g + momentum velocity)
/// ```
///
/// Gains and biases are not decayed. 1e-2 is a usual rate with momentum, 1e-1 without.
public final class Sgd extends Optimizer {

    /// The constants.
    ///
    /// @param momentum weight of the old velocity, in [0, 1); 0 for none
    /// @param nesterov whether the gradient is taken ahead
    /// @param decay of weights
    public record Config(double momentum, boolean nesterov, double decay) {
        /// As PyTorch has them: neither momentum nor decay.
        public static final Config STANDARD = new Config(0, false, 0);

        /// Checks the numbers, and that Nesterov's form has a momentum.
        public Config {
            Bounds.requireWeight("Sgd", "momentum", momentum);
            Bounds.requireNotNegative("Sgd", "decay", decay);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("Sgd: Nesterov's form needs a momentum; got 0");
            }
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(momentum, nesterov, decay);
        }
    }

    private final Config config;

    private Sgd(Parameterized model, double rate, Config config) {
        super(model, rate, config.momentum() == 0 ? new String[0] : new String[] {"velocity"});
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Sgd of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Sgd of(Parameterized model, double rate, Config config) {
        return new Sgd(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        Tensor w = param.value();
        var update =
                new UpdateKernel.Sgd(step.rate(), (float) config.momentum(), config.nesterov(),
                        decay(param, config.decay()),
                        step.gradientScale());
        Backend.kernels().update().sgd(update, w.data(), w.gradient().data(),
                state.isEmpty() ? null : state.getFirst().data());
    }
}
