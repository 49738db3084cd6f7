package norma.kernel.simd.matmul;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import norma.kernel.simd.vector.Species;

/// The innermost loops of the matrix product: a tile of C stays in registers while a panel of A and a panel of B pass
/// by.
///
/// `a` holds the panel of A at `aAt`: for each k the ROWS values of one column. `b` holds the panel of B at `bAt`: for
/// each k as many vectors as the tile has. `depth` is how many k there are. The tile of C begins at `cAt` and its rows
/// lie `cRow` apart.
///
/// Each element of C is one chain of fused multiply-adds in the order of k, whatever the tile: so its bits depend
/// neither on the tile's size, nor on the width of a vector, nor on where the matrix was cut.
///
/// `rows8x2` and `rows8x1` are `tile8x2` and `tile8x1` but for where A lies. One body for both would take the step from one
/// k to the next as an argument, and C2 moves bounds checks out of a loop only where an index is a constant times k: the
/// tile of 8 x 2 took 25 % longer, a training step 18 %. How far rows lie apart may be an argument at no cost.
///
/// The bodies are unrolled by hand and call nothing of ours: after some dozens of vector operations C2 stops inlining
/// ordinary methods (NodeCountInliningCutoff), and one call would box every accumulator in every round.
public final class MatmulTiles {
    /// Rows of a panel of A.
    static final int ROWS = 8;

    private static final int L = Species.LANES;

    private MatmulTiles() {
    }

