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

/// Changes parameters by their gradients, with state tensors beside each parameter (moments, velocities).
///
/// A subclass names its state tensors and says how one parameter is updated:
///
/// ```java
/// final class Momentum extends Optimizer {
///     Momentum(Map<String, Param> params) {
///         super(params, "velocity");
///     }
///
///     @Override
///     protected void update(Param param, List<Tensor> state, Step step) {
///         Tensor w = param.value(), velocity = state.getFirst();
///         velocity.set(velocity.multiply(0.9f).add(w.gradient().multiply(step.gradientScale())));
///         w.set(w.detach().subtract(velocity.multiply(step.rate())));
///     }
/// }
/// ```
///
/// All that an update remembers from one step to the next must be in its state tensors: checkpoints keep them, under
/// `velocity.` and the parameter's name, and nothing else.
public abstract class Optimizer {

    /// The scalars of a step.
    ///
    /// @param rate learning rate
    /// @param gradientScale factor on the gradient
    /// @param number of the step, from 1 on: the t of bias corrections
    public record Step(float rate, float gradientScale, long number) {
    }

    /// @param owner says how the parameter is updated
    /// @param rate factor on the learning rate
    private record Slot(Optimizer owner, double rate, Param param, List<Tensor> state) {
    }

    private final List<String> kinds;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long steps;

    /// An optimizer of the learned ones among these parameters.
    ///
    /// @param kinds names of the state tensors of each parameter, which have its shape and are zeros at first
    protected Optimizer(Map<String, Param> params, String... kinds) {
        this.kinds = List.of(kinds);
        params.forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                var state = new ArrayList<Tensor>();
                Shape shape = param.value().shape();
                for (int i = 0; i < kinds.length; i++) {
                    state.add(Tensor.adopt(shape, new float[shape.size()]));
                }
                param.value().markListed();
                slots.put(name, new Slot(this, 1, param, List.copyOf(state)));
            }
        });
    }

    /// Takes over the parameters of another optimizer, which are updated as that one updates them. So matrices can be left to
    /// [Muon] and all else to [AdamW]:
    ///
    /// ```java
    /// Optimizer optimizer = new Muon(matrices, Muon.Config.STANDARD).and(new AdamW(others, AdamW.Config.GPT), 0.02);
    /// ```
    ///
    /// @param other has taken no step yet and takes none by itself
    /// @param rate factor on the learning rate of these parameters
    /// @return this optimizer
    public final Optimizer and(Optimizer other, double rate) {
        List<String> both = other.slots.keySet().stream().filter(slots::containsKey).toList();
        if (!both.isEmpty() || other.steps > 0) {
            throw new IllegalArgumentException(
                    ("Optimizer.and: each parameter must have one optimizer, and the other one must be new; both have %s, and "
                            + "the other one has taken %d steps").formatted(both, other.steps));
        }
        other.slots.forEach((name, slot) -> slots.put(name,
                new Slot(slot.owner(), rate * slot.rate(), slot.param(), slot.state())));
        return this;
    }

    /// One step on all parameters that have a gradient, in place; the gradients are cleared.
    ///
    /// @param rate learning rate
    /// @param gradientScale factor on all gradients: what clipping and averaging ask for, without a pass of its own
    public final void step(double rate, double gradientScale) {
        requireAllListed();
        steps++;
        for (Slot slot : slots.values()) {
            Tensor value = slot.param().value();
            if (value.hasGradient()) {
                var step = new Step((float) (rate * slot.rate()), (float) gradientScale, steps);
                slot.owner().update(slot.param(), slot.state(), step);
                value.markWritten();
                value.clearGradient();
            }
        }
    }

    /// A layer that forgets to register a parameter would never train it.
    private void requireAllListed() {
        for (Slot slot : slots.values()) {
            List<Tensor> unlisted = slot.param().value().unlistedBeside();
            if (!unlisted.isEmpty()) {
                throw new IllegalStateException(
                        ("Optimizer.step: all parameters that the loss depends on must be registered; nobody lists %s; name them "
                                + "in the register method of the layer that has them, or detach what should not learn")
                                .formatted(unlisted));
            }
        }
    }

    /// Updates one parameter and its state in place, by the gradient that the parameter has.
    ///
    /// @param state its state tensors, in the order of their names
    protected abstract void update(Param param, List<Tensor> state, Step step);

    /// The decay of a parameter: weights are decayed, gains and biases are not.
    protected static float decay(Param param, double decay) {
        return param.role() == Param.Role.WEIGHT ? (float) decay : 0;
    }

    /// The trust ratio of Lars and Lamb: 1 where one of the lengths is 0.
    static double trust(double weight, double update) {
        return weight > 0 && update > 0 ? weight / update : 1;
    }

    /// sqrt(sum x^2)
    static double length(Floats x) {
        return Math.sqrt(Backend.kernels().reduction().sumOfSquares(x));
    }

    /// The parameters that it changes, by the names that it was given.
    public final Map<String, Param> params() {
        var params = new LinkedHashMap<String, Param>();
        slots.forEach((name, slot) -> params.put(name, slot.param()));
        return params;
    }

    /// Steps done so far.
    public final long steps() {
        return steps;
    }

    /// What must be kept besides the parameters to go on: tensors by name, shared and not copied.
    public final SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        slots.forEach((name, slot) -> {
            for (int i = 0; i < slot.state().size(); i++) {
                state.put(slot.owner().kinds.get(i) + "." + name, slot.state().get(i));
            }
        });
        return state;
    }

    /// Goes on as after `steps` steps; the tensors of [#state()] are set by the caller.
    public final void resume(long steps) {
        this.steps = steps;
    }
}
