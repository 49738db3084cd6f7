package norma.kernel.simd.convolution;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import norma.kernel.simd.vector.Species;

/// Copies from and to every s-th float of the rows of a plane; for a stride of two, which halves an image, on vectors.
final class StridedCopy {
    private static final int L = Species.LANES;

    /// Every second float of two vectors, the second of which begins one float early, so as not to end one late.
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> (2 * i + 2 * i / L) % L);
    private static final VectorMask<Float> SECOND = VectorMask.fromLong(F, (1L << L) - (1L << L / 2));

    /// The first and the second half of a vector, each lane twice, and the odd lanes.
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(F, i -> i / 2);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(F, i -> L / 2 + i / 2);
    private static final VectorMask<Float> ODD = VectorMask.fromLong(F, 0xaaaa_aaaa_aaaa_aaaaL & (1L << L) - 1);

    private StridedCopy() {
    }

    /// `y[y0 + i * yRow + j] = x[x0 + i * xRow + j * stride]` for `rows` rows of `count` floats.
    static void gather(float[] x, int x0, int xRow, int stride, float[] y, int y0, int yRow, int rows, int count) {
        if (stride == 1 && count >= L) {
            copyRows(x, x0, xRow, y, y0, yRow, rows, count);
        } else if (stride == 2 && count >= L) {
            copyEven(x, x0, xRow, y, y0, yRow, rows, count);
        } else {
            copyEach(x, x0, xRow, stride, y, y0, yRow, rows, count);
        }
    }

    /// Columns of vectors, for a row may have only one. The last one moves back until it fits.
    private static void copyRows(float[] x, int x0, int xRow, float[] y, int y0, int yRow, int rows, int count) {
        for (int j = 0; j < count; j += L) {
            int at = Math.min(j, count - L);
            for (int i = 0; i < rows; i++) {
                FloatVector.fromArray(F, x, x0 + at + i * xRow).intoArray(y, y0 + at + i * yRow);
            }
        }
    }

    private static void copyEven(float[] x, int x0, int xRow, float[] y, int y0, int yRow, int rows, int count) {
        for (int j = 0; j < count; j += L) {
            int at = Math.min(j, count - L);
            for (int i = 0; i < rows; i++) {
                int from = x0 + 2 * at + i * xRow;
                FloatVector a = FloatVector.fromArray(F, x, from).rearrange(EVEN);
                FloatVector b = FloatVector.fromArray(F, x, from + L - 1).rearrange(EVEN);
                a.blend(b, SECOND).intoArray(y, y0 + at + i * yRow);
            }
        }
    }

    private static void copyEach(float[] x, int x0, int xRow, int stride, float[] y, int y0, int yRow, int rows,
            int count) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < count; j++) {
                y[y0 + i * yRow + j] = x[x0 + i * xRow + j * stride];
            }
        }
    }

    /// `y[y0 + i * yRow + j * stride] = x[x0 + i * xRow + j]` for `rows` rows of `count` floats.
    static void scatter(float[] x, int x0, int xRow, float[] y, int y0, int yRow, int stride, int rows, int count) {
        if (stride == 1) {
            gather(x, x0, xRow, 1, y, y0, yRow, rows, count);
            return;
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < count; j++) {
                y[y0 + i * yRow + j * stride] = x[x0 + i * xRow + j];
            }
        }
    }

    /// Rows of y that have their even floats from a, `aCount` to a row, and their odd ones from b.
    static void interleave(float[] x, int a0, int aRow, int aCount, int b0, int bRow, int bCount, float[] y, int y0,
            int yRow, int rows) {
        if (bCount < L) {
            scatter(x, a0, aRow, y, y0, yRow, 2, rows, aCount);
            scatter(x, b0, bRow, y, y0 + 1, yRow, 2, rows, bCount);
            return;
        }
        for (int j = 0; j < bCount; j += L) {
            int at = Math.min(j, bCount - L);
            for (int i = 0; i < rows; i++) {
                int to = y0 + 2 * at + i * yRow;
                FloatVector a = FloatVector.fromArray(F, x, a0 + at + i * aRow);
                FloatVector b = FloatVector.fromArray(F, x, b0 + at + i * bRow);
                a.rearrange(LOW).blend(b.rearrange(LOW), ODD).intoArray(y, to);
                a.rearrange(HIGH).blend(b.rearrange(HIGH), ODD).intoArray(y, to + L);
            }
        }
        for (int i = 0; i < rows && aCount > bCount; i++) {
            y[y0 + i * yRow + 2 * bCount] = x[a0 + i * aRow + bCount];
        }
    }
}
