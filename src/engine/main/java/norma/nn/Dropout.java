package norma.nn;

import norma.backend.Backend;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// In training each element is 0 with probability `rate`, else divided by 1 - rate; otherwise the identity
/// (Srivastava et al. 2014).
///
/// The mask is a function of the tape's seed and is computed again in the backward pass instead of being kept.
///
/// @param rate probability of dropping, in [0, 1)
public record Dropout(float rate) implements Layer {
    /// Drops nothing.
    public static final Dropout NONE = new Dropout(0);

    /// Checks the rate.
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("Dropout: rate must lie in [0, 1); got " + rate);
        }
    }

    /// A layer that drops with probability `rate`.
    public static Dropout of(double rate) {
        return new Dropout((float) rate);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return apply(x, rate);
    }

    /// x with elements dropped, if a training tape is open.
    public static Tensor apply(Tensor x, float rate) {
        return rate == 0 || !Tape.isTraining() ? x : drop(x, 1 - rate, Tape.current().orElseThrow().nextKey());
    }

    private static Tensor drop(Tensor x, float keep, long key) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().dropout().dropout(x.data(), keep, key, y.data());
        return Tape.record(new Drop(x, keep, key), y);
    }

    /// dx = dy with the same elements dropped: the operation is linear and its own derivative.
    record Drop(Tensor x, float keep, long key) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return drop(dy, keep, key);
        }

        @Override
        public String name() {
            return "dropout";
        }
    }
}
