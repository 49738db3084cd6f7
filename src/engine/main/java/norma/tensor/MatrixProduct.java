package norma.tensor;

import norma.backend.Backend;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;

/// C = A' B' for each matrix of a batch, where A' is a or, if `ta`, its transpose; B' likewise.
///
/// Shapes: A' (..., m, k), B' (..., k, n), C (..., m, n). Derivatives: dA' = dC B'^T, dB' = A'^T dC.
record MatrixProduct(Tensor a, boolean ta, Tensor b, boolean tb) implements Op {

    static Tensor of(Tensor a, boolean ta, Tensor b, boolean tb) {
        if (a.shape().rank() < 2 || b.shape().rank() < 2 || inner(a, ta) != inner(b, !tb)) {
            throw new IllegalArgumentException(
                    "matmul: the last axis of a must be the last but one of b; got a %s%s and b %s%s; transpose one?"
                            .formatted(
                                    a.shape(), ta ? " transposed" : "", b.shape(), tb ? " transposed" : ""));
        }
        if (b.shape().rank() == 2 && a.shape().rank() > 2 && !ta) {
            Tensor rows = of(a.reshape(a.shape().rows(), a.dim(-1)), false, b, tb);
            return rows.reshape(a.shape().with(-1, rows.dim(1)));
        }
        Shape batch = Shape.broadcast("matmul", a.shape().slice(0, a.shape().rank() - 2),
                b.shape().slice(0, b.shape().rank() - 2));
        return ofEqualBatches(a.expand(batch.append(a.dim(-2), a.dim(-1))), ta,
                b.expand(batch.append(b.dim(-2), b.dim(-1))), tb, batch);
    }

    private static Tensor ofEqualBatches(Tensor a, boolean ta, Tensor b, boolean tb, Shape batch) {
        Matrix ma = matrix(a, ta, batch.size());
        Matrix mb = matrix(b, tb, batch.size());
        Tensor c = Tensor.empty(batch.append(ma.rows(), mb.columns()));
        Backend.kernels().matmul().multiply(ma, mb, matrix(c, false, batch.size()), MatmulKernel.Epilogue.NONE);
        return Tape.record(new MatrixProduct(a, ta, b, tb), c);
    }

    private static int inner(Tensor a, boolean transposed) {
        return a.dim(transposed ? -2 : -1);
    }

    private static Matrix matrix(Tensor a, boolean transposed, int batch) {
        Matrix matrix = Matrix.batch(a.data(), batch, a.dim(-2), a.dim(-1));
        return transposed ? matrix.transpose() : matrix;
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {a, b};
    }

    @Override
    public Tensor[] backward(Tensor dc) {
        Tensor da = !a.tracked() ? null : ta ? of(b, tb, dc, true) : of(dc, false, b, !tb);
        Tensor db = !b.tracked() ? null : tb ? of(dc, true, a, ta) : of(a, !ta, dc, false);
        return new Tensor[] {da, db};
    }

    @Override
    public String name() {
        return "matmul";
    }
}
