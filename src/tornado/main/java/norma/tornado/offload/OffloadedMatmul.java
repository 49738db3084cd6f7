package norma.tornado.offload;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;
import norma.tornado.code.MatmulCode;
import norma.tornado.device.Kernel;

/// Matrix products.
///
/// @param busy iterations that keep the device busy; where there are fewer, products are cut finer
record OffloadedMatmul(Offload offload, int busy) implements MatmulKernel {
    private static final Kernel TILES = Kernel.of(MatmulCode::tiles);
    private static final Kernel ELEMENTS = Kernel.of(MatmulCode::elements);
    private static final Kernel ADD_PARTS = Kernel.of(MatmulCode::addParts);
    private static final Kernel DENSE = Kernel.of(MatmulCode::dense);

    /// A sum is cut into at most so many parts, none shorter than this but the last.
    private static final int PARTS = 32;
    private static final int SHORTEST_PART = 128;

    /// Rows of C that pay for a copy of B whose columns do not lie side by side.
    private static final int ROWS_FOR_COPY = 16;

    OffloadedMatmul(Offload offload) {
        this(offload, 1 << 11);
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        MatmulKernel.check(a, b, c, epilogue);
        if (c.batch() == 0 || c.rows() == 0 || c.columns() == 0) {
            return;
        }
        int part = Math.max(SHORTEST_PART, Math.ceilDiv(a.columns(), PARTS));
        int parts = Math.max(1, Math.ceilDiv(a.columns(), part));
        int elements = c.batch() * c.rows() * c.columns();
        int tiles = c.batch() * Math.ceilDiv(c.rows(), 4) * Math.ceilDiv(c.columns(), 4);
        boolean split = parts > 1 && (c.rows() < 4 ? elements : tiles) < busy;
        int times = split ? parts : 1;
        boolean tiled = c.rows() >= 4 && tiles * times >= busy;

        int[] factors = join(factor(a), worthCopying(b, c) ? dense(b) : factor(b));
        int[] result = {offload.at(c.data()), c.batchStride(), c.rowStride()};
        int[] sizes = {c.batch(), c.rows(), c.columns(), a.columns(), part};
        int[] end = {epilogue.accumulate() ? 1 : 0, offload.atOrNone(epilogue.bias()),
                offload.atOrNone(epilogue.preactivation()), epilogue.activation().ordinal()};
        if (!split) {
            offload.launch(tiled ? TILES : ELEMENTS, tiled ? tiles : elements,
                    join(factors, result, sizes, new int[] {parts, 0}, end));
            return;
        }
        int sums = offload.room(parts * elements);
        int[] sum = {sums, c.rows() * c.columns(), c.columns()};
        offload.launch(tiled ? TILES : ELEMENTS, (tiled ? tiles : elements) * parts,
                join(factors, sum, sizes, new int[] {1, elements}, new int[] {0, -1, -1, 0}));
        factors[0] = sums;
        offload.launch(ADD_PARTS, elements, join(factors, result, sizes, new int[] {parts, elements}, end));
    }

    /// Keeps b with its columns side by side. The array of the copy is only its name: the floats are on the device.
    @Override
    public Packed pack(Matrix b) {
        MatmulKernel.requireOne(b);
        Matrix kept = b;
        if (isScattered(b)) {
            kept = Matrix.of(Floats.zeros(b.rows() * b.columns()), b.rows(), b.columns());
            copy(b, 1, offload.at(kept.data()));
        }
        Matrix factor = kept;
        return (a, c, epilogue) -> offload.alone(() -> {
            multiply(a, factor, c, epilogue);
            return null;
        });
    }

    private static boolean isScattered(Matrix b) {
        return b.columnStride() != 1 && b.columns() > 1 && b.rows() > 0;
    }

    private static boolean worthCopying(Matrix b, Matrix c) {
        int uses = b.batchStride() == 0 ? c.batch() * c.rows() : c.rows();
        return isScattered(b) && uses >= ROWS_FOR_COPY;
    }

    private int[] factor(Matrix x) {
        return new int[] {offload.at(x.data()), x.batchStride(), x.rowStride(), x.columnStride()};
    }

    /// A copy of b in working memory.
    private int[] dense(Matrix b) {
        int one = b.rows() * b.columns(), batch = b.batchStride() == 0 ? 1 : b.batch();
        int at = offload.room(batch * one);
        copy(b, batch, at);
        return new int[] {at, batch == 1 ? 0 : one, b.columns(), 1};
    }

    private void copy(Matrix b, int batch, int to) {
        offload.launch(DENSE, batch * Math.ceilDiv(b.rows(), 8) * Math.ceilDiv(b.columns(), 8) * 64,
                offload.at(b.data()), b.batchStride(), b.rowStride(), b.columnStride(), to, b.rows(), b.columns());
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
