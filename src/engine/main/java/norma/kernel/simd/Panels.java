package norma.kernel.simd;

import static norma.kernel.simd.Lanes.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import norma.kernel.Matrix;

/// One factor of a matrix product, cut into the panels that [Tiles] reads.
///
/// A line is a row of A or a column of B; its elements follow k. A panel holds a few lines side by side: all their
/// elements of one k stand together, then those of the next k. Lines that a panel has room for but the matrix lacks are
/// zeros.
///
/// Panels of A have [Tiles#ROWS] lines, those of B two vectors; the last one of B may be a single vector.
final class Panels {
    private static final int L = Lanes.LANES;

    /// Values of k copied from side-by-side lines before going on to the next panel: a page of memory may hold only
    /// one.
    private static final int RUNS = 64;

    /// The transposition works on squares of 8 by 8, which fit in registers everywhere and divide every panel.
    private static final int SIDE = 8;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    private static final VectorShuffle<Float> SWAP1 = VectorShuffle.fromOp(S, i -> i ^ 1);
    private static final VectorShuffle<Float> SWAP2 = VectorShuffle.fromOp(S, i -> i ^ 2);
    private static final VectorShuffle<Float> SWAP4 = VectorShuffle.fromOp(S, i -> i ^ 4);
    private static final VectorMask<Float> ODD1 = VectorMask.fromLong(S, 0b10101010);
    private static final VectorMask<Float> ODD2 = VectorMask.fromLong(S, 0b11001100);
    private static final VectorMask<Float> ODD4 = VectorMask.fromLong(S, 0b11110000);

    /// Number of lines, and of panels.
    final int lines;
    final int count;

    /// Lines of a panel that is not the last.
    final int width;

    /// The factor, where its first element lies, how far it is from there to the next line and to the next k.
    private final float[] data;
    private final int first;
    private final int across;
    private final int along;

    /// Lines with padding.
    private final int padded;

    private Panels(Matrix x, int index, int lines, int across, int along, int unit, int units) {
        this.data = x.data().array();
        this.first = x.data().offset() + index * x.batchStride();
        this.lines = lines;
        this.across = across;
        this.along = along;
        this.width = unit * units;
        this.padded = Math.ceilDiv(lines, unit) * unit;
        this.count = Math.ceilDiv(lines, width);
    }

    /// The rows of matrix `index` of a batch.
    static Panels ofRows(Matrix a, int index) {
        return new Panels(a, index, a.rows(), a.rowStride(), a.columnStride(), Tiles.ROWS, 1);
    }

    /// The columns of matrix `index` of a batch.
    static Panels ofColumns(Matrix b, int index) {
        return new Panels(b, index, b.columns(), b.columnStride(), b.rowStride(), L, 2);
    }

    /// The first line of panel `p`; of the panel after the last, the number of lines with padding.
    int start(int p) {
        return p == count ? padded : p * width;
    }

    /// The first line of panel `p`, or the number of lines of the matrix if there is no such panel.
    int edge(int p) {
        return Math.min(start(p), lines);
    }

    /// Copies panels `[from, to)` for `depth` values of k, the first of which is `k`: panel p to
    /// `toAt + (start(p) - start(from)) * depth`.
    void pack(int from, int to, int k, int depth, float[] target, int targetAt) {
        int most = across == 1 ? RUNS : depth;
        for (int done = 0; done < depth; done += most) {
            int count = Math.min(most, depth - done);
            for (int p = from; p < to; p++) {
                int lanes = start(p + 1) - start(p);
                int source = first + start(p) * across + (k + done) * along;
                int panel = targetAt + (start(p) - start(from)) * depth + done * lanes;
                lines(data, source, across, along, edge(p + 1) - start(p), count, target, panel, lanes);
            }
        }
    }

    /// Copies some lines to one panel: `to[toAt + k * width + i] = from[at + i * across + k * along]` for i in
    /// `[0, lines)`, and zeros up to `width`.
    static void lines(float[] from, int at, int across, int along, int lines, int depth, float[] to, int toAt,
            int width) {
        if (lines < width) {
            Arrays.fill(to, toAt, toAt + depth * width, 0);
        }
        int done = 0;
        if (across == 1) {
            done = copy(from, at, along, lines, depth, to, toAt, width);
        } else if (along == 1 && L >= SIDE) {
            done = transpose(from, at, across, lines, depth, to, toAt, width);
        }
        if (done < lines) {
            gather(from, at + done * across, across, along, lines - done, depth, to, toAt + done, width);
        }
    }

