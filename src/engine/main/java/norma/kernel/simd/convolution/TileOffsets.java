package norma.kernel.simd.convolution;

import norma.kernel.simd.vector.Species;

/// Where the vectors of one pass lie: `x[v]` is where the windows of vector v begin in the laid-out plane, `y[v]` where its
/// results go.
///
/// Vectors go along the rows of outputs, or straight through the plane, whichever takes fewer: then some results between
/// the rows belong to nothing. The last vector of a run moves back until it fits and computes some results again. An even
/// number of vectors is computed at a time, so the last place is repeated.
///
/// @param count number of vectors
/// @param direct whether results go where they belong at once; otherwise [#spread] takes them there
/// @param overreads whether a vector is longer than its run
/// @param size floats of the results if they have to be spread
/// @param pitch floats from one row of these to the next
final class TileOffsets {
    private static final int L = Species.LANES;

    /// Most vectors of a tile.
    private static final int TILE = 4;

    final int count;
    final int[] x;
    final int[] y;
    final boolean direct;
    final boolean overreads;
    final int size;

    private final int rows;
    private final int columns;
    private final int pitch;
    private final int targetRow;
    private final int targetStep;

    /// @param rows rows of outputs
    /// @param columns outputs in a row
    /// @param xPitch from one row of windows to the next
    /// @param targetRow from one row of results to the next, where they belong
    /// @param targetStep from one result to the next
    TileOffsets(int rows, int columns, int xPitch, int targetRow, int targetStep) {
        this.rows = rows;
        this.columns = columns;
        this.targetRow = targetRow;
        this.targetStep = targetStep;
        boolean dense = xPitch == columns;
        int whole = rows == 0 ? 0 : (rows - 1) * xPitch + columns;
        boolean through = dense || columns < L || Math.ceilDiv(whole, L) < rows * Math.ceilDiv(columns, L);
        int runs = through ? 1 : rows, run = through ? whole : columns;
        this.overreads = run > 0 && run < L;
        this.direct = targetStep == 1 && !overreads && (!through || dense && targetRow == columns);
        this.pitch = through ? xPitch : columns;
        this.size = through ? Math.max(whole, L) : rows * columns;
        int vectors = Math.ceilDiv(run, L);
        this.count = columns == 0 ? 0 : runs * vectors;
        this.x = new int[count + TILE];
        this.y = new int[count + TILE];
        int yPitch = direct ? targetRow : pitch;
        for (int v = 0; v < x.length && count > 0; v++) {
            int i = Math.min(v, count - 1), at = Math.max(0, Math.min(i % vectors * L, run - L));
            x[v] = i / vectors * xPitch + at;
            y[v] = i / vectors * yPitch + at;
        }
    }

    /// The largest size of `count` passes from `first` on.
    static int size(TileOffsets[] passes, int first, int count) {
        int size = 0;
        for (int q = 0; q < count; q++) {
            size = Math.max(size, passes[first + q].size);
        }
        return size;
    }

    /// Takes the results of all passes over the same rows to their places.
    ///
    /// @param passes of them, `count` from `first` on, each of which has every `count`-th result of a row
    /// @param results those of the first pass begin at `at`, those of the next `apart` further
    static void spread(TileOffsets[] passes, int first, int count, float[] results, int at, int apart, float[] to,
            int toAt) {
        TileOffsets a = passes[first];
        if (count == 2) {
            TileOffsets b = passes[first + 1];
            StridedCopy.interleave(results, at, a.pitch, a.columns, at + apart, b.pitch, b.columns, to, toAt,
                    a.targetRow,
                    a.rows);
            return;
        }
        for (int q = 0; q < count; q++) {
            TileOffsets p = passes[first + q];
            StridedCopy.scatter(results, at + q * apart, p.pitch, to, toAt + q, p.targetRow, count, p.rows, p.columns);
        }
    }
}
