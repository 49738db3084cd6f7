package norma.kernel.simd.matmul;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import norma.kernel.Matrix;
import norma.kernel.contract.ElementwiseKernel;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// The matrix product when A has one row or two and the rows of B lie in one piece each: B is used so seldom that packing it
/// for [MatmulTiles] would cost more than the product. Time goes into reading B, once and in its own order.
///
/// The sums are the same chains in the order of k as in [BlockedMatmul], so the same row gets the same bits.
final class SkinnyMatmul {
    /// Up to so many rows it is faster than [BlockedMatmul].
    private static final int MOST = 2;

    private static final int L = Species.LANES;

    /// Columns of a chunk are a multiple of this; with 64 values of k they are 16 KB, half of a first-level cache.
    private static final int COLUMNS = 64;
    private static final int BLOCK = 64;

    /// Elements of B that make a chunk worth handing to a thread: about 5 microseconds.
    private static final int LEAST_WORK = 1 << 16;

    private final Matrix a;
    private final Matrix b;
    private final Matrix c;
    private final int aAt;
    private final int bAt;
    private final int cAt;
    private final Epilogue epilogue;
    private final ElementwiseKernel elementwise;

    /// Whether a product is one for this class.
    static boolean suits(Matrix b, Matrix c) {
        return c.rows() <= MOST && b.columnStride() == 1;
    }

    SkinnyMatmul(Matrix a, Matrix b, Matrix c, int index, Epilogue epilogue, ElementwiseKernel elementwise) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.aAt = a.data().offset() + index * a.batchStride();
        this.bAt = b.data().offset() + index * b.batchStride();
        this.cAt = c.data().offset() + index * c.batchStride();
        this.epilogue = epilogue;
        this.elementwise = elementwise;
    }

    void run() {
        int pieces = Math.ceilDiv(LEAST_WORK, Math.max(1, a.columns()) * COLUMNS);
        Workers.split(c.columns(), Math.clamp((long) pieces * COLUMNS, COLUMNS, 8 * COLUMNS), this::chunk);
    }

    /// Columns `[from, to)` of C.
    private void chunk(int from, int to) {
        for (int i = 0; i < c.rows(); i++) {
            epilogue.begin(c.data().array(), cAt + i * c.rowStride() + from, from, to - from);
        }
        for (int k = 0; k < a.columns(); k += BLOCK) {
            int depth = Math.min(BLOCK, a.columns() - k);
            add(k, depth, b.data().array(), bAt + k * b.rowStride() + from, b.rowStride(), from, to - from);
        }
        for (int i = 0; i < c.rows(); i++) {
            epilogue.end(c.data(), cAt + i * c.rowStride() + from, to - from, elementwise);
        }
    }

    /// C += A times `depth` rows of B, in `count` columns from `column` on.
    private void add(int k, int depth, float[] rows, int at, int stride, int column, int count) {
        float[] x = a.data().array();
        float[] y = c.data().array();
        for (int i = 0; i < c.rows(); i++) {
            int xAt = aAt + i * a.rowStride() + k * a.columnStride();
            int yAt = cAt + i * c.rowStride() + column;
            int done = 0;
            for (; done + 8 <= depth; done += 8) {
                addEight(x, xAt + done * a.columnStride(), a.columnStride(), rows, at + done * stride, stride, y, yAt,
                        count);
            }
            for (; done < depth; done++) {
                addOne(x[xAt + done * a.columnStride()], rows, at + done * stride, y, yAt, count);
            }
        }
    }

    /// c += a0 b0 + ... + a7 b7: eight rows of B for one load and one store of C.
    private static void addEight(float[] a, int aAt, int aStride, float[] b, int bAt, int bRow, float[] c, int cAt,
            int count) {
        FloatVector a0 = FloatVector.broadcast(F, a[aAt]);
        FloatVector a1 = FloatVector.broadcast(F, a[aAt + aStride]);
        FloatVector a2 = FloatVector.broadcast(F, a[aAt + 2 * aStride]);
        FloatVector a3 = FloatVector.broadcast(F, a[aAt + 3 * aStride]);
        FloatVector a4 = FloatVector.broadcast(F, a[aAt + 4 * aStride]);
        FloatVector a5 = FloatVector.broadcast(F, a[aAt + 5 * aStride]);
        FloatVector a6 = FloatVector.broadcast(F, a[aAt + 6 * aStride]);
        FloatVector a7 = FloatVector.broadcast(F, a[aAt + 7 * aStride]);
        int whole = F.loopBound(count);
        for (int j = 0; j < whole; j += L) {
            FloatVector sum = FloatVector.fromArray(F, c, cAt + j);
            sum = a0.fma(FloatVector.fromArray(F, b, bAt + j), sum);
            sum = a1.fma(FloatVector.fromArray(F, b, bAt + bRow + j), sum);
            sum = a2.fma(FloatVector.fromArray(F, b, bAt + 2 * bRow + j), sum);
            sum = a3.fma(FloatVector.fromArray(F, b, bAt + 3 * bRow + j), sum);
            sum = a4.fma(FloatVector.fromArray(F, b, bAt + 4 * bRow + j), sum);
            sum = a5.fma(FloatVector.fromArray(F, b, bAt + 5 * bRow + j), sum);
            sum = a6.fma(FloatVector.fromArray(F, b, bAt + 6 * bRow + j), sum);
            sum = a7.fma(FloatVector.fromArray(F, b, bAt + 7 * bRow + j), sum);
            sum.intoArray(c, cAt + j);
        }
        for (int j = whole; j < count; j++) {
            for (int k = 0; k < 8; k++) {
                c[cAt + j] = Math.fma(a[aAt + k * aStride], b[bAt + k * bRow + j], c[cAt + j]);
            }
        }
    }

    private static void addOne(float a, float[] b, int bAt, float[] c, int cAt, int count) {
        FloatVector a0 = FloatVector.broadcast(F, a);
        int whole = F.loopBound(count);
        for (int j = 0; j < whole; j += L) {
            FloatVector sum = FloatVector.fromArray(F, c, cAt + j);
            a0.fma(FloatVector.fromArray(F, b, bAt + j), sum).intoArray(c, cAt + j);
        }
        for (int j = whole; j < count; j++) {
            c[cAt + j] = Math.fma(a, b[bAt + j], c[cAt + j]);
        }
    }
}
