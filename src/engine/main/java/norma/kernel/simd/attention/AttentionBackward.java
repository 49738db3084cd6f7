package norma.kernel.simd.attention;

import static norma.kernel.simd.attention.AttentionTiles.COLUMNS;
import static norma.kernel.simd.attention.AttentionTiles.ROWS;
import static norma.kernel.simd.attention.AttentionTiles.SIDE;
import static norma.kernel.simd.vector.Species.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.RowMath;
import norma.kernel.simd.vector.Species;
import norma.kernel.simd.vector.VectorMath;

/// dk and dv for some keys of one head, and what these keys add to dq. For each block of keys, with all queries that see
/// one of them:
///
///     S = q k^T    P = exp(scale * (S - m)) / l    dP = dy v^T    dS = P * (dP - rowsum(dy * y))
///     dv += P^T dy    dk += scale * dS^T q    dq += scale * dS k
///
/// m and l are those of [AttentionForward], and so are the bits of S.
///
/// Scores are made with queries down and keys across: every factor then lies as [AttentionTiles] reads it, but for k and v
/// of a block, which are transposed once for all queries.
final class AttentionBackward {
    private static final int L = Species.LANES;
    private static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);

    private static final Scratch QUERIES = new Scratch();
    private static final Scratch KEYS = new Scratch();

    private final AttentionKernel.Sizes sizes;
    private final int head;
    private final int width;
    private final VisibleKeys visible;
    private final BiasView bias;
    private final HeadView q;
    private final HeadView k;
    private final HeadView v;
    private final HeadView y;
    private final HeadView dy;
    private final HeadView dq;
    private final HeadView dk;
    private final HeadView dv;
    private final Floats normalizers;

    /// From a distance of scores to the exponent of 2.
    private final float exponent;

    /// All queries: rows of q and dy, sums of dq, and of each query m, 1 / l and rowsum(dy * y).
    private final float[] queries;
    private int size;
    private final int count;
    private final int qRows;
    private final int dyRows;
    private final int dqSums;
    private final int shifts;
    private final int factors;
    private final int means;

    /// One block of keys: rows of k, k^T and v^T, P and dS (64 queries, 64 keys), and the sums of dk and dv.
    private final float[] keys;
    private final int kRows;
    private final int kColumns;
    private final int vColumns;
    private final int weights;
    private final int slopes;
    private final int dkSums;
    private final int dvSums;

    AttentionBackward(AttentionKernel.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask,
            AttentionKernel.Bias bias, Floats y, Floats normalizers, Floats dy, Floats dq, Floats dk, Floats dv) {
        this.sizes = sizes;
        this.head = head;
        this.width = SimdAttention.padded(sizes.headSize());
        this.visible = VisibleKeys.of(sizes, head, keyMask);
        this.bias = BiasView.of(sizes, head, bias);
        this.q = HeadView.ofQueries(sizes, head, q);
        this.k = HeadView.ofKeys(sizes, head, k);
        this.v = HeadView.ofKeys(sizes, head, v);
        this.y = HeadView.ofQueries(sizes, head, y);
        this.dy = HeadView.ofQueries(sizes, head, dy);
        this.dq = HeadView.ofQueries(sizes, head, dq);
        this.dk = HeadView.ofKeys(sizes, head, dk);
        this.dv = HeadView.ofKeys(sizes, head, dv);
        this.normalizers = normalizers;
        this.exponent = AttentionForward.factor(sizes);

        count = SimdAttention.wholeTiles(sizes.queries());
        qRows = take(count * width);
        dyRows = take(count * width);
        dqSums = take(count * width);
        shifts = take(count);
        factors = take(count);
        means = take(count);
        queries = QUERIES.floats(size);
        size = 0;
        kRows = take(SIDE * width);
        kColumns = take(SIDE * width);
        vColumns = take(SIDE * width);
        weights = take(SIDE * SIDE);
        slopes = take(SIDE * SIDE);
        dkSums = take(SIDE * width);
        dvSums = take(SIDE * width);
        keys = KEYS.floats(size);
    }

    private int take(int floats) {
        size += floats;
        return size - floats;
    }

    /// Keys `[from, to)` of the visible ones, as far as there are so many. What they add to dq is set in dq itself, or in
    /// `partial` if that is not null. dk and dv are set for the first head of a group; the others are added.
    void run(int from, int to, boolean first, float[] partial, int partialAt) {
        q.copy(0, sizes.queries(), 1, queries, qRows, count);
        dy.copy(0, sizes.queries(), 1, queries, dyRows, count);
        Arrays.fill(queries, dqSums, shifts, 0);
        for (int query = 0; query < sizes.queries(); query += SIDE) {
            means(query, Math.min(SIDE, sizes.queries() - query));
        }
        if (from == 0 && first) {
            clearMasked();
        }
        for (int key = from; key < Math.min(to, visible.count()); key += SIDE) {
            block(key, Math.min(SIDE, visible.count() - key), first);
        }
        if (partial == null) {
            dq.set(0, sizes.queries(), queries, dqSums, count, sizes.scale());
        } else {
            System.arraycopy(queries, dqSums, partial, partialAt, count * width);
        }
    }

    private void means(int query, int rows) {
        y.copy(query, rows, 1, keys, kRows, SIDE);
        float[] lanes = RowMath.lanes();
        for (int i = 0; i < rows; i++) {
            int normalizer = head * 2 * sizes.queries() + query + i;
            float sum = normalizers.get(normalizer + sizes.queries());
            queries[shifts + query + i] = normalizers.get(normalizer);
            queries[factors + query + i] = sum == 0 ? 0 : 1 / sum;
            double mean = 0;
            for (int c = 0; c < sizes.headSize(); c += SIDE) {
                mean += HeadView.dot(queries, dyRows + c * count + (query + i) * SIDE, keys,
                        kRows + c * SIDE + i * SIDE, Math.min(SIDE, sizes.headSize() - c), lanes);
            }
            queries[means + query + i] = (float) mean;
        }
    }

    private void clearMasked() {
        for (int j = 0, next = 0; j < sizes.keys(); j++) {
            if (next < visible.count() && visible.number(next) == j) {
                next++;
            } else {
                dk.clear(j);
                dv.clear(j);
            }
        }
    }

    private void block(int key, int some, boolean first) {
        transpose(v, key, some, vColumns);
        transpose(k, key, some, kColumns);
        Arrays.fill(keys, dkSums, dvSums + SIDE * width, 0);
        for (int query = 0; query < sizes.queries(); query += SIDE) {
            int end = Math.min(sizes.queries(), query + SIDE);
            if (visible.reach(end, key, some) > 0) {
                pair(query, end - query, key, some);
            }
        }
        if (first) {
            dk.set(visible, key, some, keys, dkSums, SIDE, sizes.scale());
            dv.set(visible, key, some, keys, dvSums, SIDE, 1);
        } else {
            dk.add(visible, key, some, keys, dkSums, SIDE, sizes.scale());
            dv.add(visible, key, some, keys, dvSums, SIDE, 1);
        }
    }

    /// By way of `kRows`, where the rows stay.
    private void transpose(HeadView x, int key, int some, int to) {
        x.copy(visible, key, some, keys, kRows, SIDE);
        for (int c = 0; c < sizes.headSize(); c += SIDE) {
            int depth = Math.min(SIDE, sizes.headSize() - c);
            Interleaving.lines(keys, kRows + c * SIDE, SIDE, 1, some, depth, keys, to + c * SIDE, SIDE);
        }
    }

    /// A block of queries and a block of keys.
    private void pair(int query, int rows, int key, int some) {
        multiply(qRows, kColumns, weights, query, rows, key, some);
        multiply(dyRows, vColumns, slopes, query, rows, key, some);
        for (int i = 0; i < rows; i++) {
            if (bias != null) {
                bias.add(visible, query + i, key, some, keys, weights + i * SIDE);
            }
            softmax(query, rows, i, key, some);
        }
        addToKeys(weights, dyRows, dvSums, query, rows, key, some);
        addToKeys(slopes, qRows, dkSums, query, rows, key, some);
        addToQueries(query, rows, key, some);
    }

    /// q k^T or dy v^T
    private void multiply(int left, int right, int to, int query, int rows, int key, int some) {
        for (int c = 0; c < sizes.headSize(); c += SIDE) {
            int depth = Math.min(SIDE, sizes.headSize() - c);
            for (int j = 0; j < some; j += COLUMNS) {
                for (int i = 0; i < rows; i += ROWS) {
                    if (j < visible.reach(query + Math.min(rows, i + ROWS), key, some)) {
                        AttentionTiles.multiply(queries, left + c * count + (query + i) * SIDE, keys,
                                right + c * SIDE + j, depth, c > 0, keys, to + i * SIDE + j);
                    }
                }
            }
        }
    }

    /// P and dS of one query, as far as the tiles it is in are read.
    private void softmax(int query, int rows, int i, int key, int some) {
        float[] s = keys;
        float shift = queries[shifts + query + i];
        float exponent = this.exponent;
        float factor = queries[factors + query + i];
        float mean = queries[means + query + i];
        int limit = visible.limit(query + i) - key;
        int reach = visible.reach(query + Math.min(rows, i - i % ROWS + ROWS), key, some);
        for (int j = 0; j < reach; j += L) {
            int at = i * SIDE + j;
            FloatVector p = VectorMath.exp2(FloatVector.fromArray(F, s, weights + at).sub(shift), exponent).mul(factor);
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
    private void addToKeys(int left, int right, int to, int query, int rows, int key, int some) {
        for (int c = 0; c < sizes.headSize(); c += COLUMNS) {
            int block = c / SIDE * SIDE;
            int first = 0;
            for (int j = 0; j < some; j += ROWS) {
                while (first < rows && visible.limit(query + first) <= key + j) {
                    first++;
                }
                AttentionTiles.multiplyTransposed(keys, left + first * SIDE + j, queries,
                        right + block * count + (query + first) * SIDE + c - block, rows - first, true, keys,
                        to + block * SIDE + j * SIDE + c - block);
            }
        }
    }

    /// dq += dS k
    private void addToQueries(int query, int rows, int key, int some) {
        for (int c = 0; c < sizes.headSize(); c += COLUMNS) {
            int block = c / SIDE * SIDE;
            for (int i = 0; i < rows; i += ROWS) {
                int reach = visible.reach(query + Math.min(rows, i + ROWS), key, some);
                AttentionTiles.multiply(keys, slopes + i * SIDE, keys, kRows + block * SIDE + c - block, reach, true,
                        queries, dqSums + block * count + (query + i) * SIDE + c - block);
            }
        }
    }
}
