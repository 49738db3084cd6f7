package norma.tensor;

import java.util.Arrays;

/// Where along an axis the largest, the smallest, or the elements in order lie. Equal elements stand in the order of their
/// indices, and NaN counts as larger than any number, as in numpy.
final class Ordering {

    private Ordering() {
    }

    /// The index along an axis of the largest element, or of the smallest; NaN is both, the first of equals wins.
    static Indices argExtremum(String who, Tensor x, int axis, boolean largest) {
        int k = x.shape().axis(axis), n = x.dim(k), inner = x.shape().product(k + 1, x.shape().rank());
        if (n == 0) {
            throw new IllegalArgumentException(
                    "%s: needs an element at least; got none along axis %d of %s".formatted(who, k, x.shape()));
        }
        float[] values = x.toArray();
        int[] found = new int[values.length / n];
        for (int line = 0; line < found.length; line++) {
            found[line] = extremum(values, first(line, n, inner), n, inner, largest);
        }
        return new Indices(found, x.shape().without(k));
    }

    private static int extremum(float[] values, int first, int n, int step, boolean largest) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            float value = values[first + i * step], record = values[first + best * step];
            if (record == record && (largest ? value > record : value < record) || value != value && record == record) {
                best = i;
            }
        }
        return best;
    }

    /// For each place in order the index along the axis of the element that stands there, for the first `count` places.
    static Indices argSort(Tensor x, int axis, boolean descending, int count) {
        int k = x.shape().axis(axis), n = x.dim(k), inner = x.shape().product(k + 1, x.shape().rank());
        float[] values = x.toArray();
        Shape shape = x.shape().with(k, count);
        int[] order = new int[shape.size()];
        long[] keys = new long[n];
        for (int line = 0; line < (n == 0 ? 0 : values.length / n); line++) {
            int from = first(line, n, inner), to = first(line, count, inner);
            for (int i = 0; i < n; i++) {
                int rank = rank(values[from + i * inner]);
                keys[i] = (long) (descending ? ~rank : rank) << 32 | i;
            }
            Arrays.sort(keys);
            for (int i = 0; i < count; i++) {
                order[to + i * inner] = (int) keys[i];
            }
        }
        return new Indices(order, shape);
    }

    /// The element of a tensor (outer, n, inner) at which a line along the middle axis begins.
    private static int first(int line, int n, int inner) {
        return line / inner * n * inner + line % inner;
    }

    /// A whole number that is larger for larger floats: of negative ones, whose bits grow with their size, all but the sign are
    /// turned over. Both zeros have the same.
    private static int rank(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits < 0 ? bits ^ 0x7fffffff : bits;
    }
}
