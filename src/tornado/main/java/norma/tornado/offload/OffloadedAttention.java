package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.tornado.code.AttentionCode;
import norma.tornado.device.Kernel;

/// Attention by blocks of queries of all heads: a block's scores are made, used and dropped, whatever the number of queries, and
/// backward makes them again by the same kernel.
///
/// All of it but the softmax is one kernel: sums of products, of
///
///     scores = k q^T,   y = P v,   dP = v dy^T,   dq = dS k,   dk = dS^T q,   dv = P^T dy
///
/// @param room floats that the scores of a block may take; those of one query of each head are the least
record OffloadedAttention(Offload offload, int room) implements AttentionKernel {
    private static final Kernel COLUMNS = Kernel.of(AttentionCode::columns);
    private static final Kernel PRODUCTS = Kernel.of(AttentionCode::products);
    private static final Kernel WEIGHTS = Kernel.of(AttentionCode::weights);
    private static final Kernel SLOPES = Kernel.of(AttentionCode::slopes);

    private static final int ROOM = 1 << 24;
    /// The part of the device's memory that scores may take, and their gradients once more.
    private static final int PART = 16;
    private static final int TILE = 4;
    private static final int MOST_LANES = 32;
    /// More than any number of queries and keys.
    private static final int FAR = 1 << 29;

    OffloadedAttention(Offload offload) {
        this(offload, Math.min(ROOM, offload.device().capacity() / PART));
    }

    /// A matrix for each sequence and head, or group of heads.
    ///
    /// @param at the first
    /// @param count heads or groups
    private record Matrices(int at, int count, int perSequence, int perHead, int perRow, int perColumn) {

        Matrices transposed() {
            return new Matrices(at, count, perSequence, perHead, perColumn, perRow);
        }

        Matrices from(Block block) {
            return new Matrices(at + block.first * perRow, count, perSequence, perHead, perRow, perColumn);
        }
    }

    /// Some queries of all heads.
    private record Block(Sizes sizes, int first, int queries) {

        /// Query i of the block sees the first i + reach keys.
        int reach() {
            return sizes.causal() ? first + 1 + sizes.keys() - sizes.queries() : FAR;
        }

        /// (B, H, Tk, queries)
        Matrices scores(int at) {
            int perHead = sizes.keys() * queries;
            return new Matrices(at, sizes.heads(), sizes.heads() * perHead, perHead, queries, 1);
        }
    }

