package norma.tensor;

import norma.backend.Backend;

/// Sums and maxima along one axis, which stays with size 1.
final class Reduce {

    private Reduce() {
    }

    static Tensor sum(Tensor x, int axis) {
        int k = x.shape().axis(axis);
        Tensor y = Tensor.empty(x.shape().with(k, 1));
        Backend.kernels().reduction().sum(x.data(), y.data(), x.shape().product(0, k), x.dim(k),
                x.shape().product(k + 1, x.shape().rank()));
        return Tape.record(new Sum(x), y);
    }

    static Tensor max(Tensor x, int axis) {
        int k = x.shape().axis(axis);
        if (x.dim(k) == 0) {
            throw new IllegalArgumentException("max: axis " + axis + " must not be empty; got " + x.shape());
        }
        Tensor y = Tensor.empty(x.shape().with(k, 1));
        Backend.kernels().reduction().max(x.data(), y.data(), x.shape().product(0, k), x.dim(k),
                x.shape().product(k + 1, x.shape().rank()));
        return Tape.record(new Max(x, y, k), y);
    }

    /// dx = dy repeated
    record Sum(Tensor x) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.expand(x.shape());
        }
    }

    /// dx = dy where x is the maximum, shared among equals
    record Max(Tensor x, Tensor y, int axis) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor wins = x.equal(y);
            return wins.multiply(dy.divide(wins.sum(axis)));
        }
    }
}
