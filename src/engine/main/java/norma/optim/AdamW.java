package norma.optim;

import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.tensor.Tensor;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2017, arXiv 1711.05101):
///
/// ```
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// w = w - rate (decay w + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
/// ```
///
/// Gains and biases are not decayed. m and v belong to each parameter; t counts the steps.
public final class AdamW extends Optimizer {

    /// The constants.
    ///
    /// @param b1 weight of the old mean
    /// @param b2 weight of the old mean square
    /// @param eps against division by zero
    /// @param decay of weights
    public record Config(double b1, double b2, double eps, double decay) {
        /// As GPT-3 and most models since: 0.9, 0.95, 1e-8, 0.1.
        public static final Config GPT = new Config(0.9, 0.95, 1e-8, 0.1);
    }

    private final Config config;

    /// An optimizer of the learned ones among these parameters.
    public AdamW(Map<String, Param> params, Config config) {
        super(params, "m", "v");
        this.config = config;
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
