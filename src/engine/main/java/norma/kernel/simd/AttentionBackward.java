package norma.kernel.simd;

import static norma.kernel.simd.Lanes.F;
import static norma.kernel.simd.SimdAttention.BLOCK;
import static norma.kernel.simd.SimdAttention.COLUMNS;
import static norma.kernel.simd.SimdAttention.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Attention;
import norma.kernel.Floats;
import norma.parallel.Scratch;

/// dk and dv for some keys of one head, and what these keys add to dq. For each block of keys, with all queries that see
/// one of them:
///
///     S = q k^T    P = exp(scale * S - logSumExp)    dP = dy v^T    dS = P * (dP - rowsum(dy * y))
///     dv += P^T dy    dk += scale * dS^T q    dq += scale * dS k
///
/// Scores are made with queries down and keys across: so P and dS lie as the products with P^T and dS^T read them, and
/// only the product for dq transposes its block.
final class AttentionBackward {
    private static final int L = Lanes.LANES;
    private static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);

    private final Attention.Sizes sizes;
    private final int head;
    private final int width;
    private final Sight sight;
    private final HeadRows q;
    private final HeadRows k;
    private final HeadRows v;
    private final HeadRows y;
    private final HeadRows dy;
    private final HeadRows dq;
    private final HeadRows dk;
    private final HeadRows dv;
    private final Floats logSumExp;

    /// All queries: packed rows and columns of q and dy, sums of dq, and of each query logSumExp and rowsum(dy * y).
    private final float[] queries;
    private int size;
    private final int qRows;
    private final int qColumns;
    private final int dyRows;
    private final int dyColumns;
    private final int dqSums;
    private final int logs;
    private final int means;

    /// One block of keys: packed rows of k and v, packed columns of k, P and dS (64 queries, 64 keys), eight lines of
    /// one of them, packed, and the sums of dk and dv.
    private final float[] keys;
    private final int kRows;
    private final int vRows;
    private final int kColumns;
    private final int weights;
    private final int slopes;
    private final int lines;
    private final int dkSums;
    private final int dvSums;

    AttentionBackward(Attention.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask, Floats y,
            Floats logSumExp, Floats dy, Floats dq, Floats dk, Floats dv) {
        this.sizes = sizes;
        this.head = head;
        this.width = SimdAttention.padded(sizes.headSize());
        this.sight = Sight.of(sizes, head, keyMask);
        this.q = HeadRows.of(sizes, head, q, sizes.queries());
        this.k = HeadRows.of(sizes, head, k, sizes.keys());
        this.v = HeadRows.of(sizes, head, v, sizes.keys());
        this.y = HeadRows.of(sizes, head, y, sizes.queries());
        this.dy = HeadRows.of(sizes, head, dy, sizes.queries());
        this.dq = HeadRows.of(sizes, head, dq, sizes.queries());
        this.dk = HeadRows.of(sizes, head, dk, sizes.keys());
        this.dv = HeadRows.of(sizes, head, dv, sizes.keys());
        this.logSumExp = logSumExp;

        int d = sizes.headSize();
        int rounded = Math.ceilDiv(sizes.queries(), ROWS) * ROWS;
        qRows = take(rounded * d);
        qColumns = take(rounded * width);
        dyRows = take(rounded * d);
        dyColumns = take(rounded * width);
        dqSums = take(rounded * width);
        logs = take(rounded);
        means = take(rounded);
        queries = Scratch.floats(4, size);
        size = 0;
        kRows = take(BLOCK * d);
        vRows = take(BLOCK * d);
        kColumns = take(BLOCK * width);
        weights = take(BLOCK * BLOCK);
        slopes = take(BLOCK * BLOCK);
        lines = take(BLOCK * ROWS);
        dkSums = take(BLOCK * width);
        dvSums = take(BLOCK * width);
        keys = Scratch.floats(5, size);
    }

    private int take(int floats) {
        size += floats;
        return size - floats;
    }

    /// Keys `[from, to)` of those in sight, as far as there are so many. What they add to dq is set in dq itself, or in
    /// `partial` if that is not null.
    void run(int from, int to, float[] partial, int partialAt) {
        int count = sizes.queries();
        q.packRows(0, count, queries, qRows, ROWS);
        q.packColumns(0, count, queries, qColumns);
        dy.packRows(0, count, queries, dyRows, ROWS);
        dy.packColumns(0, count, queries, dyColumns);
        Arrays.fill(queries, dqSums, logs, 0);
        float[] lanes = Rows.lanes();
        for (int i = 0; i < count; i++) {
            float log = logSumExp.get(head * count + i);
            // A query that saw nothing has weights exp(s - infinity) = 0.
            queries[logs + i] = log == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY : log;
            queries[means + i] = dy.dot(i, y, i, lanes);
        }
        if (from == 0) {
            clearMasked();
        }
        for (int key = from; key < Math.min(to, sight.count()); key += BLOCK) {
            block(key, Math.min(BLOCK, sight.count() - key));
        }
        if (partial == null) {
            dq.set(queries, dqSums, sizes.scale());
        } else {
            System.arraycopy(queries, dqSums, partial, partialAt, count * width);
        }
    }

    private void clearMasked() {
        for (int j = 0, next = 0; j < sizes.keys(); j++) {
            if (next < sight.count() && sight.number(next) == j) {
                next++;
            } else {
                dk.clear(j);
                dv.clear(j);
            }
        }
    }

    private void block(int key, int count) {
        HeadRows ks = select(k, key, count);
        ks.packRows(0, count, keys, kRows, COLUMNS);
        ks.packColumns(0, count, keys, kColumns);
        select(v, key, count).packRows(0, count, keys, vRows, COLUMNS);
        Arrays.fill(keys, dkSums, dkSums + BLOCK * width, 0);
        Arrays.fill(keys, dvSums, dvSums + BLOCK * width, 0);
        for (int query = 0; query < sizes.queries(); query += BLOCK) {
            int end = Math.min(sizes.queries(), query + BLOCK);
            if (sight.reach(end, key, count) > 0) {
                pair(query, end - query, key, count);
            }
        }
        for (int j = 0; j < count; j++) {
            dk.set(sight.number(key + j), keys, dkSums + j * width, sizes.scale());
            dv.set(sight.number(key + j), keys, dvSums + j * width, 1);
        }
    }

    private HeadRows select(HeadRows x, int key, int count) {
        if (sight.keys() == null) {
            return new HeadRows(x.array(), x.at() + key * x.stride(), x.stride(), count, x.size());
        }
        int[] numbers = Arrays.copyOfRange(sight.keys(), key, key + count);
        return x.select(numbers, count, Scratch.floats(7, BLOCK * x.size()));
    }

    /// A block of queries and a block of keys.
    private void pair(int query, int rows, int key, int count) {
        Arrays.fill(keys, weights, lines, 0);
        multiply(qRows, kRows, weights, query, rows, key, count);
        multiply(dyRows, vRows, slopes, query, rows, key, count);
        for (int i = 0; i < rows; i++) {
            softmax(query, rows, i, key, count);
        }
        addToKeys(weights, dyColumns, dvSums, query, rows, key, count);
        addToKeys(slopes, qColumns, dkSums, query, rows, key, count);
        addToQueries(query, rows, key, count);
    }

    /// q k^T or dy v^T
    private void multiply(int left, int right, int to, int query, int rows, int key, int count) {
        int d = sizes.headSize();
        for (int j = 0; j < count; j += COLUMNS) {
            for (int i = 0; i < rows; i += ROWS) {
                if (j < sight.reach(query + Math.min(rows, i + ROWS), key, count)) {
                    Product.tile(ROWS, COLUMNS, queries, left + (query + i) * d, keys, right + j * d, d, keys,
                            to + i * BLOCK + j, BLOCK);
                }
            }
        }
    }

    /// P and dS of one query, as far as the tile it is in goes.
    private void softmax(int query, int rows, int i, int key, int count) {
        float[] s = keys;
        FloatVector scale = FloatVector.broadcast(F, sizes.scale());
        FloatVector shift = FloatVector.broadcast(F, -queries[logs + query + i]);
        float mean = queries[means + query + i];
        int limit = sight.limit(query + i) - key;
        int reach = sight.reach(query + Math.min(rows, i - i % ROWS + ROWS), key, count);
        // Up to whole panels: a vector may be shorter than one.
        for (int j = 0; j < Math.ceilDiv(reach, ROWS) * ROWS; j += L) {
            int at = i * BLOCK + j;
            FloatVector p = VectorMath.expOfNegative(FloatVector.fromArray(F, s, weights + at).fma(scale, shift));
            FloatVector ds = FloatVector.fromArray(F, s, slopes + at).sub(mean).mul(p);
            if (j + L > limit) {
                VectorMask<Float> hidden = INDEX.compare(VectorOperators.GE, limit - j);
                p = p.blend(0, hidden);
                ds = ds.blend(0, hidden);
            }
            p.intoArray(s, weights + at);
            ds.intoArray(s, slopes + at);
        }
    }

    /// dv += P^T dy or dk += dS^T q
    private void addToKeys(int left, int right, int to, int query, int rows, int key, int count) {
        int first = 0;
        for (int j = 0; j < count; j += ROWS) {
            while (first < rows && sight.limit(query + first) <= key + j) {
                first++;
            }
            Panels.lines(keys, left + first * BLOCK + j, 1, BLOCK, ROWS, rows - first, keys, lines, ROWS);
            for (int c = 0; c < width; c += COLUMNS) {
                Product.tile(ROWS, COLUMNS, keys, lines, queries,
                        right + c * sizes.queries() + (query + first) * COLUMNS, rows - first, keys, to + j * width + c,
                        width);
            }
        }
    }

    /// dq += dS k
    private void addToQueries(int query, int rows, int key, int count) {
        for (int i = 0; i < rows; i += ROWS) {
            int some = Math.min(ROWS, rows - i);
            int reach = sight.reach(query + i + some, key, count);
            Panels.lines(keys, slopes + i * BLOCK, BLOCK, 1, some, reach, keys, lines, ROWS);
            for (int c = 0; c < width; c += COLUMNS) {
                Product.tile(ROWS, COLUMNS, keys, lines, keys, kColumns + c * count, reach, queries,
                        dqSums + (query + i) * width + c, width);
            }
        }
    }
}
