package norma.tensor;

import java.util.Arrays;

/// Moves of elements that are made of other ones: views, concatenations, and choices by index.
final class Shaping {

    private Shaping() {
    }

    static Tensor flatten(Tensor x, int from) {
        int k = x.shape().axis(from);
        return x.reshape(x.shape().slice(0, k).append(x.shape().product(k, x.shape().rank())));
    }

    /// Without axes of size 1: those that are named, or all.
    static Tensor squeeze(Tensor x, int... axes) {
        boolean[] dropped = Axes.of(axes).reduced(x.shape());
        Shape shape = Shape.SCALAR;
        for (int i = 0; i < dropped.length; i++) {
            if (dropped[i] && x.dim(i) != 1) {
                throw new IllegalArgumentException(
                        "squeeze: axis %d must have size 1; got %s; no element is dropped".formatted(i, x.shape()));
            }
            boolean drop = dropped[i] || axes.length == 0 && x.dim(i) == 1;
            shape = drop ? shape : shape.append(x.dim(i));
        }
        return x.reshape(shape);
    }

    static Tensor expandDims(Tensor x, int axis) {
        int rank = x.shape().rank(), k = axis < 0 ? axis + rank + 1 : axis;
        if (k < 0 || k > rank) {
            throw new IllegalArgumentException("expandDims: axis must lie in [%d, %d] for %s; got %d"
                    .formatted(-rank - 1, rank, x.shape(), axis));
        }
        return x.reshape(x.shape().slice(0, k).append(1).append(x.shape().slice(k, rank).toArray()));
    }

    static Tensor stack(int axis, Tensor... parts) {
        Tensor[] wide = new Tensor[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].shape().equals(parts[0].shape())) {
                throw new IllegalArgumentException("stack: shapes must be equal; got %s and %s"
                        .formatted(parts[0].shape(), parts[i].shape()));
            }
            wide[i] = expandDims(parts[i], axis);
        }
        return Tensor.concat(axis, wide);
    }

    static Tensor[] split(Tensor x, int axis, int... sizes) {
        if (Arrays.stream(sizes).sum() != x.dim(axis)) {
            throw new IllegalArgumentException("split: sizes must add up to the %d of axis %d of %s; got %s"
                    .formatted(x.dim(axis), axis, x.shape(), Arrays.toString(sizes)));
        }
        Tensor[] parts = new Tensor[sizes.length];
        for (int i = 0, from = 0; i < sizes.length; from += sizes[i++]) {
            parts[i] = x.slice(axis, from, from + sizes[i]);
        }
        return parts;
    }

    static Tensor[] chunk(Tensor x, int axis, int count) {
        if (count < 1 || x.dim(axis) % count != 0) {
            throw new IllegalArgumentException(
                    "chunk: the size %d of axis %d of %s must be a multiple of the parts; got %d; split?"
                            .formatted(x.dim(axis), axis, x.shape(), count));
        }
        int[] sizes = new int[count];
        Arrays.fill(sizes, x.dim(axis) / count);
        return split(x, axis, sizes);
    }

    static Tensor pad(Tensor x, int axis, int before, int after, float value) {
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException(
                    "pad: must not be negative; got %d and %d; slice?".formatted(before, after));
        }
        Tensor head = Tensor.full(x.shape().with(axis, before), value);
        return Tensor.concat(axis, head, x, Tensor.full(x.shape().with(axis, after), value));
    }

    static Tensor tile(Tensor x, int... times) {
        int rank = Math.max(times.length, x.shape().rank());
        Shape wide = Shape.ones(rank - x.shape().rank()).append(x.shape().toArray());
        Shape apart = Shape.SCALAR, repeated = Shape.SCALAR, shape = Shape.SCALAR;
        for (int i = 0; i < rank; i++) {
            int given = i - rank + times.length, count = given < 0 ? 1 : times[given];
            apart = apart.append(1, wide.dim(i));
            repeated = repeated.append(count, wide.dim(i));
            shape = shape.append(count * wide.dim(i));
        }
        return x.reshape(apart).expand(repeated).reshape(shape);
    }

    static Tensor repeat(Tensor x, int axis, int times) {
        Tensor apart = expandDims(x, x.shape().axis(axis) + 1);
        int k = x.shape().axis(axis);
        return apart.expand(apart.shape().with(k + 1, times)).reshape(x.shape().with(k, times * x.dim(k)));
    }

    static Tensor flip(Tensor x, int... axes) {
        Tensor y = x;
        for (int axis : axes) {
            y = y.take(Indices.range(x.dim(axis) - 1, -1, -1), axis);
        }
        return y;
    }

    static Tensor roll(Tensor x, int axis, int shift) {
        int n = x.dim(axis), cut = n == 0 ? 0 : Math.floorMod(-shift, n);
        return cut == 0 ? x : Tensor.concat(axis, x.slice(axis, cut, n), x.slice(axis, 0, cut));
    }

    /// x where its column minus its row is at most `diagonal`, or, for the upper triangle, at least, else 0.
    static Tensor triangle(String who, Tensor x, int diagonal, boolean lower) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException(who + ": needs two axes at least; got " + x.shape());
        }
        Tensor row = Tensor.arange(x.dim(-2)).reshape(-1, 1).add(diagonal), column = Tensor.arange(x.dim(-1));
        return (lower ? column.lessOrEqual(row) : column.greaterOrEqual(row)).where(x, 0);
    }
}
