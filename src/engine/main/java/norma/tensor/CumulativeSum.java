package norma.tensor;

import norma.backend.Backend;

/// `y[k] = x[0] + ... + x[k]` along an axis, or, backward, `x[k] + ... + x[n - 1]`: each is the other's derivative.
record CumulativeSum(Tensor x, int axis, boolean back) implements Op.OneInput {

    static Tensor of(Tensor x, int axis, boolean back) {
        int k = x.shape().axis(axis);
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().reduction().cumulativeSum(back, x.data(), y.data(), x.shape().product(0, k), x.dim(k),
                x.shape().product(k + 1, x.shape().rank()));
        return Tape.record(new CumulativeSum(x, k, back), y);
    }

    @Override
    public Tensor dx(Tensor dy) {
        return of(dy, axis, !back);
    }
}
