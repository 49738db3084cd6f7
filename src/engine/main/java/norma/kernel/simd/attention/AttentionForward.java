package norma.kernel.simd.attention;

import static norma.kernel.simd.attention.AttentionTiles.COLUMNS;
import static norma.kernel.simd.attention.AttentionTiles.ROWS;
import static norma.kernel.simd.attention.AttentionTiles.SIDE;
import static norma.kernel.simd.vector.Species.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.Species;
import norma.kernel.simd.vector.VectorMath;

/// y = softmax(scale * q k^T) v for some queries of one head.
///
/// Scores are made with keys down and queries across, S = K Q^T. A query is then a lane: its maximum m and its sum l
/// need no step from lane to lane. Each block of keys moves them on (Milakov and Gimelshein 2018, arXiv 1805.02867):
///
///     m' = max(m, max_j s_j)    p_j = exp(scale * (s_j - m'))
///     l' = l exp(scale * (m - m')) + sum_j p_j    y' = y exp(scale * (m - m')) + sum_j p_j v_j
///
/// At the end y / l is the result. Powers are of 2, with a factor of scale * log2(e) on distances from m: in q it would round every
/// score, and a score of 1,000 by enough to be seen in its weight.
///
/// Any m near the maximum will do: so it stays while no score is more than [#SLACK] above it, and y need not be multiplied
/// with every block.
final class AttentionForward {
    private static final int L = Species.LANES;
    private static final double LOG2_E = 1.4426950408889634;

    /// Weights are then up to 256.
    private static final float SLACK = 8;

    private static final Scratch KEYS = new Scratch();
    private static final Scratch VALUES = new Scratch();
    private static final Scratch BLOCK = new Scratch();

    private final AttentionKernel.Sizes sizes;
    private final int head;
    private final int width;
    private final VisibleKeys visible;
    private final BiasView bias;
    private final HeadView q;
    private final HeadView k;
    private final HeadView v;
    private final HeadView y;
    private final Floats normalizers;

    /// Keys that some query sees, rounded up to whole tiles; their rows and those of their values.
    private int keys;
    private float[] keyRows;
    private float[] valueRows;

    /// One block: Q^T, scores (64 keys, 64 queries), a bias laid out alike, and for each query the sum of weighted values, m, l, and a
    /// factor: exp(scale * (m - m')), at the end 1 / l.
    private float[] block;
    private int size;
    private final int queries;
    private final int scores;
    private final int sums;
    private final int max;
    private final int total;
    private final int factors;
    private final int biases;

    /// Whether m has moved for some query of the block.
    private boolean moved;

    /// From a distance of scores to the exponent of 2, and what [#SLACK] is as a distance.
    private final float factor;
    private final float slack;

    AttentionForward(AttentionKernel.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask,
            AttentionKernel.Bias bias, Floats y, Floats normalizers) {
        this.sizes = sizes;
        this.head = head;
        this.width = SimdAttention.padded(sizes.headSize());
        this.visible = VisibleKeys.of(sizes, head, keyMask);
        this.bias = BiasView.of(sizes, head, bias);
        this.q = HeadView.ofQueries(sizes, head, q);
        this.k = HeadView.ofKeys(sizes, head, k);
        this.v = HeadView.ofKeys(sizes, head, v);
        this.y = HeadView.ofQueries(sizes, head, y);
        this.normalizers = normalizers;
        factor = factor(sizes);
        slack = SLACK / factor;
        queries = take(SIDE * sizes.headSize());
        scores = take(SIDE * SIDE);
        sums = take(SIDE * width);
        max = take(SIDE);
        total = take(SIDE);
        factors = take(SIDE);
        biases = take(bias == null ? 0 : SIDE * SIDE);
    }

    static float factor(AttentionKernel.Sizes sizes) {
        return (float) (sizes.scale() * LOG2_E);
    }

    private int take(int floats) {
        size += floats;
        return size - floats;
    }

    /// Queries `[from, to)`, as far as there are so many.
    void run(int from, int to) {
        int end = Math.min(to, sizes.queries());
        int seen = visible.limit(end - 1);
        keys = SimdAttention.wholeTiles(seen);
        keyRows = KEYS.floats(keys * width);
        valueRows = VALUES.floats(keys * width);
        k.copy(visible, 0, seen, keyRows, 0, keys);
        v.copy(visible, 0, seen, valueRows, 0, keys);
        block = BLOCK.floats(size);
        for (int query = from; query < end; query += SIDE) {
            block(query, Math.min(SIDE, end - query));
        }
    }

    private void block(int query, int count) {
        q.copy(query, count, 1, block, sums, SIDE);
        for (int c = 0; c < sizes.headSize(); c += SIDE) {
            int depth = Math.min(SIDE, sizes.headSize() - c);
            Interleaving.lines(block, sums + c * SIDE, SIDE, 1, count, depth, block, queries + c * SIDE, SIDE);
        }
        // The lowest number, and not -infinity: exp(-infinity - m) is then 0 also where every score is -infinity.
        Arrays.fill(block, max, total, -Float.MAX_VALUE);
        Arrays.fill(block, total, factors, 0);
        int last = visible.limit(query + count - 1);
        if (last == 0) {
            Arrays.fill(block, sums, max, 0);
        }
        for (int key = 0; key < last; key += SIDE) {
            makeWeights(query, count, key);
            addValues(query, count, key);
        }
        finish(query, count);
    }