    /// Lines lie side by side: as many as fill vectors are copied, and their number is returned.
    private static int copy(float[] from, int at, int along, int lines, int depth, float[] to, int toAt, int width) {
        if (lines == SIDE && L > SIDE) {
            for (int k = 0; k < depth; k++) {
                FloatVector.fromArray(S, from, at + k * along).intoArray(to, toAt + k * width);
            }
            return SIDE;
        }
        int whole = F.loopBound(lines);
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < whole; i += L) {
                FloatVector.fromArray(F, from, at + k * along + i).intoArray(to, toAt + k * width + i);
            }
        }
        return whole;
    }

    /// Each line is a run of `depth` floats: as many as fill squares are transposed, and their number is returned.
    private static int transpose(float[] from, int at, int across, int lines, int depth, float[] to, int toAt,
            int width) {
        int whole = lines - lines % SIDE;
        int square = depth - depth % SIDE;
        for (int i = 0; i < whole; i += SIDE) {
            squares(from, at + i * across, across, square, to, toAt + i, width);
            gather(from, at + i * across + square, across, 1, SIDE, depth - square, to, toAt + square * width + i,
                    width);
        }
        return whole;
    }

    /// Square after square, each in log2(8) rounds: round d exchanges bit d of the row with bit d of the lane.
    private static void squares(float[] from, int at, int across, int depth, float[] to, int toAt, int width) {
        for (int k = 0; k < depth; k += SIDE) {
            int i = at + k;
            int j = toAt + k * width;
            FloatVector a0 = FloatVector.fromArray(S, from, i);
            FloatVector a1 = FloatVector.fromArray(S, from, i + across);
            FloatVector a2 = FloatVector.fromArray(S, from, i + 2 * across);
            FloatVector a3 = FloatVector.fromArray(S, from, i + 3 * across);
            FloatVector a4 = FloatVector.fromArray(S, from, i + 4 * across);
            FloatVector a5 = FloatVector.fromArray(S, from, i + 5 * across);
            FloatVector a6 = FloatVector.fromArray(S, from, i + 6 * across);
            FloatVector a7 = FloatVector.fromArray(S, from, i + 7 * across);

            FloatVector b0 = a0.blend(a1.rearrange(SWAP1), ODD1);
            FloatVector b1 = a0.rearrange(SWAP1).blend(a1, ODD1);
            FloatVector b2 = a2.blend(a3.rearrange(SWAP1), ODD1);
            FloatVector b3 = a2.rearrange(SWAP1).blend(a3, ODD1);
            FloatVector b4 = a4.blend(a5.rearrange(SWAP1), ODD1);
            FloatVector b5 = a4.rearrange(SWAP1).blend(a5, ODD1);
            FloatVector b6 = a6.blend(a7.rearrange(SWAP1), ODD1);
            FloatVector b7 = a6.rearrange(SWAP1).blend(a7, ODD1);

            FloatVector c0 = b0.blend(b2.rearrange(SWAP2), ODD2);
            FloatVector c2 = b0.rearrange(SWAP2).blend(b2, ODD2);
            FloatVector c1 = b1.blend(b3.rearrange(SWAP2), ODD2);
            FloatVector c3 = b1.rearrange(SWAP2).blend(b3, ODD2);
            FloatVector c4 = b4.blend(b6.rearrange(SWAP2), ODD2);
            FloatVector c6 = b4.rearrange(SWAP2).blend(b6, ODD2);
            FloatVector c5 = b5.blend(b7.rearrange(SWAP2), ODD2);
            FloatVector c7 = b5.rearrange(SWAP2).blend(b7, ODD2);

            c0.blend(c4.rearrange(SWAP4), ODD4).intoArray(to, j);
            c1.blend(c5.rearrange(SWAP4), ODD4).intoArray(to, j + width);
            c2.blend(c6.rearrange(SWAP4), ODD4).intoArray(to, j + 2 * width);
            c3.blend(c7.rearrange(SWAP4), ODD4).intoArray(to, j + 3 * width);
            c0.rearrange(SWAP4).blend(c4, ODD4).intoArray(to, j + 4 * width);
            c1.rearrange(SWAP4).blend(c5, ODD4).intoArray(to, j + 5 * width);
            c2.rearrange(SWAP4).blend(c6, ODD4).intoArray(to, j + 6 * width);
            c3.rearrange(SWAP4).blend(c7, ODD4).intoArray(to, j + 7 * width);
        }
    }

    private static void gather(float[] from, int at, int across, int along, int lines, int depth, float[] to, int toAt,
            int width) {
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < lines; i++) {
                to[toAt + k * width + i] = from[at + i * across + k * along];
            }
        }
    }
}
