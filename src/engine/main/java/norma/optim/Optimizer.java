package norma.optim;

import java.util.SequencedMap;
import norma.tensor.Tensor;

/// Changes parameters by their gradients.
public interface Optimizer {

    /// One step on all parameters that have a gradient, in place; the gradients are cleared.
    ///
    /// @param rate learning rate
    /// @param gradientScale factor on all gradients: what clipping and averaging ask for, without a pass of its own
    void step(double rate, double gradientScale);

    /// Steps done so far.
    long steps();

    /// What must be kept besides the parameters to go on: tensors by name, shared and not copied.
    SequencedMap<String, Tensor> state();

    /// Goes on as after `steps` steps; the tensors of [#state()] are set by the caller.
    void resume(long steps);
}
