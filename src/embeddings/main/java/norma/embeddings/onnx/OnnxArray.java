package norma.embeddings.onnx;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// A small tensor of any type, as numbers in double; truth values are 0 and 1.
///
/// @param shape its axes, outermost first
/// @param values row-major
/// @param whole whether they are integers or truth values
record OnnxArray(int[] shape, double[] values, boolean whole) {
    /// More numbers than a check needs: a graph that asks for them is not BERT's.
    private static final int LARGEST = 1 << 23;

    static OnnxArray of(int[] shape, boolean whole, IntUnaryOperator value) {
        var array = empty(shape, whole);
        Arrays.setAll(array.values, i -> value.applyAsInt(i));
        return array;
    }

    static OnnxArray empty(int[] shape, boolean whole) {
        return new OnnxArray(shape, new double[count(shape)], whole);
    }

    static OnnxArray vector(int... values) {
        return of(new int[] {values.length}, true, i -> values[i]);
    }

    private static int count(int... shape) {
        long count = 1;
        for (int axis : shape) {
            count *= axis;
            if (axis < 0 || count > LARGEST) {
                throw new IllegalArgumentException("asks for an array of " + Arrays.toString(shape));
            }
        }
        return (int) count;
    }

    int rank() {
        return shape.length;
    }

    /// An axis counted from 0; negative ones count from the end.
    int axis(long axis) {
        int found = (int) (axis < 0 ? axis + rank() : axis);
        if (found < 0 || found >= rank()) {
            throw new IllegalArgumentException("asks for axis %d of %s".formatted(axis, Arrays.toString(shape)));
        }
        return found;
    }

    /// The values as whole numbers.
    long[] longs() {
        long[] longs = new long[values.length];
        Arrays.setAll(longs, i -> (long) values[i]);
        return longs;
    }

    /// How many numbers lie in the axes from one on.
    private int size(int from) {
        int size = 1;
        for (int i = from; i < rank(); i++) {
            size *= shape[i];
        }
        return size;
    }

    OnnxArray map(boolean wholeResult, DoubleUnaryOperator f) {
        return new OnnxArray(shape, Arrays.stream(values).map(f).toArray(), wholeResult);
    }

    /// f(a, b), broadcast as in numpy.
    static OnnxArray combined(OnnxArray a, OnnxArray b, boolean whole, DoubleBinaryOperator f) {
        int[] shape = broadcast(a.shape, b.shape);
        OnnxArray x = a.expanded(shape);
        OnnxArray y = b.expanded(shape);
        var result = empty(shape, whole);
        for (int i = 0; i < result.values.length; i++) {
            result.values[i] = f.applyAsDouble(x.values[i], y.values[i]);
        }
        return result;
    }

