package norma.kernel.simd;

import static norma.kernel.simd.Lanes.F;
import static norma.kernel.simd.SimdAttention.BLOCK;
import static norma.kernel.simd.SimdAttention.COLUMNS;
import static norma.kernel.simd.SimdAttention.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Attention;
import norma.kernel.Floats;
import norma.parallel.Scratch;

/// y = softmax(scale * q k^T) v for some queries of one head.
///
/// Scores are made with keys down and queries across, S = K Q^T. A query is then a lane: its maximum m and its sum l
/// need no step from lane to lane. Each block of keys moves them on (Milakov and Gimelshein 2018, arXiv 1805.02867):
///
///     m' = max(m, max_j s_j)    p_j = exp(s_j - m')
///     l' = l exp(m - m') + sum_j p_j    y' = y exp(m - m') + sum_j p_j v_j
///
/// At the end y / l is the result and m + log l its `logSumExp`.
final class AttentionForward {
    private static final int L = Lanes.LANES;

    private final Attention.Sizes sizes;
    private final int head;
    private final int width;
    private final Sight sight;
    private final HeadRows q;
    private final HeadRows k;
    private final HeadRows v;
    private final HeadRows y;
    private final Floats logSumExp;

    /// Keys that some query sees; their rows, packed, and the columns of their values.
    private int keys;
    private float[] keyRows;
    private float[] valueColumns;

    /// One block: packed queries, scores (64 keys, 64 queries), eight queries' weights, packed, and for each query the
    /// sum of weighted values, m, l, and the factor exp(m - m').
    private float[] block;
    private int size;
    private final int queries;
    private final int scores;
    private final int weights;
    private final int sums;
    private final int max;
    private final int total;
    private final int decay;

    AttentionForward(Attention.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask, Floats y,
            Floats logSumExp) {
        this.sizes = sizes;
        this.head = head;
        this.width = SimdAttention.padded(sizes.headSize());
        this.sight = Sight.of(sizes, head, keyMask);
        this.q = HeadRows.of(sizes, head, q, sizes.queries());
        this.k = HeadRows.of(sizes, head, k, sizes.keys());
        this.v = HeadRows.of(sizes, head, v, sizes.keys());
        this.y = HeadRows.of(sizes, head, y, sizes.queries());
        this.logSumExp = logSumExp;
        queries = take(BLOCK * sizes.headSize());
        scores = take(BLOCK * BLOCK);
        weights = take(BLOCK * ROWS);
        sums = take(BLOCK * width);
        max = take(BLOCK);
        total = take(BLOCK);
        decay = take(BLOCK);
    }

    private int take(int floats) {
        size += floats;
        return size - floats;
    }

    /// Queries `[from, to)`, as far as there are so many.
    void run(int from, int to) {
        int end = Math.min(to, sizes.queries());
        keys = sight.limit(end - 1);
        keyRows = Scratch.floats(4, (keys + ROWS) * sizes.headSize());
        valueColumns = Scratch.floats(5, keys * width);
        float[] selected = Scratch.floats(6, sight.keys() == null ? 0 : keys * sizes.headSize());
        k.select(sight.keys(), keys, selected).packRows(0, keys, keyRows, 0, ROWS);
        v.select(sight.keys(), keys, selected).packColumns(0, keys, valueColumns, 0);
        block = Scratch.floats(7, size);
        for (int query = from; query < end; query += BLOCK) {
            block(query, Math.min(BLOCK, end - query));
        }
    }

    private void block(int query, int count) {
        q.packRows(query, count, block, queries, COLUMNS);
        Arrays.fill(block, sums, max, 0);
        // The lowest number, and not -infinity: exp(-infinity - m) is then 0 also where every score is -infinity.
        Arrays.fill(block, max, total, -Float.MAX_VALUE);
        Arrays.fill(block, total, decay, 0);
        int last = sight.limit(query + count - 1);
        for (int key = 0; key < last; key += BLOCK) {
            makeWeights(query, count, key);
            addValues(query, count, key);
        }
        finish(query, count);
    }

