package norma.tensor;

import java.util.Arrays;
import java.util.StringJoiner;

/// The sizes of a tensor's axes, slowest first: `(2, 3)` is two rows of three. A scalar has no axes: `()`.
///
/// Axes are counted from 0; negative ones from the end, so -1 is the last.
public final class Shape {
    /// No axes, one element.
    public static final Shape SCALAR = new Shape();

    private final int[] dims;
    private final int size;

    private Shape(int... dims) {
        long product = 1;
        for (int dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("Shape: sizes must not be negative; got " + format(dims));
            }
            product *= dim;
            if (product > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "Shape: a tensor holds at most 2^31 - 9 elements; got " + format(dims));
            }
        }
        this.dims = dims;
        this.size = (int) product;
    }

    /// The shape with these sizes.
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    /// Number of axes.
    public int rank() {
        return dims.length;
    }

    /// Number of elements.
    public int size() {
        return size;
    }

    /// Size of an axis.
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /// Number of rows when all axes but the last are seen as one.
    public int rows() {
        return product(0, rank() - 1);
    }

    /// The sizes, as a copy.
    public int[] toArray() {
        return dims.clone();
    }

    /// An axis counted from 0, whichever way it was given.
    public int axis(int axis) {
        int fromStart = axis < 0 ? axis + dims.length : axis;
        if (fromStart < 0 || fromStart >= dims.length) {
            throw new IllegalArgumentException("Shape: axis must lie in [%d, %d) for %s; got %d"
                    .formatted(-dims.length, dims.length, this, axis));
        }
        return fromStart;
    }

    /// Where the element at these places lies, row-major; a place may count from the end of its axis.
    int offset(String who, int... index) {
        if (index.length != dims.length) {
            throw new IllegalArgumentException("%s: needs one place for each axis of %s; got %s"
                    .formatted(who, this, Arrays.toString(index)));
        }
        int offset = 0;
        for (int i = 0; i < index.length; i++) {
            int place = index[i] < 0 ? index[i] + dims[i] : index[i];
            if (place < 0 || place >= dims[i]) {
                throw new IllegalArgumentException("%s: place %d on axis %d must lie in [%d, %d) for %s"
                        .formatted(who, index[i], i, -dims[i], dims[i], this));
            }
            offset = offset * dims[i] + place;
        }
        return offset;
    }

    /// Product of the sizes of the axes in `[from, to)`.
    int product(int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product *= dims[i];
        }
        return product;
    }

    /// Axes of size 1, to be given sizes by [#with]: what broadcasts along some axes only.
    public static Shape ones(int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        return new Shape(dims);
    }

    /// This shape with another size on one axis.
    public Shape with(int axis, int dim) {
        int[] changed = dims.clone();
        changed[axis(axis)] = dim;
        return new Shape(changed);
    }

    /// This shape without one axis.
    public Shape without(int axis) {
        int drop = axis(axis);
        int[] rest = new int[dims.length - 1];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = dims[i < drop ? i : i + 1];
        }
        return new Shape(rest);
    }

    /// Other sizes for as many elements, of which one may be -1: what is left for it.
    Shape reshaped(int... others) {
        int open = -1;
        long product = 1;
        for (int i = 0; i < others.length; i++) {
            if (others[i] == -1 && open < 0) {
                open = i;
            } else {
                product *= others[i];
            }
        }
        if (open < 0) {
            return of(others);
        }
        if (product <= 0 || size % product != 0) {
            throw new IllegalArgumentException(
                    "reshape: the sizes besides -1 must divide the %d elements of %s; got %s; no element is dropped"
                            .formatted(size, this, format(others)));
        }
        int[] filled = others.clone();
        filled[open] = (int) (size / product);
        return new Shape(filled);
    }

    /// The axes in `[from, to)` as a shape.
    public Shape slice(int from, int to) {
        return new Shape(Arrays.copyOfRange(dims, from, to));
    }

    /// These axes followed by `inner`'s.
    public Shape append(int... inner) {
        int[] all = Arrays.copyOf(dims, dims.length + inner.length);
        System.arraycopy(inner, 0, all, dims.length, inner.length);
        return new Shape(all);
    }

    /// Whether the last axes are exactly these.
    public boolean endsWith(Shape inner) {
        return rank() >= inner.rank() && slice(rank() - inner.rank(), rank()).equals(inner);
    }

    /// Row-major strides: how far apart neighbours along each axis lie.
    int[] strides() {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return strides;
    }

    /// Strides with which a dense tensor of this shape is read as `larger`: 0 on the axes where it is repeated.
    int[] stridesIn(Shape larger) {
        int[] own = strides();
        int[] wide = new int[larger.rank()];
        int shift = larger.rank() - rank();
        for (int i = 0; i < rank(); i++) {
            wide[i + shift] = dims[i] == 1 ? 0 : own[i];
        }
        return wide;
    }

    /// Whether a tensor of this shape can be repeated to `larger`.
    boolean expandsTo(Shape larger) {
        int shift = larger.rank() - rank();
        if (shift < 0) {
            return false;
        }
        for (int i = 0; i < rank(); i++) {
            if (dims[i] != 1 && dims[i] != larger.dims[i + shift]) {
                return false;
            }
        }
        return true;
    }

    /// The shape of an operation on two tensors, aligned at the last axis, where a size of 1 is repeated.
    public static Shape broadcast(String who, Shape a, Shape b) {
        int[] dims = new int[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= dims.length; i++) {
            int da = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int db = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (da != db && da != 1 && db != 1) {
                throw new IllegalArgumentException(
                        "%s: axes counted from the last must be equal or 1; got %s and %s; reshape or transpose one?"
                                .formatted(who, a, b));
            }
            dims[dims.length - i] = da == 1 ? db : da;
        }
        return new Shape(dims);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dims, that.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return format(dims);
    }

    private static String format(int[] dims) {
        var text = new StringJoiner(", ", "(", ")");
        for (int dim : dims) {
            text.add(Integer.toString(dim));
        }
        return text.toString();
    }
}
