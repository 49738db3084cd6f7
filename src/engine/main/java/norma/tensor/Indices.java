package norma.tensor;

/// Whole numbers in a shape: token ids, classes, rows to gather.
///
/// @param values row-major, shared, never copied
/// @param shape as of a tensor
public record Indices(int[] values, Shape shape) {

    /// Checks that there are as many values as the shape holds.
    public Indices {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(
                    "Indices: %s holds %d values; got %d".formatted(shape, shape.size(), values.length));
        }
    }

    /// Values with the given sizes.
    public static Indices of(int[] values, int... dims) {
        return new Indices(values, Shape.of(dims));
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
}
