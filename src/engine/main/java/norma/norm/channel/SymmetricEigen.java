package norma.norm.channel;

/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations: each makes one pair of elements off the
/// diagonal zero, until all are (Golub & Van Loan, Matrix Computations, section 8.5). Accurate to the last digits of double,
/// also where eigenvalues are equal.
///
/// @param values e
/// @param vectors V, one in each column: A = V diag(e) V^T
record SymmetricEigen(double[] values, double[][] vectors) {
    /// More than any matrix needs, about ten; one with a NaN ends here with NaN everywhere.
    private static final int SWEEPS = 40;

    private static final double NEGLIGIBLE = 1e-32;

    /// Those of a symmetric matrix, which is overwritten.
    static SymmetricEigen of(double[][] a) {
        int n = a.length;
        double[][] v = new double[n][n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            v[i][i] = 1;
            for (double element : a[i]) {
                total += element * element;
            }
        }
        for (int sweep = 0; sweep < SWEEPS && !(offDiagonal(a) <= NEGLIGIBLE * total); sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, v, p, q);
                }
            }
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = a[i][i];
        }
        return new SymmetricEigen(values, v);
    }

    /// Sum of squares above the diagonal.
    private static double offDiagonal(double[][] a) {
        double sum = 0;
        for (int p = 0; p < a.length; p++) {
            for (int q = p + 1; q < a.length; q++) {
                sum += a[p][q] * a[p][q];
            }
        }
        return sum;
    }

    /// Rotates axes p and q by the angle that makes `a[p][q]` zero; t is its tangent, the smaller root of t^2 + 2 theta t = 1.
    private static void rotate(double[][] a, double[][] v, int p, int q) {
        if (a[p][q] == 0) {
            return;
        }
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1), s = t * c;
        for (int i = 0; i < a.length; i++) {
            rotate(a[i], p, q, c, s);
            rotate(v[i], p, q, c, s);
        }
        for (int i = 0; i < a.length; i++) {
            double ap = a[p][i], aq = a[q][i];
            a[p][i] = c * ap - s * aq;
            a[q][i] = s * ap + c * aq;
        }
    }

    private static void rotate(double[] row, int p, int q, double c, double s) {
        double rp = row[p], rq = row[q];
        row[p] = c * rp - s * rq;
        row[q] = s * rp + c * rq;
    }
}
