package norma.kernel.simd.attention;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import norma.kernel.simd.matmul.MatmulTiles;
import norma.kernel.simd.vector.Species;

/// The innermost loops of products of blocks that lie in first- and second-level caches. A block has rows of [#SIDE]
/// floats, one behind the other: so it can be read as A, as A^T and as B where it lies, and a row's distance is a
/// constant of the code.
///
/// A tile of C has four rows and two vectors of columns. Eight chains of multiply-adds keep the machine as busy as the
/// sixteen of [MatmulTiles], half of which would not fit into the registers of AVX2; and a staircase of visible keys wastes
/// less.
///
/// Each element of C is one chain of fused multiply-adds in the order of k. Why the bodies call nothing of ours, and why A
/// and A^T have one each, is told in [MatmulTiles]; with one for both a tile took 23 % longer.
final class AttentionTiles {
    /// Floats in a row of a block.
    static final int SIDE = 64;

    /// Rows and columns of a tile.
    static final int ROWS = 4;
    static final int COLUMNS = 2 * Species.LANES;

    private static final int L = Species.LANES;
    private static final float[] ZEROS = new float[ROWS * SIDE];

    private AttentionTiles() {
    }

    /// C = A B, or C += A B if `add`: four rows of A from `aAt` on, `depth` columns.
    static void multiply(float[] a, int aAt, float[] b, int bAt, int depth, boolean add, float[] c, int cAt) {
        float[] d = add ? c : ZEROS;
        int dAt = add ? cAt : 0;
        FloatVector c00 = FloatVector.fromArray(F, d, dAt);
        FloatVector c01 = FloatVector.fromArray(F, d, dAt + L);
        FloatVector c10 = FloatVector.fromArray(F, d, dAt + SIDE);
        FloatVector c11 = FloatVector.fromArray(F, d, dAt + SIDE + L);
        FloatVector c20 = FloatVector.fromArray(F, d, dAt + 2 * SIDE);
        FloatVector c21 = FloatVector.fromArray(F, d, dAt + 2 * SIDE + L);
        FloatVector c30 = FloatVector.fromArray(F, d, dAt + 3 * SIDE);
        FloatVector c31 = FloatVector.fromArray(F, d, dAt + 3 * SIDE + L);
        for (int k = 0; k < depth; k++) {
            int j = bAt + k * SIDE;
            FloatVector b0 = FloatVector.fromArray(F, b, j);
            FloatVector b1 = FloatVector.fromArray(F, b, j + L);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + SIDE + k]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + 2 * SIDE + k]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + 3 * SIDE + k]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + SIDE);
        c11.intoArray(c, cAt + SIDE + L);
        c20.intoArray(c, cAt + 2 * SIDE);
        c21.intoArray(c, cAt + 2 * SIDE + L);
        c30.intoArray(c, cAt + 3 * SIDE);
        c31.intoArray(c, cAt + 3 * SIDE + L);
    }

    /// C = A^T B, or C += A^T B if `add`: four columns of A from `aAt` on, `depth` rows.
    static void multiplyTransposed(float[] a, int aAt, float[] b, int bAt, int depth, boolean add, float[] c, int cAt) {
        float[] d = add ? c : ZEROS;
        int dAt = add ? cAt : 0;
        FloatVector c00 = FloatVector.fromArray(F, d, dAt);
        FloatVector c01 = FloatVector.fromArray(F, d, dAt + L);
        FloatVector c10 = FloatVector.fromArray(F, d, dAt + SIDE);
        FloatVector c11 = FloatVector.fromArray(F, d, dAt + SIDE + L);
        FloatVector c20 = FloatVector.fromArray(F, d, dAt + 2 * SIDE);
        FloatVector c21 = FloatVector.fromArray(F, d, dAt + 2 * SIDE + L);
        FloatVector c30 = FloatVector.fromArray(F, d, dAt + 3 * SIDE);
        FloatVector c31 = FloatVector.fromArray(F, d, dAt + 3 * SIDE + L);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k * SIDE;
            int j = bAt + k * SIDE;
            FloatVector b0 = FloatVector.fromArray(F, b, j);
            FloatVector b1 = FloatVector.fromArray(F, b, j + L);
            FloatVector a0 = FloatVector.broadcast(F, a[i]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[i + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[i + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[i + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + SIDE);
        c11.intoArray(c, cAt + SIDE + L);
        c20.intoArray(c, cAt + 2 * SIDE);
        c21.intoArray(c, cAt + 2 * SIDE + L);
        c30.intoArray(c, cAt + 3 * SIDE);
        c31.intoArray(c, cAt + 3 * SIDE + L);
    }
}
