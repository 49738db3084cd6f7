package norma.nn;

import static norma.tensor.Axes.keepDims;

import norma.backend.Backend;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = exp(x) / sum(exp(x)) over the last axis; x and y (..., n).
public final class Softmax {

    private Softmax() {
    }

    /// Softmax over the last axis.
    public static Tensor apply(Tensor x) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().softmax().softmax(x.shape().rows(), x.dim(-1), x.data(), y.data());
        return Tape.record(new Fused(x, y), y);
    }

    /// dx = y * (dy - sum(dy * y))
    record Fused(Tensor x, Tensor y) implements Op.Fused, Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape());
            Backend.kernels().softmax().softmaxBackward(x.shape().rows(), x.dim(-1), y.data(), dy.data(), dx.data());
            return dx;
        }

        /// The maximum is subtracted for range and takes no part in the derivative.
        @Override
        public Tensor definition() {
            Tensor e = x.subtract(x.detach().max(keepDims(-1))).exp();
            return e.divide(e.sum(keepDims(-1)));
        }

        @Override
        public String name() {
            return "softmax";
        }
    }
}
