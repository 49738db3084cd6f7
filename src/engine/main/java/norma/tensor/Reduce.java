package norma.tensor;

import java.util.Arrays;
import norma.backend.Backend;

/// Operations that make one element of all those along some axes.
final class Reduce {

    private Reduce() {
    }

    /// The sum of all elements.
    static Tensor sum(Tensor x) {
        Tensor y = Tensor.empty(Shape.SCALAR);
        Backend.kernels().reduction().sum(x.data(), y.data(), 1, x.size(), 1);
        return Tape.record(new Sum(x, Axes.all(x.shape())), y);
    }

    static Tensor sum(Tensor x, Axes axes) {
        Shape shape = axes.of(x.shape());
        Tensor y = x.detach();
        for (int axis : axes.axes()) {
            y = sum(y, y.shape().axis(axis));
        }
        return axes.axes().length == 0 ? x : Tape.record(new Sum(x, axes), y.view(shape, y.data()));
    }

    /// The mean of all elements.
    static Tensor mean(Tensor x) {
        return Tape.record(new Mean(x, Axes.all(x.shape()), x.size()), sum(x.detach()).divide(x.size()));
    }

    static Tensor mean(Tensor x, Axes axes) {
        int count = axes.count(x.shape());
        return Tape.record(new Mean(x, axes, count), sum(x.detach(), axes).divide(count));
    }

    /// The sum over one axis, seen as the middle one of (outer, n, inner), which stays with size 1.
    private static Tensor sum(Tensor x, int axis) {
        Tensor y = Tensor.empty(x.shape().with(axis, 1));
        Backend.kernels().reduction().sum(x.data(), y.data(), x.shape().product(0, axis), x.dim(axis),
                x.shape().product(axis + 1, x.shape().rank()));
        return y;
    }

    static Tensor max(Tensor x, Axes axes) {
        requireElements("max", x, axes);
        Tensor middle = axes.toMiddle(x.detach());
        Tensor y = Tensor.empty(axes.of(x.shape()));
        Backend.kernels().reduction().max(middle.data(), y.data(), middle.dim(0), middle.dim(1), middle.dim(2));
        return Tape.record(new Max(x, axes, y), y);
    }

    static Tensor min(Tensor x, Axes axes) {
        requireElements("min", x, axes);
        return max(x.negate(), axes).negate();
    }

    private static void requireElements(String who, Tensor x, Axes axes) {
        if (axes.count(x.shape()) == 0) {
            throw new IllegalArgumentException("%s: needs an element at least; got none along axes %s of %s"
                    .formatted(who, Arrays.toString(axes.axes()), x.shape()));
        }
    }

    /// A tree of products, halves against halves: right derivatives where elements are 0, which a product divided by each of its
    /// factors has not.
    static Tensor prod(Tensor x, Axes axes) {
        Tensor y = axes.toMiddle(x);
        if (y.dim(1) == 0) {
            return Tensor.full(axes.of(x.shape()), 1);
        }
        while (y.dim(1) > 1) {
            int n = y.dim(1), half = n / 2;
            Tensor product = y.slice(1, 0, half).multiply(y.slice(1, half, 2 * half));
            y = n % 2 == 0 ? product : Tensor.concat(1, product, y.slice(1, n - 1, n));
        }
        return y.reshape(axes.of(x.shape()));
    }

    /// x without its mean. The mean is taken again of what the first, which is rounded, leaves: x far from 0 keeps its digits.
    private static Tensor centered(Tensor x, Axes axes) {
        Tensor near = x.subtract(x.detach().mean(axes.keepingDims()));
        return near.subtract(near.mean(axes.keepingDims()));
    }

    static Tensor var(Tensor x, Axes axes) {
        return centered(x, axes).square().mean(axes);
    }

    static Tensor std(Tensor x, Axes axes) {
        return root(var(x, axes), 2);
    }

    /// The p-norm, (sum |x|^p)^(1/p). The largest element is taken out before, so that no power leaves the range of floats.
    static Tensor norm(Tensor x, float p, Axes axes) {
        if (!(p >= 1)) {
            throw new IllegalArgumentException("pNorm: p must be 1 at least, infinity included; got " + p);
        }
        if (axes.count(x.shape()) == 0) {
            return Tensor.full(axes.of(x.shape()), 0);
        }
        if (p == 1 || p == Float.POSITIVE_INFINITY) {
            return p == 1 ? x.abs().sum(axes) : x.abs().max(axes);
        }
        Tensor largest = finiteMax(x.abs(), axes.keepingDims());
        Tensor scale = largest.equal(0).where(1, largest);
        Tensor scaled = x.divide(scale);
        Tensor sum = (p == 2 ? scaled.square() : scaled.abs().power(p)).sum(axes);
        return root(sum, p).multiply(scale.reshape(sum.shape()));
    }

    /// The p-th root of what is not negative, with gradient 0 at 0, where the slope is infinite.
    private static Tensor root(Tensor x, float p) {
        Tensor zero = x.equal(0);
        Tensor safe = zero.where(1, x);
        return zero.where(0, p == 2 ? safe.sqrt() : safe.power(1 / p));
    }

    /// log(sum(exp(x))) = m + log(sum(exp(x - m))) with m = max(x), which takes no part in the derivative.
    static Tensor logSumExp(Tensor x, Axes axes) {
        requireElements("logSumExp", x, axes);
        Tensor max = finiteMax(x, axes.keepingDims());
        Tensor sum = x.subtract(max).exp().sum(axes);
        return sum.log().add(max.reshape(sum.shape()));
    }

    /// The maximum as a constant, 0 where it is no finite number: what is subtracted or divided by for range.
    static Tensor finiteMax(Tensor x, Axes axes) {
        Tensor max = x.detach().max(axes);
        return max.abs().less(Float.POSITIVE_INFINITY).where(max, 0);
    }

    /// dx = dy repeated
    record Sum(Tensor x, Axes axes) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.reshape(axes.keepingDims().of(x.shape())).expand(x.shape());
        }
    }

    /// dx = dy / count repeated
    record Mean(Tensor x, Axes axes, int count) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.divide(count).reshape(axes.keepingDims().of(x.shape())).expand(x.shape());
        }
    }

    /// dx = dy where x is the maximum, shared among equals
    record Max(Tensor x, Axes axes, Tensor y) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Axes kept = axes.keepingDims();
            Shape shape = kept.of(x.shape());
            Tensor wins = x.equal(y.detach().reshape(shape));
            return wins.multiply(dy.reshape(shape).divide(wins.sum(kept)));
        }
    }
}
