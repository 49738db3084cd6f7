package norma.kernel.simd.matmul;

import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.ElementwiseKernel;
import norma.kernel.contract.MatmulKernel;
import norma.kernel.simd.elementwise.SimdElementwise;
import norma.parallel.Workers;

/// Matrix products on vectors; [BlockedMatmul] tells how one is computed.
///
/// Each element of C is one chain of fused multiply-adds in the order of k. So a row of C has the same bits whatever
/// the other rows are and however many there are, and those bits are the reference's.
public final class SimdMatmul implements MatmulKernel {
    /// From this many matrices on each thread takes whole ones; fewer are computed one after the other by all threads.
    private static final int MANY = 16;

    /// Multiply-adds that make a chunk of a batch worth handing to a thread.
    private static final long LEAST_WORK = 1 << 17;

    private final ElementwiseKernel elementwise = new SimdElementwise();

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        MatmulKernel.check(a, b, c, epilogue);
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        if (c.batch() > 1 && b.batchStride() == 0 && stacked(a) && stacked(c)) {
            multiply(stack(a), only(b), stack(c), epilogue);
            return;
        }
        long work = (long) c.rows() * c.columns() * Math.max(1, a.columns());
        int grain = c.batch() < MANY ? Math.max(1, c.batch()) : (int) Math.max(1, LEAST_WORK / work);
        Workers.split(c.batch(), grain, (from, to) -> {
            for (int i = from; i < to; i++) {
                multiply(a, b, c, i, epilogue);
            }
        });
    }

    private void multiply(Matrix a, Matrix b, Matrix c, int index, Epilogue epilogue) {
        if (SkinnyMatmul.suits(b, c)) {
            new SkinnyMatmul(a, b, c, index, epilogue, elementwise).run();
        } else {
            new BlockedMatmul(a, MatrixPacking.ofColumns(b, index), c, index, epilogue, elementwise).run();
        }
    }

    @Override
    public Packed pack(Matrix b) {
        MatmulKernel.requireOne(b);
        MatrixPacking panels = MatrixPacking.ofColumns(b, 0).packed(b.rows());
        // its shape; b itself is not kept
        Matrix outline = new Matrix(Floats.zeros(1), 1, b.rows(), b.columns(), 0, 0, 0);
        return (a, c, epilogue) -> {
            MatmulKernel.check(a, outline, c, epilogue);
            if (c.rows() > 0 && c.columns() > 0) {
                new BlockedMatmul(a, panels, c, 0, epilogue, elementwise).run();
            }
        };
    }

    /// Whether the rows of all matrices of the batch are those of one tall matrix.
    private static boolean stacked(Matrix x) {
        return x.batchStride() == x.rows() * x.rowStride();
    }

    private static Matrix stack(Matrix x) {
        return new Matrix(x.data(), 1, x.batch() * x.rows(), x.columns(), 0, x.rowStride(), x.columnStride());
    }

    private static Matrix only(Matrix x) {
        return new Matrix(x.data(), 1, x.rows(), x.columns(), 0, x.rowStride(), x.columnStride());
    }
}
