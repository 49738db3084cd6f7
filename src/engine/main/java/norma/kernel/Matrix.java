package norma.kernel;

/// A batch of matrices laid out in an array: element (i, j) of matrix b is
/// `array[offset + b * batchStride + i * rowStride + j * columnStride]`.
///
/// Transposition swaps strides and copies nothing; a `batchStride` of 0 repeats one matrix for the whole batch.
///
/// @param data the floats; `data.offset()` is where element (0, 0) of matrix 0 lies
/// @param batch number of matrices
/// @param rows rows of each
/// @param columns columns of each
/// @param batchStride distance from one matrix to the next
/// @param rowStride distance from one row to the next
/// @param columnStride distance from one column to the next
public record Matrix(Floats data, int batch, int rows, int columns, int batchStride, int rowStride, int columnStride) {

    /// Checks that the last element lies inside the data.
    public Matrix {
        long last = (batch - 1L) * batchStride + (rows - 1L) * rowStride + (columns - 1L) * columnStride;
        if (batch > 0 && rows > 0 && columns > 0 && last >= data.length()) {
            throw new IllegalArgumentException(
                    "Matrix: %d matrices of (%d, %d) with strides (%d, %d, %d) need %d floats; got %d"
                            .formatted(batch, rows, columns, batchStride, rowStride, columnStride, last + 1,
                                    data.length()));
        }
    }

    /// One dense row-major matrix.
    public static Matrix of(Floats data, int rows, int columns) {
        return new Matrix(data, 1, rows, columns, 0, columns, 1);
    }

    /// Dense row-major matrices one after the other.
    public static Matrix batch(Floats data, int batch, int rows, int columns) {
        return new Matrix(data, batch, rows, columns, rows * columns, columns, 1);
    }

    /// The same floats with rows and columns exchanged.
    public Matrix transpose() {
        return new Matrix(data, batch, columns, rows, batchStride, columnStride, rowStride);
    }
}
