package norma.optim;

import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
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
public final class Sgd extends Optimizer {

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

    private final Config config;

    /// An optimizer of the learned ones among these parameters.
    public Sgd(Map<String, Param> params, Config config) {
        super(params, config.momentum() == 0 ? new String[0] : new String[] {"velocity"});
        this.config = config;
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
