package norma.kernel.simd.matmul;

import static norma.kernel.simd.vector.Species.MANY_REGISTERS;

import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.ElementwiseKernel;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// One matrix product C = A B, blocked for caches after Goto and van de Geijn, "Anatomy of High-Performance Matrix
/// Multiplication" (2008), and BLIS (Van Zee and van de Geijn 2015).
///
///     shared factor: packed once, by all threads              from the last-level cache
///     for each chunk of C, in parallel:
///         for each block of k:
///             own factor: pack the chunk's lines              in the second-level cache
///             for each panel of the shared factor:            through the first-level cache
///                 for each panel of the own factor:
///                     a tile of C += panel of A times panel of B, in registers
///
/// The factor with fewer lines is the shared one, so the larger is read once, copied while it is at hand and never
/// written back to memory. With few rows (decoding) that larger factor is B: each thread streams its columns of the
/// weights. Where C has few columns, A is not packed but read in place. Weights that no longer change come packed.
///
/// A chunk holds all of k, so no two threads add to the same element; where C is cut depends on the shape alone.
final class BlockedMatmul {
    private static final int L = Species.LANES;

    /// Values of k in a block: a panel of A is then 16 KB, and stays in a first-level cache of 32 KB while B passes by.
    private static final int BLOCK = 512;

    /// Values of k packed at once, and floats of the shared factor packed at once: these 4 MB are read again for each
    /// chunk, and must stay in a last-level cache beside C.
    private static final int DEEPEST = 4096;
    private static final int SHARED = 1 << 20;

    /// Lines of the own factor in a chunk at most: 192 lines of a block are 384 KB of a second-level cache.
    private static final int OWN = 192;

    /// Lines that a factor is not cut below to make more chunks: the other factor would be packed too often.
    private static final int LEAST_OWN = 48;
    private static final int LEAST_SHARED = 192;

    /// Columns of C up to which rows of A that lie in one piece are read where they are: packing costs more than it saves
    /// to read them in order.
    private static final int FEW_COLUMNS = 256;

    /// Up to so many panels of the shared factor that pass by, each panel of the own factor is packed just before: what is
    /// packed for one use should not leave the first-level cache.
    private static final int FEW_PANELS = 4;

    /// Chunks to aim at, and the multiply-adds that make one worth handing to a thread: about a microsecond.
    private static final int CHUNKS = 16;
    private static final int LEAST_WORK = 1 << 17;

    /// Panels of the two factors, and a tile that sticks out of C.
    private static final Scratch SHARED_PANELS = new Scratch();
    private static final Scratch OWN_PANELS = new Scratch();
    private static final Scratch TILE = new Scratch();

    private final MatrixPacking a;
    private final MatrixPacking b;
    private final Floats c;
    private final int first;
    private final int stride;
    private final int k;
    private final Epilogue epilogue;
    private final ElementwiseKernel elementwise;

    private final MatrixPacking shared;
    private final MatrixPacking own;

    /// What is packed: panels `[sharedFrom, sharedTo)` of the shared factor for `depth` values of k from `start` on,
    /// block of k after block of k.
    private float[] packed;
    private int sharedFrom;
    private int sharedTo;
    private int start;
    private int depth;
    private int block;

    /// The grid of chunks: panels of each factor in a chunk, and chunks along the shared factor.
    private int ownGrain;
    private int sharedGrain;
    private int sharedCuts;

    /// @param b panels of B's columns
    /// @param index of the matrices of A and C in their batch
    BlockedMatmul(Matrix a, MatrixPacking b, Matrix c, int index, Epilogue epilogue, ElementwiseKernel elementwise) {
        this.a = MatrixPacking.ofRows(a, index, MANY_REGISTERS && a.columnStride() == 1 && c.columns() <= FEW_COLUMNS);
        this.b = b;
        this.c = c.data();
        this.first = c.data().offset() + index * c.batchStride();
        this.stride = c.rowStride();
        this.k = a.columns();
        this.epilogue = epilogue;
        this.elementwise = elementwise;
        boolean fewRows = c.rows() <= c.columns();
        this.shared = fewRows ? this.a : this.b;
        this.own = fewRows ? this.b : this.a;
    }

