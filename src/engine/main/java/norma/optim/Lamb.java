package norma.optim;

import java.util.Map;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
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
    private float[] room = {};

    /// An optimizer of the learned ones among these parameters.
    public Lamb(Map<String, Param> params, AdamW.Config config) {
        super(params, "m", "v");
        this.config = config;
    }

    /// The direction is what a step of rate 1 does to a parameter of zeros.
    @Override
    void update(Slot slot, float rate, float gradientScale) {
        var kernels = Backend.kernels();
        Tensor w = slot.param().value();
        Floats change = zeros(w.size());
        var step = new UpdateKernel.AdamW(1, (float) config.b1(), (float) config.b2(), (float) config.eps(), 0,
                gradientScale,
                steps());
        kernels.update().adamW(step, change, w.gradient().data(), slot.memory().get(0).data(),
                slot.memory().get(1).data());
        double trust = 1;
        if (slot.param().role() == Param.Role.WEIGHT) {
            kernels.elementwise().addScaled(w.data(), (float) -config.decay(), change);
            trust = trust(length(w.data()), length(change));
        }
        kernels.elementwise().addScaled(change, (float) (rate * trust), w.data());
    }

    private Floats zeros(int length) {
        if (room.length < length) {
            room = new float[length];
        }
        Floats zeros = new Floats(room, 0, length);
        zeros.fill(0);
        return zeros;
    }
}
