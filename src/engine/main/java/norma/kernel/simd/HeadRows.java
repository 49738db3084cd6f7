package norma.kernel.simd;

import static norma.kernel.simd.Lanes.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import norma.kernel.Attention;
import norma.kernel.Floats;

/// The rows of one head: `array[at + i * stride + c]` for i in `[0, count)` and c in `[0, size)`.
record HeadRows(float[] array, int at, int stride, int count, int size) {
    private static final int L = Lanes.LANES;

    /// Head `head` of batch x heads, of an operand whose sequences have `count` rows.
    static HeadRows of(Attention.Sizes sizes, int head, Floats x, int count) {
        int first = x.offset() + sizes.start(head / sizes.heads(), head % sizes.heads(), count);
        return new HeadRows(x.array(), first, sizes.rowStride(), count, sizes.headSize());
    }

    /// The rows with these numbers, copied one behind the other; all of them, where they are, if `numbers` is null.
    HeadRows select(int[] numbers, int selected, float[] to) {
        if (numbers == null) {
            return this;
        }
        for (int i = 0; i < selected; i++) {
            System.arraycopy(array, at + numbers[i] * stride, to, i * size, size);
        }
        return new HeadRows(to, 0, size, selected, size);
    }

    /// Packs rows `[from, from + rows)` for a product over the head size, `width` in a panel; the panel with row i is
    /// at `toAt + i * size`.
    void packRows(int from, int rows, float[] to, int toAt, int width) {
        for (int i = 0; i < rows; i += width) {
            int lines = Math.min(width, rows - i);
            Panels.lines(array, at + (from + i) * stride, stride, 1, lines, size, to, toAt + i * size, width);
        }
    }

    /// Packs columns for a product over rows `[from, from + rows)`; the panel with column c is at `toAt + c * rows`.
    void packColumns(int from, int rows, float[] to, int toAt) {
        int width = SimdAttention.COLUMNS;
        for (int c = 0; c < size; c += width) {
            int lines = Math.min(width, size - c);
            Panels.lines(array, at + from * stride + c, 1, stride, lines, rows, to, toAt + c * rows, width);
        }
    }

    /// Row = factor * the sums at `from`.
    void set(int row, float[] from, int fromAt, float factor) {
        int to = at + row * stride;
        int whole = F.loopBound(size);
        for (int c = 0; c < whole; c += L) {
            FloatVector.fromArray(F, from, fromAt + c).mul(factor).intoArray(array, to + c);
        }
        for (int c = whole; c < size; c++) {
            array[to + c] = from[fromAt + c] * factor;
        }
    }

    /// All rows = factor * the sums from `fromAt` on.
    void set(float[] from, int fromAt, float factor) {
        int width = SimdAttention.padded(size);
        for (int i = 0; i < count; i++) {
            set(i, from, fromAt + i * width, factor);
        }
    }

    void clear(int row) {
        Arrays.fill(array, at + row * stride, at + row * stride + size, 0);
    }

    /// Row i of this times row j of `other`; `lanes` has room for a vector.
    float dot(int i, HeadRows other, int j, float[] lanes) {
        int x = at + i * stride;
        int y = other.at + j * other.stride;
        FloatVector sums = FloatVector.zero(F);
        int whole = F.loopBound(size);
        for (int c = 0; c < whole; c += L) {
            sums = FloatVector.fromArray(F, array, x + c).fma(FloatVector.fromArray(F, other.array, y + c), sums);
        }
        sums.intoArray(lanes, 0);
        double sum = Rows.sum(lanes);
        for (int c = whole; c < size; c++) {
            sum += array[x + c] * other.array[y + c];
        }
        return (float) sum;
    }
}
