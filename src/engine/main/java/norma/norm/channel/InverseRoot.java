package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import java.util.Arrays;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A way to find W = A^(-1/2) of symmetric positive definite matrices.
///
/// Shapes: A and W (G, n, n).
public sealed interface InverseRoot {

    /// The inverse root of each matrix.
    Tensor of(Tensor a);

    /// By a few steps of Newton's iteration, which needs products of small matrices only (Huang et al. 2019, arXiv 1904.03441):
    ///
    ///     P = I, then T times P = (3 P - P^3 S) / 2    S = A / tr(A)        W = P / sqrt(tr(A))
    ///
    /// It converges, since the eigenvalues of S lie in (0, 1]. As the paper writes it, rounding errors that do not commute with
    /// S grow with each step: in float32, with 64 channels, an error of 1e-6 after ten steps becomes 0.4 after twenty. The same
    /// P comes from the coupled iteration, which is stable (Higham 2008, Functions of Matrices): Y = S and P = I, then T times
    /// F = (3 I - P Y) / 2, Y = Y F, P = F P.
    ///
    /// @param iterations T
    record Newton(int iterations) implements InverseRoot {

        @Override
        public Tensor of(Tensor a) {
            Tensor identity = Tensor.eye(a.dim(-1));
            Tensor trace = a.multiply(identity).sum(keepDims(-2, -1));
            Tensor y = a.divide(trace), p = identity;
            for (int i = 0; i < iterations; i++) {
                Tensor f = identity.multiply(1.5f).subtract(p.matmul(y).multiply(0.5f));
                y = y.matmul(f);
                p = f.matmul(p);
            }
            return p.divide(trace.sqrt());
        }
    }

    /// From the eigenvalues: W = V diag(e^(-1/2)) V^T where A = V diag(e) V^T. Eigenvalues that are small beside the largest
    /// are what the rounding of A left of them, and may come out negative: none counts as less than n 2^-24 times the largest.
    record Eigenvalues() implements InverseRoot {

        @Override
        public Tensor of(Tensor a) {
            Tensor vectors = Tensor.empty(a.shape()), slopes = Tensor.empty(a.shape()), w = Tensor.empty(a.shape());
            int n = a.dim(-1);
            float[] as = a.toArray(), vs = new float[as.length], ks = new float[as.length], ws = new float[as.length];
            for (int g = 0; g < a.dim(0); g++) {
                SymmetricEigen eigen = SymmetricEigen.of(matrix(as, g, n));
                double[][] v = eigen.vectors();
                double[] roots = roots(eigen.values());
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        int at = (g * n + i) * n + j;
                        ws[at] = (float) quotients(v[i], v[j], roots);
                        vs[at] = (float) v[i][j];
                        ks[at] = (float) (-1 / (roots[i] * roots[j] * (roots[i] + roots[j])));
                    }
                }
            }
            w.set(ws);
            vectors.set(vs);
            slopes.set(ks);
            return Tape.record(new Fused(a, vectors, slopes), w);
        }

        private static double[] roots(double[] eigenvalues) {
            double floor = Arrays.stream(eigenvalues).max().orElse(0) * eigenvalues.length * 0x1p-24;
            return Arrays.stream(eigenvalues).map(e -> Math.sqrt(Math.max(e, floor))).toArray();
        }

        /// The sum of a b / c.
        private static double quotients(double[] a, double[] b, double[] c) {
            double sum = 0;
            for (int k = 0; k < c.length; k++) {
                sum += a[k] * b[k] / c[k];
            }
            return sum;
        }

        private static double[][] matrix(float[] a, int g, int n) {
            double[][] matrix = new double[n][n];
            for (int i = 0; i < n * n; i++) {
                matrix[i / n][i % n] = a[g * n * n + i];
            }
            return matrix;
        }

        /// dA = V (K * (V^T dW V)) V^T, where `K[i][j] = (s_i - s_j) / (e_i - e_j)` with s = e^(-1/2). Written
        ///
        ///     K[i][j] = -1 / (sqrt(e_i e_j) (sqrt(e_i) + sqrt(e_j)))
        ///
        /// it is the same, and finite where eigenvalues are equal; the gradient of a general eigendecomposition is NaN there.
        ///
        /// @param a A
        /// @param vectors V (G, n, n)
        /// @param slopes K (G, n, n)
        private record Fused(Tensor a, Tensor vectors, Tensor slopes) implements Op.Fused {
            /// Enough for eigenvalues of 1e-6 of the trace.
            private static final Newton DEFINITION = new Newton(24);

            @Override
            public Tensor[] inputs() {
                return new Tensor[] {a};
            }

            @Override
            public Tensor[] backward(Tensor dw) {
                Tensor rotated = vectors.transpose(1, 2).matmul(dw).matmul(vectors);
                return new Tensor[] {vectors.matmul(slopes.multiply(rotated)).matmulTransposed(vectors)};
            }

            @Override
            public Tensor definition() {
                return DEFINITION.of(a);
            }

            @Override
            public String name() {
                return "inverse root";
            }
        }
    }
}
