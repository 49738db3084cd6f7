package norma.tensor;

import norma.backend.Backend;

/// Rows of x by number, where a row is `columns` neighbouring elements: `y[i] = x[rows[i]]`. Its derivative adds rows back to where
/// they came from. All operations that choose elements by index are this one.
record GatherRows(Tensor x, int[] rows, int columns) implements Op.OneInput {

    static Tensor of(Tensor x, int[] rows, int columns, Shape shape) {
        Tensor y = Tensor.empty(shape);
        Backend.kernels().gather().gather(x.data(), rows, columns, y.data());
        return Tape.record(new GatherRows(x, rows, columns), y);
    }

    /// x at the indices along an axis, whose place in the shape theirs takes: (a, n, b) by (i, j) on axis 1 to (a, i, j, b).
    static Tensor take(Tensor x, Indices ids, int axis) {
        int k = x.shape().axis(axis), n = x.dim(k), outer = x.shape().product(0, k);
        ids.check("take", n);
        int[] values = ids.values(), rows = values;
        if (outer != 1) {
            rows = new int[outer * values.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i / values.length * n + values[i % values.length];
            }
        }
        Shape after = x.shape().slice(k + 1, x.shape().rank());
        Shape shape = x.shape().slice(0, k).append(ids.shape().toArray()).append(after.toArray());
        return of(x, rows, after.size(), shape);
    }

    /// `y[a, i, b] = x[a, ids[a, i, b], b]`
    static Tensor takeAlongAxis(Tensor x, Indices ids, int axis) {
        return of(x, elements("takeAlongAxis", x.shape(), ids, axis), 1, ids.shape());
    }

    /// `y = x; y[a, ids[a, i, b], b] += source[a, i, b]`
    static Tensor scatterAdd(Tensor x, int axis, Indices ids, Tensor source) {
        if (!ids.shape().equals(source.shape())) {
            throw new IllegalArgumentException(
                    "scatterAdd: there must be one index for each element of source %s; got %s"
                            .formatted(source.shape(), ids.shape()));
        }
        int[] rows = elements("scatterAdd", x.shape(), ids, axis);
        return x.add(ScatterRows.of(source, rows, 1, x.shape()));
    }

    /// The elements of a tensor that indices along an axis mean, one for each element of the others' shape.
    private static int[] elements(String who, Shape shape, Indices ids, int axis) {
        int k = shape.axis(axis), n = shape.dim(k), inner = shape.product(k + 1, shape.rank());
        if (ids.shape().rank() != shape.rank() || !ids.shape().with(k, n).equals(shape)) {
            throw new IllegalArgumentException("%s: indices must have the shape %s but for axis %d; got %s"
                    .formatted(who, shape, k, ids.shape()));
        }
        ids.check(who, n);
        int[] elements = new int[ids.size()];
        int count = ids.shape().dim(k);
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (i / (count * inner) * n + ids.values()[i]) * inner + i % inner;
        }
        return elements;
    }

    /// The elements `[i, i + offset]` of the last two axes: (..., m, n) to (..., length of the diagonal).
    static Tensor diagonal(Tensor x, int offset) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException("diagonal: needs two axes at least; got " + x.shape());
        }
        int m = x.dim(-2), n = x.dim(-1), down = Math.max(0, -offset), across = Math.max(0, offset);
        int length = Math.max(0, Math.min(m - down, n - across));
        Shape batch = x.shape().slice(0, x.shape().rank() - 2);
        int[] elements = new int[batch.size() * length];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (i / length * m + i % length + down) * n + i % length + across;
        }
        return of(x, elements, 1, batch.append(length));
    }

    @Override
    public Tensor dx(Tensor dy) {
        return ScatterRows.of(dy, rows, columns, x.shape());
    }

    @Override
    public String name() {
        return "take";
    }

    /// `y = 0; y[rows[i]] += x[i]`
    record ScatterRows(Tensor x, int[] rows, int columns) implements Op.OneInput {

        static Tensor of(Tensor x, int[] rows, int columns, Shape shape) {
            Tensor y = Tensor.full(shape, 0);
            Backend.kernels().gather().scatterAdd(x.data(), rows, columns, y.data());
            return Tape.record(new ScatterRows(x, rows, columns), y);
        }

        @Override
        public Tensor dx(Tensor dy) {
            return GatherRows.of(dy, rows, columns, x.shape());
        }

        @Override
        public String name() {
            return "scatter add";
        }
    }
}
