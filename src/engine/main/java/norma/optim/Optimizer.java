package norma.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Changes the parameters of a model by their gradients, at a rate, with state tensors beside each parameter (moments,
/// velocities):
///
/// ```java
/// var optimizer = AdamW.of(model, 1e-3);
/// try (Tape tape = Tape.training()) {
///     tape.backward(loss(model));
/// }
/// optimizer.step();
/// ```
///
/// A [Group] of the parameters can have an optimizer of its own ([#and]). A [Schedule] is a factor on the rates of all.
///
/// A subclass names its state tensors and says how one parameter is updated:
///
/// ```java
/// final class Momentum extends Optimizer {
///     Momentum(Parameterized model, double rate) {
///         super(model, rate, "velocity");
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

    /// @param owner says how the parameter is updated, and at which rate
    private record Slot(Optimizer owner, Param param, List<Tensor> state) {
    }

    private final List<String> kinds;
    private final double rate;
    private final List<ParameterTree> models = new ArrayList<>();
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long steps;

    /// An optimizer of what is learned of a model or a [Group] of its parameters.
    ///
    /// @param rate learning rate
    /// @param kinds names of the state tensors of each parameter, which have its shape and are zeros at first
    protected Optimizer(Parameterized model, double rate, String... kinds) {
        Bounds.requireNotNegative(getClass().getSimpleName(), "rate", rate);
        this.kinds = List.of(kinds);
        this.rate = rate;
        models.add(ParameterTree.of(whole(model)));
        ParameterTree.of(model).params().forEach((name, param) -> {
            if (param.role() != Param.Role.BUFFER) {
                slots.put(name, new Slot(this, param, zeros(param.shape(), kinds.length)));
            }
        });
    }

    private static Parameterized whole(Parameterized model) {
        return model instanceof Group group ? whole(group.model()) : model;
    }

    private static List<Tensor> zeros(Shape shape, int count) {
        var zeros = new ArrayList<Tensor>();
        for (int i = 0; i < count; i++) {
            zeros.add(Tensor.adopt(shape, new float[shape.size()]));
        }
        return List.copyOf(zeros);
    }

    /// Takes over the parameters of another optimizer, which are updated as that one updates them, at its rate. So matrices can
    /// be left to [Muon] and all else to [AdamW]:
    ///
    /// ```java
    /// Optimizer optimizer = Muon.of(matrices, 0.02).and(AdamW.of(matrices.others(), 3e-4));
    /// ```
    ///
    /// @param other has taken no step yet and takes none by itself
    /// @return this optimizer
    public final Optimizer and(Optimizer other) {
        List<String> both = other.slots.keySet().stream().filter(slots::containsKey).toList();
        if (!both.isEmpty() || other.steps > 0) {
            throw new IllegalArgumentException(
                    ("Optimizer.and: each parameter must have one optimizer, and the other one must be new; both have %s, and "
                            + "the other one has taken %d steps").formatted(both, other.steps));
        }
        slots.putAll(other.slots);
        models.addAll(other.models);
        return this;
    }

    /// A step at the full rate, by the gradients as they are, which must be finite.
    public final void step() {
        if (!Double.isFinite(Gradients.norm(params()))) {
            Gradients.requireFinite(params());
        }
        step(1, 1);
    }

    /// A step of all parameters that have a gradient, in place. Then the parts of the model do what they do after a step
    /// ([Parameterized#afterStep]), and all gradients of the model are cleared, those of frozen parameters, too.
    ///
    /// ```java
    /// optimizer.step(schedule.factor(i), Gradients.clip(Gradients.norm(optimizer.params()), 1));
    /// ```
    ///
    /// @param factor on the rates: what a [Schedule] gives
    /// @param gradientScale factor on all gradients: what clipping and averaging ask for, without a pass of its own
    public final void step(double factor, double gradientScale) {
        step(factor, gradientScale, List.of());
    }

    /// The same for a model inside an objective that has parts of its own.
    ///
    /// @param more trees whose parts are asked and whose gradients are cleared, too; a part in several trees is asked once
    public final void step(double factor, double gradientScale, Collection<ParameterTree> more) {
        Bounds.requireNotNegative("Optimizer.step", "factor", factor);
        Bounds.requireNotNegative("Optimizer.step", "gradientScale", gradientScale);
        requireAllListed();
        steps++;
        for (Slot slot : slots.values()) {
            if (slot.param().value().hasGradient()) {
                var step = new Step((float) (factor * slot.owner().rate), (float) gradientScale, steps);
                slot.owner().update(slot.param(), slot.state(), step);
                slot.param().value().markWritten();
                slot.param().value().clearGradient();
            }
        }
        Set<Parameterized> asked = Collections.newSetFromMap(new IdentityHashMap<>());
        Stream.concat(models.stream(), more.stream()).forEach(tree -> {
            tree.afterStep(asked);
            tree.params().values().forEach(param -> param.value().clearGradient());
        });
    }

    /// A layer that forgets to register a parameter would never train it.
    private void requireAllListed() {
        for (Slot slot : slots.values()) {
            List<Tensor> unlisted = slot.param().value().unlistedBeside();
            if (!unlisted.isEmpty()) {
                throw new IllegalStateException(
                        ("Optimizer.step: all parameters that the loss depends on must be registered; nobody lists %s; name them "
                                + "in the register method of the layer that has them, or detach what should not learn")
                                .formatted(unlisted.stream().map(Tensor::describe).toList()));
            }
        }
    }

    /// The learning rate of its own parameters, without the factor of a step.
    public final double rate() {
        return rate;
    }

    /// Updates one parameter and its state in place, by the gradient that the parameter has.
    ///
    /// @param state its state tensors, in the order of their names
    protected abstract void update(Param param, List<Tensor> state, Step step);

    /// The decay of a parameter: weights are decayed, gains and biases are not.
    protected static float decay(Param param, double decay) {
        return param.role() == Param.Role.WEIGHT ? (float) decay : 0;
    }

    /// Makes the gradient g that of the loss and of decay ||w||^2 / 2 together, gradientScale g + decay w, where the parameter is
    /// decayed at all.
    ///
    /// @return the factor that the gradient still needs
    static float decayed(Param param, double decay, float gradientScale) {
        float weight = decay(param, decay);
        if (weight == 0) {
            return gradientScale;
        }
        Tensor w = param.value();
        Floats g = w.gradient().data();
        Backend.kernels().elementwise().affine(g, gradientScale, 0, g);
        Backend.kernels().elementwise().addScaled(w.data(), weight, g);
        return 1;
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
