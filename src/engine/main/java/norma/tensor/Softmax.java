package norma.tensor;

import static norma.tensor.Axes.keepDims;

import norma.backend.Backend;

/// y = exp(x) / sum(exp(x)) over the last axis; x and y (..., n). dx = y * (dy - sum(dy * y))
record Softmax(Tensor x, Tensor y) implements Op.Fused, Op.OneInput {

    static Tensor of(Tensor x, int axis) {
        int k = x.shape().axis(axis);
        if (x.size() == 0) {
            return x;
        }
        if (k != x.shape().rank() - 1) {
            return of(x.transpose(k, -1), -1).transpose(k, -1);
        }
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().softmax().softmax(x.shape().rows(), x.dim(-1), x.data(), y.data());
        return Tape.record(new Softmax(x, y), y);
    }

    /// log(softmax(x)), from what is left of x when the largest is subtracted.
    static Tensor log(Tensor x, int axis) {
        if (x.size() == 0) {
            return x;
        }
        Tensor fromLargest = x.subtract(Reduce.finiteMax(x, keepDims(axis)));
        return fromLargest.subtract(fromLargest.exp().sum(keepDims(axis)).log());
    }

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
}
