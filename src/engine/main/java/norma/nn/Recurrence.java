package norma.nn;

import java.util.ArrayList;
import java.util.List;
import norma.tensor.Tensor;

/// What recurrent layers share: a sequence, batch first, taken apart into its steps and put together again.
final class Recurrence {

    private Recurrence() {
    }

    /// What the inputs of all steps give to the gates, computed in one product: W x + b, one tensor (B, gates) a step.
    static List<Tensor> steps(String who, Linear input, Tensor x, Context context) {
        int in = input.weight().shape().dim(1);
        if (x.shape().rank() != 3 || x.dim(1) < 1 || x.dim(2) != in) {
            throw new IllegalArgumentException(
                    "%s: x must be (B, T, %d) with a step at least; got %s".formatted(who, in, x.shape()));
        }
        if (context.lengths().isPresent() || context.cache().isPresent()) {
            throw new IllegalArgumentException(
                    who + ": sequences must be rows of a batch, each whole; got a context of ragged or "
                            + "cached ones; pad them, or go on from a state with run(x, state)");
        }
        var steps = new ArrayList<Tensor>(x.dim(1));
        addSteps(input.forward(x.transpose(0, 1)), steps);
        return steps;
    }

    /// Halves of halves: the gradient of a part is as long as what it is cut from, so T parts of one tensor would cost
    /// T^2.
    private static void addSteps(Tensor x, List<Tensor> steps) {
        if (x.dim(0) == 1) {
            steps.add(x.reshape(x.dim(1), x.dim(2)));
            return;
        }
        int half = x.dim(0) / 2;
        addSteps(x.slice(0, 0, half), steps);
        addSteps(x.slice(0, half, x.dim(0)), steps);
    }

    /// Tensors (B, H), one a step, as (B, T, H).
    static Tensor sequence(List<Tensor> steps) {
        return Tensor.stack(1, steps.toArray(Tensor[]::new));
    }

    /// Throws unless a state is (B, H).
    static void requireState(String who, Tensor state, int batch, int size) {
        if (state.shape().rank() != 2 || state.dim(0) != batch || state.dim(1) != size) {
            throw new IllegalArgumentException(
                    "%s: a state must be (B, H) = (%d, %d); got %s".formatted(who, batch, size, state.shape()));
        }
    }
}
