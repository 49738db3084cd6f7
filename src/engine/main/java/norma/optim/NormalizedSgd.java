package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// Gradient descent whose steps have the same length however steep it is: each parameter goes by its momentum's direction alone
/// (Hazan, Levy & Shalev-Shwartz 2015, arXiv 1507.02030; with momentum Cutkosky & Mehta 2020, arXiv 2002.03305; for each
/// parameter Yu et al. 2017, arXiv 1707.04822):
///
/// ```
/// m = momentum m + (1 - momentum) g
/// w = w - rate (decay w + m / ||m||)
/// ```
///
/// Where m = 0, w is only decayed. Gains and biases are not decayed. To measure all parameters by one length instead, take
/// [Sgd] with the scale 1 / [Gradients#norm].
public final class NormalizedSgd extends Optimizer {

    /// The constants.
    ///
    /// @param momentum weight of the old in m, in [0, 1); 0 for the gradient itself
    /// @param decay of weights
    public record Config(double momentum, double decay) {
        /// As Cutkosky and Mehta have the momentum: 0.9, 0.
        public static final Config STANDARD = new Config(0.9, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requireWeight("NormalizedSgd", "momentum", momentum);
            Bounds.requireNotNegative("NormalizedSgd", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(momentum, decay);
        }
    }

    private final Config config;

    private NormalizedSgd(Parameterized model, double rate, Config config) {
        super(model, rate, "m");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static NormalizedSgd of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static NormalizedSgd of(Parameterized model, double rate, Config config) {
        return new NormalizedSgd(model, rate, config);
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        var elementwise = Backend.kernels().elementwise();
        Tensor w = param.value(), m = state.getFirst();
        elementwise.affine(m.data(), (float) config.momentum(), 0, m.data());
        elementwise.addScaled(w.gradient().data(), (float) ((1 - config.momentum()) * step.gradientScale()), m.data());
        double length = length(m.data());
        elementwise.affine(w.data(), 1 - step.rate() * decay(param, config.decay()), 0, w.data());
        if (length > 0) {
            elementwise.addScaled(m.data(), (float) (-step.rate() / length), w.data());
        }
    }
}
