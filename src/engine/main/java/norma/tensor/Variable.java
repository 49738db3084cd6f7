package norma.tensor;

import java.util.List;
import norma.kernel.Floats;

/// What a variable has besides its floats: the gradient, and who looks after it.
final class Variable {
    private Floats gradient;
    private boolean hasGradient;
    /// Whether it is a layer's parameter, which must be listed to be trained.
    boolean learned;
    /// Whether a tree of parameters or an optimizer has it.
    boolean listed;
    /// Learned variables without a list that the last backward pass reached besides this one.
    private List<Tensor> unlistedBeside = List.of();

    boolean hasGradient() {
        return hasGradient;
    }

    Floats gradient() {
        return gradient;
    }

    /// Sets the gradient to floats that were acquired from a pool and belong to the variable from now on.
    void adopt(Floats floats, List<Tensor> unlisted) {
        gradient = floats;
        hasGradient = true;
        unlistedBeside = unlisted;
    }

    List<Tensor> unlistedBeside() {
        return unlistedBeside.isEmpty() ? unlistedBeside
                : unlistedBeside.stream().filter(x -> !x.asVariable().listed).toList();
    }

    void clear() {
        hasGradient = false;
        unlistedBeside = List.of();
    }

    /// The floats of a gradient that was cleared, which the variable no longer has; null if there are none.
    Floats takeCleared() {
        Floats cleared = hasGradient ? null : gradient;
        gradient = hasGradient ? gradient : null;
        return cleared;
    }
}
