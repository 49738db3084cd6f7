package norma.tornado.code;

/// Sums and means in double, whose rounding does not count.
///
/// A box holds `rows` rows that begin `rowStride` apart, of `columns` elements that lie `columnStride` apart.
final class Sums {

    private Sums() {
    }

    /// The sum of n elements that lie `stride` apart.
    static double of(float[] s, int first, int n, int stride) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += s[first + k * stride];
        }
        return sum;
    }

    /// The mean of a box.
    static double mean(float[] s, int first, int rows, int rowStride, int columns, int columnStride) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                sum += s[first + r * rowStride + c * columnStride];
            }
        }
        return sum / ((double) rows * columns);
    }

    /// The mean of `(x - center)^2` over a box.
    static double spread(float[] s, int first, int rows, int rowStride, int columns, int columnStride, double center) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                double d = s[first + r * rowStride + c * columnStride] - center;
                sum += d * d;
            }
        }
        return sum / ((double) rows * columns);
    }

    /// How many of n elements part `part` has, if the parts take turns.
    static int share(int n, int part, int parts) {
        return (n - part + parts - 1) / parts;
    }
}