    /// S = K Q^T, P = exp(scale * S - m')
    private void makeWeights(int query, int count, int key) {
        int d = sizes.headSize();
        Arrays.fill(block, scores, weights, 0);
        for (int i = 0; i < count; i += COLUMNS) {
            int reach = sight.reach(query + Math.min(count, i + COLUMNS), key, BLOCK);
            for (int j = 0; j < reach; j += ROWS) {
                Product.tile(ROWS, COLUMNS, keyRows, (key + j) * d, block, queries + i * d, d, block,
                        scores + j * BLOCK + i, BLOCK);
            }
            boolean all = sight.limit(query + i) >= key + reach;
            for (int lane = i; lane < i + COLUMNS; lane += L) {
                if (!all) {
                    hide(FloatVector.fromArray(F, sight.limits(), query + lane).sub(key), block, scores + lane, reach);
                }
                softmax(lane, reach);
            }
        }
    }

    /// Scores of keys from the query's limit on become -infinity.
    private static void hide(FloatVector limit, float[] s, int at, int reach) {
        for (int j = 0; j < reach; j++) {
            FloatVector.fromArray(F, s, at + j * BLOCK)
                    .blend(Float.NEGATIVE_INFINITY, limit.compare(VectorOperators.LE, j)).intoArray(s, at + j * BLOCK);
        }
    }

    /// One vector of queries.
    private void softmax(int lane, int reach) {
        float[] s = block;
        int at = scores + lane;
        float scale = sizes.scale();
        FloatVector before = FloatVector.fromArray(F, s, max + lane);
        FloatVector m = before;
        FloatVector n = before;
        int pairs = reach - reach % 2;
        for (int j = 0; j < pairs; j += 2) {
            FloatVector a = FloatVector.fromArray(F, s, at + j * BLOCK).mul(scale);
            FloatVector b = FloatVector.fromArray(F, s, at + j * BLOCK + BLOCK).mul(scale);
            m = m.blend(a, a.compare(VectorOperators.GT, m));
            n = n.blend(b, b.compare(VectorOperators.GT, n));
        }
        if (pairs < reach) {
            FloatVector a = FloatVector.fromArray(F, s, at + pairs * BLOCK).mul(scale);
            m = m.blend(a, a.compare(VectorOperators.GT, m));
        }
        m = m.blend(n, n.compare(VectorOperators.GT, m));

        FloatVector factor = FloatVector.broadcast(F, scale);
        FloatVector shift = m.neg();
        FloatVector sum = FloatVector.zero(F);
        for (int j = 0; j < reach; j++) {
            FloatVector score = FloatVector.fromArray(F, s, at + j * BLOCK);
            FloatVector p = VectorMath.expOfNegative(score.fma(factor, shift));
            p.intoArray(s, at + j * BLOCK);
            sum = sum.add(p);
        }
        FloatVector fading = VectorMath.expOfNegative(before.sub(m));
        fading.intoArray(s, decay + lane);
        m.intoArray(s, max + lane);
        FloatVector.fromArray(F, s, total + lane).fma(fading, sum).intoArray(s, total + lane);
    }

    /// y = y exp(m - m') + P^T v
    private void addValues(int query, int count, int key) {
        for (int i = 0; i < count; i += ROWS) {
            for (int row = i; row < i + ROWS; row++) {
                fade(sums + row * width, block[decay + row]);
            }
            int reach = sight.reach(query + Math.min(count, i + ROWS), key, BLOCK);
            Panels.lines(block, scores + i, 1, BLOCK, ROWS, reach, block, weights, ROWS);
            for (int c = 0; c < width; c += COLUMNS) {
                Product.tile(ROWS, COLUMNS, block, weights, valueColumns, c * keys + key * COLUMNS, reach, block,
                        sums + i * width + c, width);
            }
        }
    }

    private void fade(int at, float factor) {
        if (factor != 1) {
            for (int c = 0; c < width; c += L) {
                FloatVector.fromArray(F, block, at + c).mul(factor).intoArray(block, at + c);
            }
        }
    }

    private void finish(int query, int count) {
        int to = logSumExp.offset() + head * sizes.queries() + query;
        for (int i = 0; i < count; i++) {
            float sum = block[total + i];
            boolean blind = sum == 0;
            y.set(query + i, block, sums + i * width, blind ? 0 : 1 / sum);
            logSumExp.array()[to + i] = blind ? Float.NEGATIVE_INFINITY : block[max + i] + (float) Math.log(sum);
        }
    }
}
