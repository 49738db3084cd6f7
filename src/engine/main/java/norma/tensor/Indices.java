package norma.tensor;

import java.util.Arrays;

/// Whole numbers in a shape: token ids, classes, rows to take.
///
/// @param values row-major; a copy of the array that was given, not to be written to
/// @param shape as of a tensor
public record Indices(int[] values, Shape shape) {

    /// Checks that there are as many values as the shape holds, and copies them.
    public Indices {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(
                    "Indices: %s holds %d values; got %d".formatted(shape, shape.size(), values.length));
        }
        values = values.clone();
    }

    /// A vector of values.
    public static Indices of(int... values) {
        return new Indices(values, Shape.of(values.length));
    }

    /// Values with the given sizes.
    public static Indices of(int[] values, int... dims) {
        return new Indices(values, Shape.of(dims));
    }

    /// A matrix of values, one row for each array.
    public static Indices of(int[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        int[] values = new int[Shape.of(rows.length, columns).size()];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException("Indices: every row must be as long as the first, %d; row %d has %d"
                        .formatted(columns, i, rows[i].length));
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return new Indices(values, Shape.of(rows.length, columns));
    }

    /// The numbers of a tensor, which must be whole.
    public static Indices of(Tensor x) {
        float[] numbers = x.toArray();
        int[] values = new int[numbers.length];
        for (int i = 0; i < values.length; i++) {
            float value = numbers[i];
            values[i] = (int) value;
            if (values[i] != value) {
                throw new IllegalArgumentException("Indices: must be whole numbers; got %s at position %d of %s"
                        .formatted(value, i, x.shape()));
            }
        }
        return new Indices(values, x.shape());
    }

    /// The numbers 0, 1, ..., n - 1.
    public static Indices range(int n) {
        return range(0, n, 1);
    }

    /// The numbers from `from` to before `to`, by a step that may be negative.
    public static Indices range(int from, int to, int step) {
        if (step == 0) {
            throw new IllegalArgumentException("Indices.range: the step must not be 0");
        }
        int[] values = new int[Math.max(0, Math.ceilDiv(to - from, step))];
        for (int i = 0; i < values.length; i++) {
            values[i] = from + i * step;
        }
        return of(values);
    }

    /// Number of values.
    public int size() {
        return values.length;
    }

    /// One value by its place on each axis; negative places count from the end.
    public int get(int... index) {
        return values[shape.offset("Indices.get", index)];
    }

    /// A copy of the values, row-major.
    public int[] toArray() {
        return values.clone();
    }

    /// The same values in another shape of the same size, of which one may be -1.
    public Indices reshape(int... dims) {
        return new Indices(values, shape.reshaped(dims));
    }

    /// The numbers as a tensor.
    public Tensor toTensor() {
        float[] numbers = new float[values.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values[i];
        }
        return Tensor.adopt(shape, numbers);
    }

    /// Checks that every value lies in `[0, bound)`.
    public void check(String who, int bound) {
        for (int i = 0; i < values.length; i++) {
            require(who, bound, i);
        }
    }

    /// Checks that every value lies in `[0, bound)` or equals `except`.
    public void check(String who, int bound, int except) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != except) {
                require(who, bound, i);
            }
        }
    }

    private void require(String who, int bound, int i) {
        if (values[i] < 0 || values[i] >= bound) {
            throw new IllegalArgumentException("%s: indices must lie in [0, %d); got %d at position %d of %s"
                    .formatted(who, bound, values[i], i, shape));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Indices that && shape.equals(that.shape) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values) * 31 + shape.hashCode();
    }

    /// The shape and the values, as numpy prints them.
    @Override
    public String toString() {
        return Printed.of("Indices " + shape, shape, i -> Integer.toString(values[i]));
    }
}