    void run() {
        if (k == 0) {
            begin(0, a.lines, 0, b.lines);
            end(0, a.lines, 0, b.lines);
            return;
        }
        int most = Math.max(1, SHARED / Math.min(k, DEEPEST) / shared.width);
        for (sharedFrom = 0; sharedFrom < shared.count; sharedFrom = sharedTo) {
            sharedTo = Math.min(shared.count, sharedFrom + most);
            for (start = 0; start < k; start += depth) {
                depth = Math.min(DEEPEST, k - start);
                multiply();
            }
        }
    }

    private void multiply() {
        block = Math.ceilDiv(depth, Math.ceilDiv(depth, BLOCK));
        if (shared.ready == null) {
            packed = SHARED_PANELS.floats(sharedLines() * depth);
            int grain = shared.inPlace ? sharedTo : Math.ceilDiv(LEAST_WORK / 4, shared.width * depth);
            Workers.split(sharedTo - sharedFrom, grain, this::packShared);
        }
        cut();
        Workers.split(Math.ceilDiv(own.count, ownGrain) * sharedCuts, 1, this::chunks);
    }

    /// Cuts the own factor first, then the shared one, until there are enough chunks.
    private void cut() {
        long slice = (long) sharedLines() * depth;
        long aim = Math.max(LEAST_WORK, slice * own.lines / CHUNKS);
        ownGrain = OWN / own.width;
        while (ownGrain * own.width > LEAST_OWN && slice * ownGrain * own.width > aim) {
            ownGrain = Math.ceilDiv(ownGrain, 2);
        }
        long cuts = Math.clamp(slice * ownGrain * own.width / aim, 1, Math.max(1, sharedLines() / LEAST_SHARED));
        sharedGrain = (int) Math.ceilDiv(sharedTo - sharedFrom, cuts);
        sharedCuts = Math.ceilDiv(sharedTo - sharedFrom, sharedGrain);
    }

    private int sharedLines() {
        return shared.start(sharedTo) - shared.start(sharedFrom);
    }

    /// Where panel `p` of the shared factor lies for the block of `count` values of k from `start + at`.
    private int sharedAt(int p, int at, int count) {
        return shared.ready == null ? sharedLines() * at + (shared.start(p) - shared.start(sharedFrom)) * count
                : shared.readyAt(p, start + at, k);
    }

    /// The same for panel `p` of the own factor, of which panels from `from` on are at hand.
    private int ownAt(int p, int from, int at, int count) {
        return own.ready == null ? (own.start(p) - own.start(from)) * count : own.readyAt(p, start + at, k);
    }

    private void packShared(int from, int to) {
        for (int at = 0; at < depth; at += block) {
            int count = Math.min(block, depth - at);
            shared.pack(sharedFrom + from, sharedFrom + to, start + at, count, packed,
                    sharedAt(sharedFrom + from, at, count));
        }
    }

    private void chunks(int from, int to) {
        for (int i = from; i < to; i++) {
            int o = i / sharedCuts * ownGrain;
            int s = sharedFrom + i % sharedCuts * sharedGrain;
            chunk(o, Math.min(o + ownGrain, own.count), s, Math.min(s + sharedGrain, sharedTo));
        }
    }

    private void chunk(int ownFrom, int ownTo, int from, int to) {
        boolean aShared = shared == a;
        int row = aShared ? a.edge(from) : a.edge(ownFrom);
        int rows = aShared ? a.edge(to) : a.edge(ownTo);
        int column = aShared ? b.edge(ownFrom) : b.edge(from);
        int columns = aShared ? b.edge(ownTo) : b.edge(to);
        if (start == 0) {
            begin(row, rows, column, columns);
        }
        int together = to - from <= FEW_PANELS ? 1 : ownTo - ownFrom;
        for (int at = 0; at < depth; at += block) {
            for (int o = ownFrom; o < ownTo; o += together) {
                slice(o, Math.min(o + together, ownTo), from, to, at);
            }
        }
        if (start + depth == k) {
            end(row, rows, column, columns);
        }
    }