    /// S = K Q^T, P = exp(scale * (S - m'))
    private void makeWeights(int query, int count, int key) {
        moved = false;
        if (bias != null) {
            bias.transpose(visible, query, count, key, Math.min(SIDE, visible.count() - key), block, biases);
        }
        for (int i = 0; i < count; i += COLUMNS) {
            int reach = visible.reach(query + Math.min(count, i + COLUMNS), key, SIDE);
            for (int c = 0; c < sizes.headSize(); c += SIDE) {
                int depth = Math.min(SIDE, sizes.headSize() - c);
                for (int j = 0; j < reach; j += ROWS) {
                    AttentionTiles.multiply(keyRows, c * keys + (key + j) * SIDE, block, queries + c * SIDE + i, depth,
                            c > 0, block, scores + j * SIDE + i);
                }
            }
            if (bias != null) {
                BiasView.add(block, biases + i, bias.factor(), reach, block, scores + i);
            }
            boolean all = visible.limit(query + i) >= key + reach;
            for (int lane = i; lane < i + COLUMNS; lane += L) {
                if (!all) {
                    hide(FloatVector.fromArray(F, visible.array(), query + lane).sub(key), block, scores + lane, reach);
                }
                softmax(lane, reach);
            }
        }
    }

    /// Scores of keys from the query's limit on become -infinity.
    private static void hide(FloatVector limit, float[] s, int at, int reach) {
        for (int j = 0; j < reach; j++) {
            FloatVector.fromArray(F, s, at + j * SIDE)
                    .blend(Float.NEGATIVE_INFINITY, limit.compare(VectorOperators.LE, j)).intoArray(s, at + j * SIDE);
        }
    }

    /// One vector of queries.
    private void softmax(int lane, int reach) {
        float[] s = block;
        int at = scores + lane;
        FloatVector before = FloatVector.fromArray(F, s, max + lane);
        FloatVector m = before;
        FloatVector n = before;
        int pairs = reach - reach % 2;
        for (int j = 0; j < pairs; j += 2) {
            FloatVector a = FloatVector.fromArray(F, s, at + j * SIDE);
            FloatVector b = FloatVector.fromArray(F, s, at + j * SIDE + SIDE);
            m = m.blend(a, a.compare(VectorOperators.GT, m));
            n = n.blend(b, b.compare(VectorOperators.GT, n));
        }
        if (pairs < reach) {
            FloatVector a = FloatVector.fromArray(F, s, at + pairs * SIDE);
            m = m.blend(a, a.compare(VectorOperators.GT, m));
        }
        m = m.blend(n, n.compare(VectorOperators.GT, m));
        m = before.blend(m, m.compare(VectorOperators.GT, before.add(slack)));
        moved |= m.compare(VectorOperators.NE, before).anyTrue();

        FloatVector sum = FloatVector.zero(F);
        for (int j = 0; j < reach; j++) {
            FloatVector p = VectorMath.exp2(FloatVector.fromArray(F, s, at + j * SIDE).sub(m), factor);
            p.intoArray(s, at + j * SIDE);
            sum = sum.add(p);
        }
        FloatVector fading = VectorMath.exp2(before.sub(m), factor);
        fading.intoArray(s, factors + lane);
        m.intoArray(s, max + lane);
        FloatVector.fromArray(F, s, total + lane).fma(fading, sum).intoArray(s, total + lane);
    }

    /// y = y exp(scale * (m - m')) + P^T v
    private void addValues(int query, int count, int key) {
        for (int c = 0; c < sizes.headSize(); c += COLUMNS) {
            int values = c / SIDE * SIDE * keys + key * SIDE + c % SIDE;
            int to = sums + c / SIDE * SIDE * SIDE + c % SIDE;
            for (int i = 0; i < count; i += ROWS) {
                int reach = visible.reach(query + Math.min(count, i + ROWS), key, SIDE);
                if (key > 0 && moved) {
                    multiply(to, i);
                }
                AttentionTiles.multiplyTransposed(block, scores + i, valueRows, values, reach, key > 0, block,
                        to + i * SIDE);
            }
        }
    }

    /// The tile of sums from query `from` on, times each query's factor.
    private void multiply(int at, int from) {
        for (int i = from; i < from + ROWS; i++) {
            float factor = block[factors + i];
            int to = at + i * SIDE;
            FloatVector.fromArray(F, block, to).mul(factor).intoArray(block, to);
            FloatVector.fromArray(F, block, to + L).mul(factor).intoArray(block, to + L);
        }
    }

    private void finish(int query, int count) {
        for (int i = 0; i < count; i++) {
            float sum = block[total + i];
            block[factors + i] = sum == 0 ? 0 : 1 / sum;
        }
        int to = normalizers.offset() + head * 2 * sizes.queries() + query;
        System.arraycopy(block, max, normalizers.array(), to, count);
        System.arraycopy(block, total, normalizers.array(), to + sizes.queries(), count);
        for (int c = 0; c < sizes.headSize(); c += COLUMNS) {
            for (int i = 0; i < count; i += ROWS) {
                multiply(sums + c / SIDE * SIDE * SIDE + c % SIDE, i);
            }
        }
        y.set(query, count, block, sums, SIDE, 1);
    }
}
