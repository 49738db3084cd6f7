package norma.tensor;

import static norma.tensor.Axes.keepDims;

import java.util.Arrays;
import norma.backend.Backend;
import norma.kernel.Floats;

/// Operations that move elements and compute nothing. Each is the other's derivative: permute and its inverse, expand and
/// reduceTo, slice and pad, concat and slice.
final class Views {

    private Views() {
    }

    static Tensor reshape(Tensor x, Shape shape) {
        if (shape.size() != x.size()) {
            throw new IllegalArgumentException(
                    "reshape: %s and %s must hold the same number of elements".formatted(x.shape(), shape));
        }
        return shape.equals(x.shape()) ? x : Tape.record(new Reshape(x), x.view(shape, x.data()));
    }

    static Tensor permute(Tensor x, int... order) {
        int[] dims = new int[order.length];
        int[] strides = new int[order.length];
        boolean[] seen = new boolean[x.shape().rank()];
        for (int i = 0; i < order.length; i++) {
            int axis = x.shape().axis(order[i]);
            seen[axis] = true;
            dims[i] = x.dim(axis);
            strides[i] = x.shape().strides()[axis];
        }
        for (boolean used : seen) {
            if (!used || order.length != seen.length) {
                throw new IllegalArgumentException("permute: the order must name each axis of %s once; got %s"
                        .formatted(x.shape(), Arrays.toString(order)));
            }
        }
        if (order.length == 0) {
            return x;
        }
        Tensor y = Tensor.empty(Shape.of(dims));
        Backend.kernels().elementwise().permute(x.data(), y.data(), dims, strides);
        return Tape.record(new Permute(x, order), y);
    }

    static Tensor expand(Tensor x, Shape shape) {
        if (shape.equals(x.shape())) {
            return x;
        }
        if (!x.shape().expandsTo(shape)) {
            throw new IllegalArgumentException(
                    "expand: only axes of size 1 can be repeated; got %s for %s".formatted(x.shape(), shape));
        }
        Tensor y = Tensor.empty(shape);
        Backend.kernels().elementwise().permute(x.data(), y.data(), shape.toArray(), x.shape().stridesIn(shape));
        return Tape.record(new Expand(x), y);
    }

    static Tensor reduceTo(Tensor x, Shape shape) {
        if (!shape.expandsTo(x.shape())) {
            throw new IllegalArgumentException(
                    "reduceTo: only axes along which %s can be repeated to x are summed; got x %s"
                            .formatted(shape, x.shape()));
        }
        Tensor y = x;
        int added = x.shape().rank() - shape.rank();
        for (int i = 0; i < x.shape().rank(); i++) {
            if ((i < added || shape.dim(i - added) == 1) && x.dim(i) != 1) {
                y = y.sum(keepDims(i));
            }
        }
        return y.reshape(shape);
    }

    static Tensor slice(Tensor x, int axis, int from, int to) {
        int k = x.shape().axis(axis);
        if (from < 0 || from > to || to > x.dim(k)) {
            throw new IllegalArgumentException(
                    "slice: [%d, %d) must lie in axis %d of %s".formatted(from, to, k, x.shape()));
        }
        if (from == 0 && to == x.dim(k)) {
            return x;
        }
        int outer = x.shape().product(0, k);
        int inner = x.shape().product(k + 1, x.shape().rank());
        Shape shape = x.shape().with(k, to - from);
        Tensor y;
        if (outer == 1) {
            y = x.view(shape, x.data().slice(from * inner, (to - from) * inner));
        } else {
            y = Tensor.empty(shape);
            int run = (to - from) * inner, step = x.dim(k) * inner;
            copyRuns(outer, run, x.data(), from * inner, step, y.data(), 0, run);
        }
        return Tape.record(new Slice(x, k, from), y);
    }

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat: needs at least one tensor");
        }
        int k = parts[0].shape().axis(axis);
        int total = 0;
        for (Tensor part : parts) {
            if (part.shape().rank() != parts[0].shape().rank()
                    || !part.shape().with(k, 1).equals(parts[0].shape().with(k, 1))) {
                throw new IllegalArgumentException("concat: shapes must be equal but for axis %d; got %s and %s"
                        .formatted(k, parts[0].shape(), part.shape()));
            }
            total += part.dim(k);
        }
        Shape shape = parts[0].shape().with(k, total);
        Tensor y = Tensor.empty(shape);
        int outer = shape.product(0, k);
        int inner = shape.product(k + 1, shape.rank());
        int at = 0;
        for (Tensor part : parts) {
            int run = part.dim(k) * inner;
            copyRuns(outer, run, part.data(), 0, run, y.data(), at, total * inner);
            at += run;
        }
        return Tape.record(new Concat(parts.clone(), k), y);
    }

    /// A tensor of zeros with x in the part of an axis that starts at `from`.
    private static Tensor pad(Tensor x, Shape shape, int axis, int from) {
        Tensor y = Tensor.full(shape, 0);
        int outer = shape.product(0, axis);
        int inner = shape.product(axis + 1, shape.rank());
        int run = x.dim(axis) * inner;
        copyRuns(outer, run, x.data(), 0, run, y.data(), from * inner, shape.dim(axis) * inner);
        return Tape.record(new Pad(x, axis, from), y);
    }

    private static void copyRuns(int runs, int length, Floats x, int xFrom, int xStep, Floats y, int yFrom, int yStep) {
        if (runs > 0 && length > 0) {
            Backend.kernels().elementwise().copyRows(runs, length, x.slice(xFrom, x.length() - xFrom), xStep,
                    y.slice(yFrom, y.length() - yFrom), yStep);
        }
    }

    record Reshape(Tensor x) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.reshape(x.shape());
        }
    }

    record Permute(Tensor x, int[] order) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            int[] inverse = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                inverse[x.shape().axis(order[i])] = i;
            }
            return dy.permute(inverse);
        }
    }

    record Expand(Tensor x) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.reduceTo(x.shape());
        }
    }

    record Slice(Tensor x, int axis, int from) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return pad(dy, x.shape(), axis, from);
        }
    }

    record Pad(Tensor x, int axis, int from) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return dy.slice(axis, from, from + x.dim(axis));
        }
    }

    record Concat(Tensor[] parts, int axis) implements Op {
        @Override
        public Tensor[] inputs() {
            return parts;
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            Tensor[] dx = new Tensor[parts.length];
            int from = 0;
            for (int i = 0; i < parts.length; i++) {
                dx[i] = dy.slice(axis, from, from + parts[i].dim(axis));
                from += parts[i].dim(axis);
            }
            return dx;
        }
    }
}
