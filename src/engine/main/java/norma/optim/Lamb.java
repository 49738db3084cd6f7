package norma.optim;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Adam whose steps are measured by the length of each weight, for very large batches (You et al. 2019, arXiv 1904.00962):
///
/// ```
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// u = (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps) + decay w
/// w = w - rate (||w|| / ||u||) u
/// ```
///
/// Gains and biases have trust 1 in place of ||w|| / ||u|| and are not decayed. m and v belong to each parameter; t counts the
/// steps. 1e-3 is a usual rate, more with larger batches.
public final class Lamb extends Optimizer {

    /// The constants.
    ///
    /// @param b1 weight of the old mean, in [0, 1)
    /// @param b2 weight of the old mean square, in [0, 1)
    /// @param eps against division by zero, positive
    /// @param decay of weights
    public record Config(double b1, double b2, double eps, double decay) {
        /// As in the paper: 0.9, 0.999, 1e-6, 0.01.
        public static final Config STANDARD = new Config(0.9, 0.999, 1e-6, 0.01);

        /// Checks the numbers.
        public Config {
            Adam.require("Lamb", b1, b2, eps, decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(b1, b2, eps, decay);
        }
    }

    private final Config config;
    private Tensor room = Tensor.zeros(0);

    private Lamb(Parameterized model, double rate, Config config) {
        super(model, rate, "m", "v");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Lamb of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters.
    public static Lamb of(Parameterized model, double rate, Config config) {
        return new Lamb(model, rate, config);
    }

    /// The direction is what a step of rate 1 does to a parameter of zeros.
    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        var kernels = Backend.kernels();
        Tensor w = param.value();
        Floats change = zeros(w.size());
        var update = new UpdateKernel.AdamW(1, (float) config.b1(), (float) config.b2(), (float) config.eps(), 0,
                step.gradientScale(),
                step.number());
        kernels.update().adamW(update, change, w.gradient().data(), state.get(0).data(),
                state.get(1).data());
        double trust = 1;
        if (param.role() == Param.Role.WEIGHT) {
            kernels.elementwise().addScaled(w.data(), (float) -config.decay(), change);
            trust = trust(length(w.data()), length(change));
        }
        kernels.elementwise().addScaled(change, (float) (step.rate() * trust), w.data());
    }

    private Floats zeros(int length) {
        if (room.size() < length) {
            room = Tensor.adopt(Shape.of(length), new float[length]);
        }
        Tensor zeros = room.slice(0, 0, length);
        return zeros.fill(0).data();
    }
}
