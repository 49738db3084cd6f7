package norma.kernel.contract;

import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.parallel.Workers;

/// The reference of [MatmulKernel], in blocks of C.
///
/// C2 makes vector code of a loop over several arrays only if all have the same index: else it must assume that they
/// overlap. So the rows of B that a block needs are copied to arrays of their own, as is the row of C being summed.
final class MatmulLoops {

    /// Rows and columns of a block of C, and rows of B copied for it, which are 256 KB of a second-level cache.
    private static final int ROWS = 64;
    private static final int COLUMNS = 512;
    private static final int DEPTH = 128;

    private static final Scratch.Rows B_ROWS = new Scratch.Rows();
    private static final Scratch SUMS = new Scratch();

    private MatmulLoops() {
    }

    static void multiply(Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        int down = Math.ceilDiv(c.rows(), ROWS);
        int across = Math.ceilDiv(c.columns(), COLUMNS);
        Workers.split(c.batch() * down * across, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                block(a, b, c, epilogue, i / (down * across), i / across % down * ROWS, i % across * COLUMNS);
            }
        });
    }

    /// The block of matrix `index` of C that begins at `row` and `column`.
    private static void block(Matrix a, Matrix b, Matrix c, Epilogue epilogue, int index, int row, int column) {
        int rows = Math.min(ROWS, c.rows() - row);
        int columns = Math.min(COLUMNS, c.columns() - column);
        int at = c.data().offset() + index * c.batchStride() + row * c.rowStride() + column;
        float[][] bRows = B_ROWS.floats(DEPTH, COLUMNS);
        float[] sum = SUMS.floats(COLUMNS);
        for (int i = 0; i < rows; i++) {
            epilogue.begin(c.data().array(), at + i * c.rowStride(), column, columns);
        }
        for (int k = 0; k < a.columns(); k += DEPTH) {
            int depth = Math.min(DEPTH, a.columns() - k);
            copyRows(b, index, k, depth, column, columns, bRows);
            int aAt = a.data().offset() + index * a.batchStride() + row * a.rowStride() + k * a.columnStride();
            for (int i = 0; i < rows; i++) {
                System.arraycopy(c.data().array(), at + i * c.rowStride(), sum, 0, columns);
                addProduct(a.data().array(), aAt + i * a.rowStride(), a.columnStride(), bRows, depth, sum, columns);
                System.arraycopy(sum, 0, c.data().array(), at + i * c.rowStride(), columns);
            }
        }
        for (int i = 0; i < rows; i++) {
            epilogue.end(c.data(), at + i * c.rowStride(), columns, Kernels.REFERENCE.elementwise());
        }
    }

    private static void copyRows(Matrix b, int index, int row, int rows, int column, int columns, float[][] to) {
        float[] from = b.data().array();
        int at = b.data().offset() + index * b.batchStride() + row * b.rowStride() + column * b.columnStride();
        for (int k = 0; k < rows; k++) {
            if (b.columnStride() == 1) {
                System.arraycopy(from, at + k * b.rowStride(), to[k], 0, columns);
            } else {
                copyStrided(from, at + k * b.rowStride(), b.columnStride(), to[k], columns);
            }
        }
    }

    private static void copyStrided(float[] from, int at, int stride, float[] to, int count) {
        for (int j = 0; j < count; j++) {
            to[j] = from[at + j * stride];
        }
    }

    /// sum += a row of A times the rows of B.
    private static void addProduct(float[] a, int at, int stride, float[][] b, int depth, float[] sum, int columns) {
        int k = 0;
        for (; k + 8 <= depth; k += 8) {
            int i = at + k * stride;
            addEight(a[i], b[k], a[i + stride], b[k + 1], a[i + 2 * stride], b[k + 2], a[i + 3 * stride], b[k + 3],
                    a[i + 4 * stride], b[k + 4], a[i + 5 * stride], b[k + 5], a[i + 6 * stride], b[k + 6],
                    a[i + 7 * stride], b[k + 7], sum, columns);
        }
        for (; k < depth; k++) {
            addOne(a[at + k * stride], b[k], sum, columns);
        }
    }

    private static void addOne(float a, float[] b, float[] sum, int columns) {
        for (int j = 0; j < columns; j++) {
            sum[j] = Math.fma(a, b[j], sum[j]);
        }
    }

    /// Eight rows of B at a time, for one load and one store of the sum.
    private static void addEight(float a0, float[] b0, float a1, float[] b1, float a2, float[] b2, float a3, float[] b3,
            float a4, float[] b4, float a5, float[] b5, float a6, float[] b6, float a7, float[] b7,
            float[] sum, int columns) {
        for (int j = 0; j < columns; j++) {
            float s = Math.fma(a1, b1[j], Math.fma(a0, b0[j], sum[j]));
            s = Math.fma(a3, b3[j], Math.fma(a2, b2[j], s));
            s = Math.fma(a5, b5[j], Math.fma(a4, b4[j], s));
            sum[j] = Math.fma(a7, b7[j], Math.fma(a6, b6[j], s));
        }
    }
}
