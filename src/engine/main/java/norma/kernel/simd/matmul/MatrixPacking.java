package norma.kernel.simd.matmul;

import norma.kernel.Matrix;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// One factor of a matrix product, cut into the panels that [MatmulTiles] reads.
///
/// A line is a row of A or a column of B; its elements follow k. A panel holds a few lines side by side: all their
/// elements of one k stand together, then those of the next k. Lines that a panel has room for but the matrix lacks are
/// zeros.
///
/// Panels of A have [MatmulTiles#ROWS] lines, those of B two vectors; the last one of B may be a single vector. Rows of A may also
/// be read where they lie, and a whole factor may be packed once for many products.
final class MatrixPacking {
    private static final int L = Species.LANES;

    /// Values of k copied from side-by-side lines before going on to the next panel: a page of memory may hold only
    /// one.
    private static final int RUNS = 64;

    /// Number of lines, and of panels.
    final int lines;
    final int count;

    /// Lines of a panel that is not the last.
    final int width;

    /// The factor, where its first element lies, how far it is from there to the next line and to the next k.
    final float[] data;
    final int across;
    private final int first;
    private final int along;

    /// Whether lines are read where they lie; only a last panel of fewer lines is packed.
    final boolean inPlace;

    /// All panels one after the other, each for all k, or null if they are packed product by product.
    final float[] ready;

    /// Lines with padding.
    private final int padded;

    private MatrixPacking(Matrix x, int index, int lines, int across, int along, int unit, int units, boolean inPlace) {
        this.data = x.data().array();
        this.first = x.data().offset() + index * x.batchStride();
        this.lines = lines;
        this.across = across;
        this.along = along;
        this.width = unit * units;
        this.padded = Math.ceilDiv(lines, unit) * unit;
        this.count = Math.ceilDiv(lines, width);
        this.inPlace = inPlace;
        this.ready = null;
    }

    /// The same lines, packed: what they were copied from is not kept.
    private MatrixPacking(MatrixPacking lines, float[] ready) {
        this.data = null;
        this.first = 0;
        this.lines = lines.lines;
        this.across = 0;
        this.along = 0;
        this.width = lines.width;
        this.padded = lines.padded;
        this.count = lines.count;
        this.inPlace = false;
        this.ready = ready;
    }

    /// The rows of matrix `index` of a batch, which must lie in one piece each to be read in place.
    static MatrixPacking ofRows(Matrix a, int index, boolean inPlace) {
        return new MatrixPacking(a, index, a.rows(), a.rowStride(), a.columnStride(), MatmulTiles.ROWS, 1, inPlace);
    }

    /// The columns of matrix `index` of a batch.
    static MatrixPacking ofColumns(Matrix b, int index) {
        return new MatrixPacking(b, index, b.columns(), b.columnStride(), b.rowStride(), L, 2, false);
    }

    /// These panels, packed once and for all. Without vectors: this runs when a model is loaded, before anything is compiled, where
    /// a plain loop is soon fast and a vector takes a microsecond.
    ///
    /// @param depth values of k, all of them
    MatrixPacking packed(int depth) {
        float[] target = new float[Math.multiplyExact(padded, depth)];
        Workers.split(count, Workers.grain(width * depth), (from, to) -> {
            for (int p = from; p < to; p++) {
                Interleaving.gather(data, at(p, 0), across, along, edge(p + 1) - start(p), depth, target,
                        start(p) * depth,
                        start(p + 1) - start(p));
            }
        });
        return new MatrixPacking(this, target);
    }

    /// Where panel `p` lies in [#ready] from `k` on.
    ///
    /// @param depth values of k, all of them
    int readyAt(int p, int k, int depth) {
        return start(p) * depth + k * (start(p + 1) - start(p));
    }

    /// The first line of panel `p`; of the panel after the last, the number of lines with padding.
    int start(int p) {
        return p == count ? padded : p * width;
    }

    /// The first line of panel `p`, or the number of lines of the matrix if there is no such panel.
    int edge(int p) {
        return Math.min(start(p), lines);
    }

    /// Whether the lines of panel `p` are read where they lie.
    boolean inPlace(int p) {
        return inPlace && start(p) + width <= lines;
    }

    /// Where the first line of panel `p` lies, at `k`.
    int at(int p, int k) {
        return first + start(p) * across + k * along;
    }

    /// Copies those of the panels `[from, to)` that are not read in place, for `depth` values of k from `k` on: panel p to
    /// `toAt + (start(p) - start(from)) * depth`.
    void pack(int from, int to, int k, int depth, float[] target, int targetAt) {
        int most = across == 1 ? RUNS : depth;
        for (int done = 0; done < depth; done += most) {
            int count = Math.min(most, depth - done);
            for (int p = inPlace(from) ? Math.min(to, lines / width) : from; p < to; p++) {
                int lanes = start(p + 1) - start(p);
                int source = at(p, k + done);
                int panel = targetAt + (start(p) - start(from)) * depth + done * lanes;
                Interleaving.lines(data, source, across, along, edge(p + 1) - start(p), count, target, panel, lanes);
            }
        }
    }
}