    /// C += the product of some panels of both factors over the block of k from `start + at` on.
    private void slice(int ownFrom, int ownTo, int from, int to, int at) {
        int count = Math.min(block, depth - at);
        float[] ours = shared.ready == null ? packed : shared.ready;
        float[] mine = own.ready == null ? packOwn(ownFrom, ownTo, at, count) : own.ready;
        for (int s = from; s < to; s++) {
            int sharedAt = sharedAt(s, at, count);
            for (int o = ownFrom; o < ownTo; o++) {
                int ownAt = ownAt(o, ownFrom, at, count);
                if (shared == a) {
                    tile(s, ours, sharedAt, o, mine, ownAt, start + at, count);
                } else {
                    tile(o, mine, ownAt, s, ours, sharedAt, start + at, count);
                }
            }
        }
    }

    private float[] packOwn(int from, int to, int at, int count) {
        float[] mine = OWN_PANELS.floats((own.start(to) - own.start(from)) * block);
        own.pack(from, to, start + at, count, mine, 0);
        return mine;
    }

    private void begin(int row, int rows, int column, int columns) {
        for (int i = row; i < rows; i++) {
            epilogue.begin(c.array(), first + i * stride + column, column, columns - column);
        }
    }

    private void end(int row, int rows, int column, int columns) {
        for (int i = row; i < rows; i++) {
            epilogue.end(c, first + i * stride + column, columns - column, elementwise);
        }
    }

    /// The tile of C where panel `i` of A meets panel `j` of B, over `count` values of k from `from` on. A panel of B that
    /// sticks out of C is met beside C.
    private void tile(int i, float[] aPanel, int aAt, int j, float[] bPanel, int bAt, int from, int count) {
        int rows = a.edge(i + 1) - a.start(i);
        int columns = b.edge(j + 1) - b.start(j);
        int width = b.start(j + 1) - b.start(j);
        int at = first + a.start(i) * stride + b.start(j);
        if (columns == width && (rows == MatmulTiles.ROWS || width > L)) {
            tile(i, rows, width, aPanel, aAt, bPanel, bAt, from, count, c.array(), at, stride);
            return;
        }
        float[] tile = TILE.floats(MatmulTiles.ROWS * width);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(c.array(), at + r * stride, tile, r * width, columns);
        }
        tile(i, rows, width, aPanel, aAt, bPanel, bAt, from, count, tile, 0, width);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(tile, r * width, c.array(), at + r * stride, columns);
        }
    }

    /// C += A B on a tile that begins at `at`.
    private void tile(int i, int rows, int width, float[] aPanel, int aAt, float[] bPanel, int bAt, int from, int count,
            float[] c, int at, int stride) {
        if (a.inPlace(i)) {
            if (width == L) {
                MatmulTiles.rows8x1(a.data, a.at(i, from), a.across, bPanel, bAt, count, c, at, stride);
            } else {
                MatmulTiles.rows8x2(a.data, a.at(i, from), a.across, bPanel, bAt, count, c, at, stride);
            }
        } else {
            tile(rows, width, aPanel, aAt, bPanel, bAt, count, c, at, stride);
        }
    }

    /// C += A B on a tile of `rows` rows and `width` columns, two vectors or one, of packed panels; see [MatmulTiles].
    static void tile(int rows, int width, float[] a, int aAt, float[] b, int bAt, int count, float[] c, int at,
            int stride) {
        if (width == L) {
            MatmulTiles.tile8x1(a, aAt, b, bAt, count, c, at, stride);
        } else if (MANY_REGISTERS && rows == MatmulTiles.ROWS) {
            MatmulTiles.tile8x2(a, aAt, b, bAt, count, c, at, stride);
        } else {
            tiles(rows, a, aAt, b, bAt, count, c, at, stride);
        }
    }

    /// A tile of fewer rows, in tiles of four, two and one; so no row is computed that C has not.
    private static void tiles(int rows, float[] a, int aAt, float[] b, int bAt, int count, float[] c, int at,
            int stride) {
        int done = 0;
        for (; done + 4 <= rows; done += 4) {
            MatmulTiles.tile4x2(a, aAt + done, b, bAt, count, c, at + done * stride, stride);
        }
        if (done + 2 <= rows) {
            MatmulTiles.tile2x2(a, aAt + done, b, bAt, count, c, at + done * stride, stride);
            done += 2;
        }
        if (done < rows) {
            MatmulTiles.tile1x2(a, aAt + done, b, bAt, count, c, at + done * stride);
        }
    }
}
