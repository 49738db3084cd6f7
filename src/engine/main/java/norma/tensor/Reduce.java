package norma.tensor;

import java.util.Arrays;
import norma.backend.Backend;

/// Sums and maxima. Kernels take one axis at a time, seen as the middle one of (outer, n, inner), which stays with size 1.
final class Reduce {

    private Reduce() {
    }

    /// The sum of all elements.
    static Tensor sum(Tensor x) {
        Tensor y = Tensor.empty(Shape.SCALAR);
        Backend.kernels().reduction().sum(x.data(), y.data(), 1, x.size(), 1);
        return Tape.record(new Sum(x), y);
    }

    static Tensor sum(Tensor x, Axes axes) {
        Shape shape = axes.of(x.shape());
        Tensor y = x;
        for (int axis : axes.axes()) {
            y = sum(y, axis);
        }
        return y.reshape(shape);
    }

    private static Tensor sum(Tensor x, int axis) {
        int k = x.shape().axis(axis);
        Tensor y = Tensor.empty(x.shape().with(k, 1));
        Backend.kernels().reduction().sum(x.data(), y.data(), x.shape().product(0, k), x.dim(k),
                x.shape().product(k + 1, x.shape().rank()));
        return Tape.record(new Sum(x), y);
    }

    static Tensor max(Tensor x, Axes axes) {
        Tensor middle = axes.toMiddle(x);
        if (middle.dim(1) == 0) {
            throw new IllegalArgumentException("max: needs an element at least; got none along axes %s of %s"
                    .formatted(Arrays.toString(axes.axes()), x.shape()));
        }
        return middleMax(middle).reshape(axes.of(x.shape()));
    }

    private static Tensor middleMax(Tensor x) {
        Tensor y = Tensor.empty(x.shape().with(1, 1));
        Backend.kernels().reduction().max(x.data(), y.data(), x.dim(0), x.dim(1), x.dim(2));
        return Tape.record(new Max(x, y), y);
    }

    /// dx = dy repeated
    record Sum(Tensor x) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.expand(x.shape());
        }
    }

    /// dx = dy where x is the maximum, shared among equals
    record Max(Tensor x, Tensor y) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor wins = x.equal(y);
            return wins.multiply(dy.divide(wins.sum(Axes.keepDims(1))));
        }
    }
}
