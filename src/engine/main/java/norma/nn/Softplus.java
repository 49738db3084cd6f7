package norma.nn;

import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = log(1 + exp x) and dx = dy sigmoid(x).
record Softplus(Tensor x) implements Op.OneInput {

    static Tensor of(Tensor x) {
        return Tape.record(new Softplus(x), value(x.detach()));
    }

    /// max(x, 0) + log(1 + u) with u = exp(-|x|); with w = 1 + u as rounded, log w u / (w - 1) is log(1 + u) to the last bits.
    private static Tensor value(Tensor x) {
        Tensor u = x.abs().negate().exp(), w = u.add(1), rounded = w.subtract(1), zero = Tensor.scalar(0);
        Tensor log1p = rounded.greater(zero).where(w.log().multiply(u.divide(rounded)), u);
        return x.maximum(zero).add(log1p);
    }

    @Override
    public Tensor dx(Tensor dy) {
        return dy.multiply(x.sigmoid());
    }
}
