package norma.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.nn.Param;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Changes parameters by their gradients, with tensors of its own beside each parameter (moments, velocities).
public abstract sealed class Optimizer permits AdamW, Lamb, Lars, Muon, NormalizedSgd, Sgd {

    /// A learned parameter and what the optimizer remembers of it.
    record Slot(Param param, List<Tensor> memory) {
    }

    private final List<String> kinds;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long steps;

    /// @param params of which the learned ones are changed
    /// @param kinds names of the tensors kept for each parameter; zeros at first
    Optimizer(Map<String, Param> params, String... kinds) {
        this.kinds = List.of(kinds);
        params.forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                var memory = new ArrayList<Tensor>();
                Shape shape = param.value().shape();
                for (int i = 0; i < kinds.length; i++) {
                    memory.add(Tensor.of(shape, new float[shape.size()]));
                }
                slots.put(name, new Slot(param, memory));
            }
        });
    }

    /// One step on all parameters that have a gradient, in place; the gradients are cleared.
    ///
    /// @param rate learning rate
    /// @param gradientScale factor on all gradients: what clipping and averaging ask for, without a pass of its own
    public final void step(double rate, double gradientScale) {
        steps++;
        for (Slot slot : slots.values()) {
            if (slot.param().value().hasGradient()) {
                update(slot, (float) rate, (float) gradientScale);
                slot.param().value().clearGradient();
            }
        }
    }

    /// The step of one parameter, with the number of the step in [#steps()].
    abstract void update(Slot slot, float rate, float gradientScale);

    /// Weights are decayed, gains and biases are not.
    static float decay(Slot slot, double decay) {
        return slot.param().role() == Param.Role.WEIGHT ? (float) decay : 0;
    }

    /// The trust ratio of Lars and Lamb: 1 where one of the lengths is 0.
    static double trust(double weight, double update) {
        return weight > 0 && update > 0 ? weight / update : 1;
    }

    /// sqrt(sum x^2)
    static double length(Floats x) {
        return Math.sqrt(Backend.kernels().reduction().sumOfSquares(x));
    }

    /// Steps done so far.
    public final long steps() {
        return steps;
    }

    /// What must be kept besides the parameters to go on: tensors by name, shared and not copied.
    public final SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        slots.forEach((name, slot) -> {
            for (int i = 0; i < kinds.size(); i++) {
                state.put(kinds.get(i) + "." + name, slot.memory().get(i));
            }
        });
        return state;
    }

    /// Goes on as after `steps` steps; the tensors of [#state()] are set by the caller.
    public final void resume(long steps) {
        this.steps = steps;
    }
}
