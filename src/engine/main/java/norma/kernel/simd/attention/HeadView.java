package norma.kernel.simd.attention;

import static norma.kernel.simd.attention.AttentionTiles.SIDE;
import static norma.kernel.simd.vector.Species.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.simd.vector.RowMath;
import norma.kernel.simd.vector.Species;

/// The rows of one head: `array[at + i * stride + c]` for c in `[0, size)`.
record HeadView(float[] array, int at, int stride, int size) {
    private static final int L = Species.LANES;

    /// Head `head` of batch x heads, of an operand like q.
    static HeadView ofQueries(AttentionKernel.Sizes sizes, int head, Floats x) {
        int first = x.offset() + sizes.queryStart(head / sizes.heads(), head % sizes.heads());
        return new HeadView(x.array(), first, sizes.queryStride(), sizes.headSize());
    }

    /// What serves that head in an operand like k.
    static HeadView ofKeys(AttentionKernel.Sizes sizes, int head, Floats x) {
        int first = x.offset() + sizes.keyStart(head / sizes.heads(), sizes.group(head % sizes.heads()));
        return new HeadView(x.array(), first, sizes.keyStride(), sizes.headSize());
    }

    /// The rows of visible keys, copied one behind the other.
    HeadView select(VisibleKeys visible, float[] to) {
        for (int i = 0; i < visible.count(); i++) {
            System.arraycopy(array, at + visible.number(i) * stride, to, i * size, size);
        }
        return new HeadView(to, 0, size, size);
    }

    /// Copies rows `[from, from + rows)` times a factor, [#SIDE] columns at a time: the columns from c on go to
    /// `toAt + c * apart`, as a block for [AttentionTiles]. What blocks have beyond these rows and columns is undefined.
    void copy(int from, int rows, float factor, float[] to, int toAt, int apart) {
        for (int c = 0; c < size; c += SIDE) {
            int columns = Math.min(SIDE, size - c);
            copy(array, at + from * stride + c, stride, rows, columns, factor, to, toAt + c * apart, SIDE);
        }
    }

    /// Copies rows of keys `[from, from + rows)` of the visible ones, run by run.
    void copy(VisibleKeys visible, int from, int rows, float[] to, int toAt, int apart) {
        for (int i = 0; i < rows;) {
            int run = visible.run(from + i, rows - i);
            copy(visible.number(from + i), run, 1, to, toAt + i * SIDE, apart);
            i += run;
        }
    }

    /// Rows `[row, row + rows)` = factor * blocks as in [#copy].
    void set(int row, int rows, float[] from, int fromAt, int apart, float factor) {
        for (int c = 0; c < size; c += SIDE) {
            int columns = Math.min(SIDE, size - c);
            copy(from, fromAt + c * apart, SIDE, rows, columns, factor, array, at + row * stride + c, stride);
        }
    }

    private static void copy(float[] from, int at, int stride, int rows, int columns, float factor, float[] to,
            int toAt, int toStride) {
        int whole = F.loopBound(columns);
        for (int i = 0; i < rows; i++) {
            int x = at + i * stride;
            int y = toAt + i * toStride;
            for (int c = 0; c < whole; c += L) {
                FloatVector.fromArray(F, from, x + c).mul(factor).intoArray(to, y + c);
            }
            for (int c = whole; c < columns; c++) {
                to[y + c] = from[x + c] * factor;
            }
        }
    }

    /// Rows of keys `[key, key + rows)` of the visible ones = factor * blocks as in [#copy].
    void set(VisibleKeys visible, int key, int rows, float[] from, int fromAt, int apart, float factor) {
        for (int i = 0; i < rows;) {
            int run = visible.run(key + i, rows - i);
            set(visible.number(key + i), run, from, fromAt + i * SIDE, apart, factor);
            i += run;
        }
    }

    /// Rows of keys `[key, key + rows)` of the visible ones += factor * blocks as in [#copy].
    void add(VisibleKeys visible, int key, int rows, float[] from, int fromAt, int apart, float factor) {
        for (int i = 0; i < rows; i++) {
            int row = visible.number(key + i);
            for (int c = 0; c < size; c += SIDE) {
                add(row, c, Math.min(SIDE, size - c), factor, from, fromAt + c * apart + i * SIDE);
            }
        }
    }

    /// Row += factor * row of `other`
    void add(int row, float factor, HeadView other, int otherRow) {
        add(row, 0, size, factor, other.array, other.at + otherRow * other.stride);
    }

    private void add(int row, int column, int count, float factor, float[] x, int xAt) {
        int y = at + row * stride + column;
        int whole = F.loopBound(count);
        FloatVector factors = FloatVector.broadcast(F, factor);
        for (int c = 0; c < whole; c += L) {
            FloatVector.fromArray(F, x, xAt + c).fma(factors, FloatVector.fromArray(F, array, y + c))
                    .intoArray(array, y + c);
        }
        for (int c = whole; c < count; c++) {
            array[y + c] = Math.fma(factor, x[xAt + c], array[y + c]);
        }
    }

    /// Row *= factor
    void scale(int row, float factor) {
        int first = at + row * stride;
        for (int c = 0; c < size; c++) {
            array[first + c] *= factor;
        }
    }

    void clear(int row) {
        Arrays.fill(array, at + row * stride, at + row * stride + size, 0);
    }

    /// Row i of this times row j of `other`; `lanes` has room for a vector.
    float dot(int i, HeadView other, int j, float[] lanes) {
        return (float) dot(array, at + i * stride, other.array, other.at + j * other.stride, size, lanes);
    }

    /// A sum of `count` products.
    static double dot(float[] x, int xAt, float[] y, int yAt, int count, float[] lanes) {
        FloatVector sums = FloatVector.zero(F);
        int whole = F.loopBound(count);
        for (int c = 0; c < whole; c += L) {
            sums = FloatVector.fromArray(F, x, xAt + c).fma(FloatVector.fromArray(F, y, yAt + c), sums);
        }
        sums.intoArray(lanes, 0);
        double sum = RowMath.sum(lanes);
        for (int c = whole; c < count; c++) {
            sum += x[xAt + c] * y[yAt + c];
        }
        return sum;
    }
}