    @Override
    public void forward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers) {
        int each = queriesOfBlock(sizes), scoresAt = offload.room(scoresOfQuery(sizes) * each);
        Matrices qColumns = columns(sizes, q);
        for (int first = 0; first < sizes.queries(); first += each) {
            Block block = new Block(sizes, first, Math.min(each, sizes.queries() - first));
            Matrices p = block.scores(scoresAt);
            keysByQueries(block, keyRows(sizes, k), qColumns, p);
            softmax(WEIGHTS, block, p, keyMask, bias, normalizers, p);
            sumOverKeys(block, p, keyRows(sizes, v), queryRows(sizes, y).from(block));
        }
    }

    @Override
    public void backward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers, Floats dy, Floats dq, Floats dk, Floats dv) {
        int each = queriesOfBlock(sizes), size = scoresOfQuery(sizes) * each;
        int scoresAt = offload.room(2 * size), slopesAt = scoresAt + size;
        Matrices qColumns = columns(sizes, q), dyColumns = columns(sizes, dy);
        for (int first = 0; first < sizes.queries(); first += each) {
            Block block = new Block(sizes, first, Math.min(each, sizes.queries() - first));
            Matrices p = block.scores(scoresAt), ds = block.scores(slopesAt);
            keysByQueries(block, keyRows(sizes, k), qColumns, p);
            keysByQueries(block, keyRows(sizes, v), dyColumns, ds);
            softmax(SLOPES, block, p, keyMask, bias, normalizers, ds);
            sumOverKeys(block, ds, keyRows(sizes, k), queryRows(sizes, dq).from(block));
            sumOverQueries(block, ds, queryRows(sizes, q).from(block), keyRows(sizes, dk));
            sumOverQueries(block, p, queryRows(sizes, dy).from(block), keyRows(sizes, dv));
        }
    }

    private int queriesOfBlock(Sizes sizes) {
        return Math.clamp(room / scoresOfQuery(sizes), 1, Math.max(1, sizes.queries()));
    }

    /// Of one query of each sequence and head.
    private static int scoresOfQuery(Sizes sizes) {
        return Math.max(1, sizes.batch() * sizes.heads() * sizes.keys());
    }

    private Matrices queryRows(Sizes sizes, Floats x) {
        int row = sizes.queryStride();
        return new Matrices(offload.at(x), sizes.heads(), sizes.queries() * row, sizes.headSize(), row, 1);
    }

    private Matrices keyRows(Sizes sizes, Floats x) {
        int row = sizes.keyStride();
        return new Matrices(offload.at(x), sizes.groups(), sizes.keys() * row, sizes.headSize(), row, 1);
    }

    /// A copy of q or dy whose rows are the queries' columns, transposed: (B, H * d, Tq).
    private Matrices columns(Sizes sizes, Floats x) {
        int queries = sizes.queries(), width = sizes.queryStride(), at = offload.room(x.length());
        offload.launch(COLUMNS, x.length(), offload.at(x), at, queries, width);
        return new Matrices(at, sizes.heads(), width * queries, sizes.headSize() * queries, 1, queries);
    }

    private void softmax(Kernel kernel, Block block, Matrices scores, Floats keyMask, Bias bias, Floats normalizers,
            Matrices slopes) {
        Sizes sizes = block.sizes;
        offload.launch(kernel, new float[] {sizes.scale()}, sizes.batch() * sizes.heads() * block.queries,
                block.queries, sizes.keys(), block.reach(), sizes.heads(), scores.at, offload.atOrNone(keyMask),
                bias == null ? -1 : offload.at(bias.values()) + bias.first(), bias == null ? 0 : bias.perSequence(),
                bias == null ? 0 : bias.perHead(), offload.at(normalizers), sizes.queries(), block.first, slopes.at,
                bias == null ? 0 : bias.perQuery());
    }

    /// y[j, i] = row j of `keys` times query i of the block
    private void keysByQueries(Block block, Matrices keys, Matrices queries, Matrices y) {
        Sizes sizes = block.sizes;
        products(sizes, sizes.keys(), block.queries, sizes.headSize(), keys, queries.from(block).transposed(), y,
                Float.NaN, 0, FAR, FAR, block.reach());
    }

    /// y[i, c] = sum over j of p[j, i] * keys[j, c]
    private void sumOverKeys(Block block, Matrices p, Matrices keys, Matrices y) {
        Sizes sizes = block.sizes;
        products(sizes, block.queries, sizes.headSize(), sizes.keys(), p.transposed(), keys, y,
                AttentionCode.HIDDEN, 0, block.reach(), FAR, FAR);
    }

    /// y[j, c] = sum over i of p[j, i] * queries[i, c], added up over the heads of a group and over blocks
    private void sumOverQueries(Block block, Matrices p, Matrices queries, Matrices y) {
        Sizes sizes = block.sizes;
        products(sizes, sizes.keys(), sizes.headSize(), block.queries, p, queries, y,
                AttentionCode.HIDDEN, block.first == 0 ? 0 : 1, FAR, block.reach() - 1, FAR);
    }

    /// y = a b for each head or group of y.
    private void products(Sizes sizes, int rows, int columns, int steps, Matrices a, Matrices b, Matrices y,
            float hidden, int add, int reach, int back, int width) {
        int parts = y.count, lanes = Math.clamp(Math.ceilDiv(columns, TILE), 1, MOST_LANES);
        int tiles = Math.ceilDiv(columns, TILE * lanes) * lanes * Math.ceilDiv(rows, TILE);
        offload.launch(PRODUCTS, new float[] {hidden}, sizes.batch() * parts * tiles,
                rows, columns, steps, lanes, parts,
                a.at, a.perSequence, perPart(a, parts), sharing(a, parts), a.perRow, a.perColumn, a.perHead,
                b.at, b.perSequence, perPart(b, parts), sharing(b, parts), b.perRow, b.perHead,
                y.at, y.perSequence, y.perHead, y.perRow,
                sizes.heads() / parts, add, reach, back, width);
    }

    /// Distance from the first head of a part to that of the next.
    private static int perPart(Matrices x, int parts) {
        return Math.max(1, x.count / parts) * x.perHead;
    }

    /// How many parts have the same matrix.
    private static int sharing(Matrices x, int parts) {
        return Math.max(1, parts / x.count);
    }
}