    /// C += A B on eight rows and two vectors of columns.
    static void tile8x2(float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c00 = FloatVector.fromArray(F, c, cAt);
        FloatVector c01 = FloatVector.fromArray(F, c, cAt + L);
        FloatVector c10 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c11 = FloatVector.fromArray(F, c, cAt + cRow + L);
        FloatVector c20 = FloatVector.fromArray(F, c, cAt + 2 * cRow);
        FloatVector c21 = FloatVector.fromArray(F, c, cAt + 2 * cRow + L);
        FloatVector c30 = FloatVector.fromArray(F, c, cAt + 3 * cRow);
        FloatVector c31 = FloatVector.fromArray(F, c, cAt + 3 * cRow + L);
        FloatVector c40 = FloatVector.fromArray(F, c, cAt + 4 * cRow);
        FloatVector c41 = FloatVector.fromArray(F, c, cAt + 4 * cRow + L);
        FloatVector c50 = FloatVector.fromArray(F, c, cAt + 5 * cRow);
        FloatVector c51 = FloatVector.fromArray(F, c, cAt + 5 * cRow + L);
        FloatVector c60 = FloatVector.fromArray(F, c, cAt + 6 * cRow);
        FloatVector c61 = FloatVector.fromArray(F, c, cAt + 6 * cRow + L);
        FloatVector c70 = FloatVector.fromArray(F, c, cAt + 7 * cRow);
        FloatVector c71 = FloatVector.fromArray(F, c, cAt + 7 * cRow + L);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k * ROWS;
            int j = bAt + k * 2 * L;
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
            FloatVector a4 = FloatVector.broadcast(F, a[i + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[i + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[i + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[i + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + cRow);
        c11.intoArray(c, cAt + cRow + L);
        c20.intoArray(c, cAt + 2 * cRow);
        c21.intoArray(c, cAt + 2 * cRow + L);
        c30.intoArray(c, cAt + 3 * cRow);
        c31.intoArray(c, cAt + 3 * cRow + L);
        c40.intoArray(c, cAt + 4 * cRow);
        c41.intoArray(c, cAt + 4 * cRow + L);
        c50.intoArray(c, cAt + 5 * cRow);
        c51.intoArray(c, cAt + 5 * cRow + L);
        c60.intoArray(c, cAt + 6 * cRow);
        c61.intoArray(c, cAt + 6 * cRow + L);
        c70.intoArray(c, cAt + 7 * cRow);
        c71.intoArray(c, cAt + 7 * cRow + L);
    }

    /// C += A B on eight rows and one vector of columns.
    static void tile8x1(float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c0 = FloatVector.fromArray(F, c, cAt);
        FloatVector c1 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c2 = FloatVector.fromArray(F, c, cAt + 2 * cRow);
        FloatVector c3 = FloatVector.fromArray(F, c, cAt + 3 * cRow);
        FloatVector c4 = FloatVector.fromArray(F, c, cAt + 4 * cRow);
        FloatVector c5 = FloatVector.fromArray(F, c, cAt + 5 * cRow);
        FloatVector c6 = FloatVector.fromArray(F, c, cAt + 6 * cRow);
        FloatVector c7 = FloatVector.fromArray(F, c, cAt + 7 * cRow);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k * ROWS;
            FloatVector b0 = FloatVector.fromArray(F, b, bAt + k * L);
            c0 = FloatVector.broadcast(F, a[i]).fma(b0, c0);
            c1 = FloatVector.broadcast(F, a[i + 1]).fma(b0, c1);
            c2 = FloatVector.broadcast(F, a[i + 2]).fma(b0, c2);
            c3 = FloatVector.broadcast(F, a[i + 3]).fma(b0, c3);
            c4 = FloatVector.broadcast(F, a[i + 4]).fma(b0, c4);
            c5 = FloatVector.broadcast(F, a[i + 5]).fma(b0, c5);
            c6 = FloatVector.broadcast(F, a[i + 6]).fma(b0, c6);
            c7 = FloatVector.broadcast(F, a[i + 7]).fma(b0, c7);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + cRow);
        c2.intoArray(c, cAt + 2 * cRow);
        c3.intoArray(c, cAt + 3 * cRow);
        c4.intoArray(c, cAt + 4 * cRow);
        c5.intoArray(c, cAt + 5 * cRow);
        c6.intoArray(c, cAt + 6 * cRow);
        c7.intoArray(c, cAt + 7 * cRow);
    }

    /// C += A B on four rows and two vectors of columns.
    static void tile4x2(float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c00 = FloatVector.fromArray(F, c, cAt);
        FloatVector c01 = FloatVector.fromArray(F, c, cAt + L);
        FloatVector c10 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c11 = FloatVector.fromArray(F, c, cAt + cRow + L);
        FloatVector c20 = FloatVector.fromArray(F, c, cAt + 2 * cRow);
        FloatVector c21 = FloatVector.fromArray(F, c, cAt + 2 * cRow + L);
        FloatVector c30 = FloatVector.fromArray(F, c, cAt + 3 * cRow);
        FloatVector c31 = FloatVector.fromArray(F, c, cAt + 3 * cRow + L);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k * ROWS;
            int j = bAt + k * 2 * L;
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
        c10.intoArray(c, cAt + cRow);
        c11.intoArray(c, cAt + cRow + L);
        c20.intoArray(c, cAt + 2 * cRow);
        c21.intoArray(c, cAt + 2 * cRow + L);
        c30.intoArray(c, cAt + 3 * cRow);
        c31.intoArray(c, cAt + 3 * cRow + L);
    }

    /// C += A B on eight rows and two vectors of columns; the rows of A are read where they lie, `aRow` apart.
    static void rows8x2(float[] a, int aAt, int aRow, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c00 = FloatVector.fromArray(F, c, cAt);
        FloatVector c01 = FloatVector.fromArray(F, c, cAt + L);
        FloatVector c10 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c11 = FloatVector.fromArray(F, c, cAt + cRow + L);
        FloatVector c20 = FloatVector.fromArray(F, c, cAt + 2 * cRow);
        FloatVector c21 = FloatVector.fromArray(F, c, cAt + 2 * cRow + L);
        FloatVector c30 = FloatVector.fromArray(F, c, cAt + 3 * cRow);
        FloatVector c31 = FloatVector.fromArray(F, c, cAt + 3 * cRow + L);
        FloatVector c40 = FloatVector.fromArray(F, c, cAt + 4 * cRow);
        FloatVector c41 = FloatVector.fromArray(F, c, cAt + 4 * cRow + L);
        FloatVector c50 = FloatVector.fromArray(F, c, cAt + 5 * cRow);
        FloatVector c51 = FloatVector.fromArray(F, c, cAt + 5 * cRow + L);
        FloatVector c60 = FloatVector.fromArray(F, c, cAt + 6 * cRow);
        FloatVector c61 = FloatVector.fromArray(F, c, cAt + 6 * cRow + L);
        FloatVector c70 = FloatVector.fromArray(F, c, cAt + 7 * cRow);
        FloatVector c71 = FloatVector.fromArray(F, c, cAt + 7 * cRow + L);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k;
            int j = bAt + k * 2 * L;
            FloatVector b0 = FloatVector.fromArray(F, b, j);
            FloatVector b1 = FloatVector.fromArray(F, b, j + L);
            FloatVector a0 = FloatVector.broadcast(F, a[i]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[i + aRow]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(F, a[i + 2 * aRow]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(F, a[i + 3 * aRow]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(F, a[i + 4 * aRow]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(F, a[i + 5 * aRow]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(F, a[i + 6 * aRow]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(F, a[i + 7 * aRow]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + cRow);
        c11.intoArray(c, cAt + cRow + L);
        c20.intoArray(c, cAt + 2 * cRow);
        c21.intoArray(c, cAt + 2 * cRow + L);
        c30.intoArray(c, cAt + 3 * cRow);
        c31.intoArray(c, cAt + 3 * cRow + L);
        c40.intoArray(c, cAt + 4 * cRow);
        c41.intoArray(c, cAt + 4 * cRow + L);
        c50.intoArray(c, cAt + 5 * cRow);
        c51.intoArray(c, cAt + 5 * cRow + L);
        c60.intoArray(c, cAt + 6 * cRow);
        c61.intoArray(c, cAt + 6 * cRow + L);
        c70.intoArray(c, cAt + 7 * cRow);
        c71.intoArray(c, cAt + 7 * cRow + L);
    }

    /// C += A B on eight rows and one vector of columns; the rows of A are read where they lie, `aRow` apart.
    static void rows8x1(float[] a, int aAt, int aRow, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c0 = FloatVector.fromArray(F, c, cAt);
        FloatVector c1 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c2 = FloatVector.fromArray(F, c, cAt + 2 * cRow);
        FloatVector c3 = FloatVector.fromArray(F, c, cAt + 3 * cRow);
        FloatVector c4 = FloatVector.fromArray(F, c, cAt + 4 * cRow);
        FloatVector c5 = FloatVector.fromArray(F, c, cAt + 5 * cRow);
        FloatVector c6 = FloatVector.fromArray(F, c, cAt + 6 * cRow);
        FloatVector c7 = FloatVector.fromArray(F, c, cAt + 7 * cRow);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k;
            FloatVector b0 = FloatVector.fromArray(F, b, bAt + k * L);
            c0 = FloatVector.broadcast(F, a[i]).fma(b0, c0);
            c1 = FloatVector.broadcast(F, a[i + aRow]).fma(b0, c1);
            c2 = FloatVector.broadcast(F, a[i + 2 * aRow]).fma(b0, c2);
            c3 = FloatVector.broadcast(F, a[i + 3 * aRow]).fma(b0, c3);
            c4 = FloatVector.broadcast(F, a[i + 4 * aRow]).fma(b0, c4);
            c5 = FloatVector.broadcast(F, a[i + 5 * aRow]).fma(b0, c5);
            c6 = FloatVector.broadcast(F, a[i + 6 * aRow]).fma(b0, c6);
            c7 = FloatVector.broadcast(F, a[i + 7 * aRow]).fma(b0, c7);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + cRow);
        c2.intoArray(c, cAt + 2 * cRow);
        c3.intoArray(c, cAt + 3 * cRow);
        c4.intoArray(c, cAt + 4 * cRow);
        c5.intoArray(c, cAt + 5 * cRow);
        c6.intoArray(c, cAt + 6 * cRow);
        c7.intoArray(c, cAt + 7 * cRow);
    }

    /// C += A B on two rows and two vectors of columns.
    static void tile2x2(float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt, int cRow) {
        FloatVector c00 = FloatVector.fromArray(F, c, cAt);
        FloatVector c01 = FloatVector.fromArray(F, c, cAt + L);
        FloatVector c10 = FloatVector.fromArray(F, c, cAt + cRow);
        FloatVector c11 = FloatVector.fromArray(F, c, cAt + cRow + L);
        for (int k = 0; k < depth; k++) {
            int i = aAt + k * ROWS;
            int j = bAt + k * 2 * L;
            FloatVector b0 = FloatVector.fromArray(F, b, j);
            FloatVector b1 = FloatVector.fromArray(F, b, j + L);
            FloatVector a0 = FloatVector.broadcast(F, a[i]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(F, a[i + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + cRow);
        c11.intoArray(c, cAt + cRow + L);
    }

    /// C += A B on one row and two vectors of columns.
    static void tile1x2(float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(F, c, cAt);
        FloatVector c1 = FloatVector.fromArray(F, c, cAt + L);
        for (int k = 0; k < depth; k++) {
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k * ROWS]);
            c0 = a0.fma(FloatVector.fromArray(F, b, bAt + k * 2 * L), c0);
            c1 = a0.fma(FloatVector.fromArray(F, b, bAt + k * 2 * L + L), c1);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
    }
}
