package norma.optim;

import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
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
/// steps.
public final class Lamb extends Optimizer {
    private final AdamW.Config config;
    private Tensor room = Tensor.zeros(0);

    /// An optimizer of the learned ones among these parameters.
    public Lamb(Map<String, Param> params, AdamW.Config config) {
        super(params, "m", "v");
        this.config = config;
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