    static int[] broadcast(int[] a, int[] b) {
        int[] shape = new int[Math.max(a.length, b.length)];
        for (int i = 1; i <= shape.length; i++) {
            int x = i > a.length ? 1 : a[a.length - i];
            int y = i > b.length ? 1 : b[b.length - i];
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(
                        "combines %s and %s".formatted(Arrays.toString(a), Arrays.toString(b)));
            }
            shape[shape.length - i] = x == 1 ? y : x;
        }
        return shape;
    }

    OnnxArray expanded(int... to) {
        int[] target = broadcast(shape, to);
        if (Arrays.equals(target, shape)) {
            return this;
        }
        int[] strides = new int[target.length];
        for (int i = 1, stride = 1; i <= rank(); stride *= shape[rank() - i], i++) {
            strides[target.length - i] = shape[rank() - i] == 1 ? 0 : stride;
        }
        return strided(target, strides);
    }

    private OnnxArray strided(int[] target, int[] strides) {
        var result = empty(target, whole);
        int[] index = new int[target.length];
        for (int i = 0, from = 0; i < result.values.length; i++) {
            result.values[i] = values[from];
            for (int axis = target.length - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++index[axis] < target[axis]) {
                    break;
                }
                from -= strides[axis] * target[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

    OnnxArray transposed(int... order) {
        if (!Arrays.equals(Arrays.stream(order).sorted().toArray(), IntStream.range(0, rank()).toArray())) {
            throw new IllegalArgumentException(
                    "takes axes %s of %s".formatted(Arrays.toString(order), Arrays.toString(shape)));
        }
        int[] target = new int[rank()];
        int[] strides = new int[rank()];
        for (int i = 0; i < rank(); i++) {
            target[i] = shape[order[i]];
            strides[i] = size(order[i] + 1);
        }
        return strided(target, strides);
    }

    /// @param zeroIsZero whether an axis 0 is one without elements, and not the one that was there
    OnnxArray reshaped(long[] to, boolean zeroIsZero) {
        int[] target = new int[to.length];
        int free = -1;
        int known = 1;
        for (int i = 0; i < to.length; i++) {
            target[i] = Math.toIntExact(to[i] == 0 && !zeroIsZero ? shape[i] : to[i]);
            free = target[i] == -1 ? i : free;
            known *= target[i] == -1 ? 1 : target[i];
        }
        if (free >= 0) {
            target[free] = values.length / known;
        }
        if (count(target) != values.length) {
            throw new IllegalArgumentException(
                    "sees %s as %s".formatted(Arrays.toString(shape), Arrays.toString(to)));
        }
        return new OnnxArray(target, values, whole);
    }

    /// With axes of size 1, at the places that they have in the result.
    OnnxArray unsqueezed(long... axes) {
        int[] target = new int[rank() + axes.length];
        Arrays.fill(target, -1);
        for (long axis : axes) {
            target[(int) (axis < 0 ? axis + target.length : axis)] = 1;
        }
        for (int i = 0, from = 0; i < target.length; i++) {
            target[i] = target[i] == 1 ? 1 : shape[from++];
        }
        return new OnnxArray(target, values, whole);
    }

    /// Without these axes, or without all of size 1 if none is named.
    OnnxArray squeezed(long... axes) {
        boolean[] gone = new boolean[rank()];
        for (long axis : axes) {
            gone[axis(axis)] = true;
        }
        int[] target = new int[rank()];
        int left = 0;
        for (int i = 0; i < rank(); i++) {
            if (!(axes.length == 0 ? shape[i] == 1 : gone[i])) {
                target[left++] = shape[i];
            }
        }
        return reshaped(Arrays.stream(target).limit(left).asLongStream().toArray(), true);
    }

    /// The parts with these numbers along an axis.
    OnnxArray gathered(int axis, OnnxArray numbers) {
        int inner = size(axis + 1);
        int outer = values.length / Math.max(1, inner * shape[axis]);
        int[] target = new int[rank() - 1 + numbers.rank()];
        System.arraycopy(shape, 0, target, 0, axis);
        System.arraycopy(numbers.shape, 0, target, axis, numbers.rank());
        System.arraycopy(shape, axis + 1, target, axis + numbers.rank(), rank() - axis - 1);
        var result = empty(target, whole);
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (double number : numbers.values) {
                int n = (int) number < 0 ? (int) number + shape[axis] : (int) number;
                System.arraycopy(values, (o * shape[axis] + n) * inner, result.values, at, inner);
                at += inner;
            }
        }
        return result;
    }

    /// At each place the number from there, but from where `numbers` says along an axis.
    OnnxArray picked(int axis, OnnxArray numbers) {
        int[] index = new int[rank()];
        return of(numbers.shape, whole, i -> i).map(whole, at -> {
            for (int j = rank() - 1, rest = (int) at; j >= 0; rest /= numbers.shape[j--]) {
                index[j] = rest % numbers.shape[j];
            }
            int n = (int) numbers.values[(int) at];
            index[axis] = n < 0 ? n + shape[axis] : n;
            int from = 0;
            for (int j = 0; j < rank(); j++) {
                from = from * shape[j] + index[j];
            }
            return values[from];
        });
    }

    /// The parts that the rows of an array of numbers name.
    OnnxArray gatheredByRows(OnnxArray rows) {
        int depth = rows.shape[rows.rank() - 1];
        int inner = size(depth);
        int count = rows.values.length / depth;
        int[] target = new int[rows.rank() - 1 + rank() - depth];
        System.arraycopy(rows.shape, 0, target, 0, rows.rank() - 1);
        System.arraycopy(shape, depth, target, rows.rank() - 1, rank() - depth);
        var result = empty(target, whole);
        for (int i = 0; i < count; i++) {
            int from = 0;
            for (int j = 0; j < depth; j++) {
                int n = (int) rows.values[i * depth + j];
                from = from * shape[j] + (n < 0 ? n + shape[j] : n);
            }
            System.arraycopy(values, from * inner, result.values, i * inner, inner);
        }
        return result;
    }

    OnnxArray sliced(int axis, long start, long end, long step) {
        int n = shape[axis];
        if (step < 1) {
            throw new IllegalArgumentException("slices with a step of " + step);
        }
        long from = Math.clamp(start < 0 ? start + n : start, 0, n);
        long to = Math.clamp(end < 0 ? end + n : end, 0, n);
        int count = (int) Math.max(0, Math.ceilDiv(to - from, step));
        return gathered(axis, of(new int[] {count}, true, i -> (int) (from + i * step)));
    }

    static OnnxArray concatenated(long axis, OnnxArray... parts) {
        int at = parts[0].axis(axis);
        int[] target = parts[0].shape.clone();
        target[at] = Arrays.stream(parts).mapToInt(part -> part.shape[at]).sum();
        var result = empty(target, parts[0].whole);
        int row = result.size(at);
        int offset = 0;
        for (OnnxArray part : parts) {
            int inner = part.size(at);
            for (int o = 0; inner > 0 && o < part.values.length / inner; o++) {
                System.arraycopy(part.values, o * inner, result.values, o * row + offset, inner);
            }
            offset += inner;
        }
        return result;
    }

    /// The product of the last two axes.
    static OnnxArray product(OnnxArray a, OnnxArray b) {
        int rows = a.shape[a.rank() - 2], inner = a.shape[a.rank() - 1], columns = b.shape[b.rank() - 1];
        if (b.shape[b.rank() - 2] != inner) {
            throw new IllegalArgumentException(
                    "multiplies %s and %s".formatted(Arrays.toString(a.shape), Arrays.toString(b.shape)));
        }
        int[] batch = broadcast(Arrays.copyOf(a.shape, a.rank() - 2), Arrays.copyOf(b.shape, b.rank() - 2));
        int[] target = Arrays.copyOf(batch, batch.length + 2);
        double[] x = a.expanded(with(target, rows, inner)).values;
        double[] y = b.expanded(with(target, inner, columns)).values;
        var result = empty(with(target, rows, columns), false);
        double[] z = result.values;
        for (int n = 0; n < count(batch); n++) {
            for (int i = 0; i < rows; i++) {
                for (int k = 0; k < inner; k++) {
                    double factor = x[(n * rows + i) * inner + k];
                    for (int j = 0; j < columns; j++) {
                        z[(n * rows + i) * columns + j] += factor * y[(n * inner + k) * columns + j];
                    }
                }
            }
        }
        return result;
    }

    private static int[] with(int[] shape, int rows, int columns) {
        int[] target = shape.clone();
        target[shape.length - 2] = rows;
        target[shape.length - 1] = columns;
        return target;
    }

    /// Numbers that lie along an axis, one behind the other, changed in place.
    interface Rows {
        void change(double[] row);
    }

    OnnxArray along(int axis, Rows rows) {
        int inner = size(axis + 1), n = shape[axis];
        var result = new OnnxArray(shape, values.clone(), whole);
        double[] row = new double[n];
        for (int i = 0; n > 0 && i < values.length / n; i++) {
            int from = i / inner * inner * n + i % inner;
            for (int j = 0; j < n; j++) {
                row[j] = values[from + j * inner];
            }
            rows.change(row);
            for (int j = 0; j < n; j++) {
                result.values[from + j * inner] = row[j];
            }
        }
        return result;
    }
}
