package norma.norm.channel;

import java.util.Arrays;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// W = A^(-1/2) = V diag(e^(-1/2)) V^T for symmetric positive definite A = V diag(e) V^T; A and W (G, n, n).
///
/// Backward: dA = V (K * (V^T dW V)) V^T, where `K[i][j] = (s_i - s_j) / (e_i - e_j)` with s = e^(-1/2). Written
///
///     K[i][j] = -1 / (sqrt(e_i e_j) (sqrt(e_i) + sqrt(e_j)))
///
/// it is the same, and finite where eigenvalues are equal; the gradient of a general eigendecomposition is NaN there.
///
/// Eigenvalues that are small beside the largest are what the rounding of A left of them, and may come out negative: none
/// counts as less than n 2^-24 times the largest.
///
/// @param a A
/// @param vectors V (G, n, n)
/// @param slopes K (G, n, n)
record InverseRoot(Tensor a, Tensor vectors, Tensor slopes) implements Op.Fused {
    /// Enough for eigenvalues of 1e-6 of the trace.
    private static final int NEWTON_STEPS = 24;

    /// The inverse root of each matrix.
    static Tensor of(Tensor a) {
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
        return Tape.record(new InverseRoot(a, vectors, slopes), w);
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

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {a};
    }

    @Override
    public Tensor[] backward(Tensor dw) {
        Tensor turned = vectors.transpose(1, 2).matmul(dw).matmul(vectors);
        return new Tensor[] {vectors.matmul(slopes.multiply(turned)).matmulTransposed(vectors)};
    }

    /// Newton's iteration for both roots together, which is stable (Higham 2008, Functions of Matrices): from Y = A /
    /// tr(A) and Z = I, with T = (3 I - Z Y) / 2 take Y T and T Z; Z goes to (A / tr(A))^(-1/2).
    @Override
    public Tensor definition() {
        Tensor identity = Tensor.identity(a.dim(-1));
        Tensor trace = a.multiply(identity).sum(-2, -1);
        Tensor y = a.divide(trace), z = identity;
        for (int i = 0; i < NEWTON_STEPS; i++) {
            Tensor t = identity.multiply(3).subtract(z.matmul(y)).multiply(0.5f);
            y = y.matmul(t);
            z = t.matmul(z);
        }
        return z.divide(trace.sqrt());
    }

    @Override
    public String name() {
        return "inverse root";
    }
}
