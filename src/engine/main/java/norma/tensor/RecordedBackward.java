package norma.tensor;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The chain rule in tensor algebra, which is recorded in its turn: gradients that can be differentiated again. Fused operations
/// go through their definitions.
///
/// @param entries of the tape; the backward pass adds its own
record RecordedBackward(List<TapeEntry> entries) {

    /// Gradients for xs along the entries from `first` to that of y.
    ///
    /// @param dy gradient of y
    Tensor[] gradients(Tensor y, Tensor dy, int first, Tensor... xs) {
        Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
        gradients.put(y, dy);
        for (int i = y.position(); i >= first; i--) {
            TapeEntry entry = entries.get(i);
            Tensor dOutput = gradients.get(entry.output);
            if (dOutput != null) {
                add(gradients, entry.inputs, pullBack(entry, dOutput));
            }
        }
        Tensor[] found = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            Tensor gradient = gradients.get(xs[i]);
            found[i] = gradient != null ? gradient : Tensor.full(xs[i].shape(), 0);
        }
        return found;
    }

    private Tensor[] pullBack(TapeEntry entry, Tensor dy) {
        if (!(entry.op instanceof Op.Fused fused)) {
            return entry.backward(dy);
        }
        entry.requireUnchanged();
        int mark = entries.size();
        return once(entry.inputs, gradients(fused.definition(), dy, mark, entry.inputs));
    }

    /// A tensor that is several inputs has its whole gradient at the first of them, and none at the others.
    private static Tensor[] once(Tensor[] inputs, Tensor[] gradients) {
        for (int k = 1; k < inputs.length; k++) {
            for (int first = 0; first < k; first++) {
                if (inputs[first] == inputs[k]) {
                    gradients[k] = null;
                }
            }
        }
        return gradients;
    }

    private static void add(Map<Tensor, Tensor> gradients, Tensor[] inputs, Tensor[] dx) {
        for (int k = 0; k < inputs.length; k++) {
            if (dx[k] != null && inputs[k].tracked()) {
                gradients.merge(inputs[k], dx[k], Tensor::add);
            }
        }
    }
}
