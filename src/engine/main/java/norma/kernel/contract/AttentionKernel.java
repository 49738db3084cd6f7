package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.parallel.Workers;

/// Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762) without ever keeping the (queries, keys)
/// matrix: scores are made, used and dropped, and backward makes them again (Dao et al. 2022, arXiv 2205.14135).
///
/// Backward has the weights from `normalizers` as exp(scale * (s - m)) / l: of each row of s = q k^T a number m near the maximum, and the
/// sum l of exp(scale * (s - m)); s contains bias / scale. The two stay apart: next to a score of 10,000 a log sum exp in float is off by 5e-4, and so would be
/// every weight. For the same reason backward makes each score in the very operations of forward.
///
/// The reference goes query by query. Every inner loop is `y[i] += a * x[i]` over a row or a column of its own array,
/// the form that a compiler turns into SIMD.
public interface AttentionKernel {

    /// Sizes and options of one call.
    ///
    /// @param batch B
    /// @param queries Tq, rows of q
    /// @param keys Tk, rows of k and v
    /// @param heads H of q; a row holds its heads one after the other and they are read in place
    /// @param groups G, heads of k and v; each serves H / G heads of q that follow one another (Ainslie et al. 2023,
    ///         arXiv 2305.13245)
    /// @param headSize d
    /// @param scale factor on q k^T, usually 1 / sqrt(d)
    /// @param causal query i sees keys 0 .. i + Tk - Tq only (the last query sees all); what lies above is not computed
    record Sizes(int batch, int queries, int keys, int heads, int groups, int headSize, float scale,
            boolean causal) {

        /// How many keys lie on or below the diagonal of a query; a mask may hide some of them.
        public int visible(int query) {
            return causal ? Math.clamp(query + 1L + keys - queries, 0, keys) : keys;
        }

        /// The head of k and v that serves a head of q.
        public int group(int head) {
            return head / (heads / groups);
        }

        /// Distance from one row of q to the next.
        public int queryStride() {
            return heads * headSize;
        }

        /// Distance from one row of k or v to the next.
        public int keyStride() {
            return groups * headSize;
        }

        /// Where the first row of a head of q lies.
        public int queryStart(int sequence, int head) {
            return (sequence * queries * heads + head) * headSize;
        }

        /// Where the first row of a head of k or v lies.
        public int keyStart(int sequence, int group) {
            return (sequence * keys * groups + group) * headSize;
        }

        /// Where the first m of a head lies among the normalizers; its first l lies Tq further on.
        public int normalizerStart(int sequence, int head) {
            return (sequence * heads + head) * 2 * queries;
        }
    }

    /// Numbers that are added to the logits, -infinity where a query must not see a key. Those of a query's keys lie one behind the
    /// other.
    ///
    /// @param values all of them
    /// @param first where that of the first query and key lies
    /// @param perSequence distance from one sequence to the next, 0 if all share theirs
    /// @param perHead distance from one head to the next, 0 if all share theirs
    /// @param perQuery distance from one query to the next: Tk, or -1 if a number depends only on how far the key is from the query
    record Bias(Floats values, int first, int perSequence, int perHead, int perQuery) {

        /// A number for each query and key.
        ///
        /// @param values (..., Tq, Tk)
        public static Bias ofPairs(Floats values, int perSequence, int perHead, int keys) {
            return new Bias(values, 0, perSequence, perHead, keys);
        }

        /// A number for each distance.
        ///
        /// @param values (H or 1, 2 T - 1) of the distances 1 - T ... T - 1 from query to key
        /// @param perHead 2 T - 1, or 0 if all heads share theirs
        public static Bias ofDistances(Floats values, int perHead, int length) {
            return new Bias(values, length - 1, 0, perHead, -1);
        }

        /// Where the first row of a head lies.
        public int start(int sequence, int head) {
            return values.offset() + first + sequence * perSequence + head * perHead;
        }
    }

    /// y = softmax(scale * q k^T + bias) v over the keys that may be seen, head by head.
    ///
    /// A query that may see no key at all gives zeros. What a masked key or its value holds never reaches y; what lies behind a bias
    /// of -infinity does if it is not finite.
    ///
    /// @param q (B, Tq, H * d)
    /// @param k (B, Tk, G * d)
    /// @param v (B, Tk, G * d)
    /// @param keyMask (B, Tk), 1 for a key that may be seen and 0 for padding, or null
    /// @param bias or null
    /// @param y (B, Tq, H * d), written
    /// @param normalizers (B, H, 2, Tq), written: m and l of each query, for `backward` of the same set of kernels; l is 0 if a query sees nothing
    default void forward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers) {
        int queries = sizes.queries(), keys = sizes.keys(), d = sizes.headSize();
        Workers.split(sizes.batch() * sizes.heads(), 1, (from, to) -> {
            for (int bh = from; bh < to; bh++) {
                int sequence = bh / sizes.heads(), head = bh % sizes.heads(), group = sizes.group(head);
                float[][] keyColumns = keyColumns(sizes, k, sequence, group);
                float[][] values = keyRows(sizes, v, sequence, group);
                float[][] queryRows = queryRows(sizes, q, sequence, head);
                float[] p = new float[keys], row = new float[d];
                int normalizer = normalizers.offset() + sizes.normalizerStart(sequence, head);
                for (int i = 0; i < queries; i++) {
                    int visible = sizes.visible(i);
                    scores(queryRows[i], keyColumns, visible, p);
                    hide(keyMask, sequence * keys, visible, p);
                    add(sizes, bias, sequence, head, i, visible, p);
                    float max = max(p, visible);
                    float sum = 0;
                    Arrays.fill(row, 0);
                    for (int j = 0; j < visible; j++) {
                        if (p[j] != Float.NEGATIVE_INFINITY) {
                            float weight = (float) Math.exp(sizes.scale() * (p[j] - max));
                            sum += weight;
                            add(weight, values[j], d, row);
                        }
                    }
                    normalizers.array()[normalizer + i] = max;
                    normalizers.array()[normalizer + queries + i] = sum;
                    int at = y.offset() + sizes.queryStart(sequence, head) + i * sizes.queryStride();
                    for (int c = 0; c < d; c++) {
                        y.array()[at + c] = sum == 0 ? 0 : row[c] / sum;
                    }
                }
            }
        });
    }

    /// dq, dk, dv from dy, set and not added to. With P = softmax: dv = P^T dy, dP = dy v^T,
    /// dS = P * (dP - rowsum(dy * y)), dq = scale * dS k, dk = scale * dS^T q; dk and dv of a group are sums over its heads.
    ///
    /// A query that sees no key takes no part; a masked key and its value have gradients of zero.
    default void backward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Bias bias, Floats y,
            Floats normalizers,
            Floats dy, Floats dq, Floats dk, Floats dv) {
        int queries = sizes.queries(), keys = sizes.keys(), d = sizes.headSize();
        Workers.split(sizes.batch() * sizes.groups(), 1, (from, to) -> {
            for (int bg = from; bg < to; bg++) {
                int sequence = bg / sizes.groups(), group = bg % sizes.groups(), each = sizes.heads() / sizes.groups();
                float[][] keyColumns = keyColumns(sizes, k, sequence, group);
                float[][] keyRows = keyRows(sizes, k, sequence, group);
                float[][] valueColumns = keyColumns(sizes, v, sequence, group);
                float[][] dkRows = new float[keys][d], dvRows = new float[keys][d];
                float[] p = new float[keys], dp = new float[keys];
                for (int head = group * each; head < (group + 1) * each; head++) {
                    float[][] queryRows = queryRows(sizes, q, sequence, head);
                    float[][] yRows = queryRows(sizes, y, sequence, head);
                    float[][] dyRows = queryRows(sizes, dy, sequence, head);
                    float[][] dqRows = new float[queries][d];
                    int normalizer = sizes.normalizerStart(sequence, head);
                    for (int i = 0; i < queries; i++) {
                        float max = normalizers.get(normalizer + i), sum = normalizers.get(normalizer + queries + i);
                        int visible = sum == 0 ? 0 : sizes.visible(i);
                        scores(queryRows[i], keyColumns, visible, p);
                        hide(keyMask, sequence * keys, visible, p);
                        add(sizes, bias, sequence, head, i, visible, p);
                        scores(dyRows[i], valueColumns, visible, dp);
                        float mean = dot(dyRows[i], yRows[i]);
                        for (int j = 0; j < visible; j++) {
                            if (p[j] != Float.NEGATIVE_INFINITY) {
                                float weight = (float) Math.exp(sizes.scale() * (p[j] - max)) / sum;
                                float ds = sizes.scale() * weight * (dp[j] - mean);
                                add(weight, dyRows[i], d, dvRows[j]);
                                add(ds, queryRows[i], d, dkRows[j]);
                                add(ds, keyRows[j], d, dqRows[i]);
                            }
                        }
                    }
                    store(dqRows, dq, sizes.queryStart(sequence, head), sizes.queryStride());
                }
                store(dkRows, dk, sizes.keyStart(sequence, group), sizes.keyStride());
                store(dvRows, dv, sizes.keyStart(sequence, group), sizes.keyStride());
            }
        });
    }

    /// s[j] = x . column j for the first `count` columns.
    private static void scores(float[] x, float[][] columns, int count, float[] s) {
        Arrays.fill(s, 0, count, 0);
        for (int c = 0; c < x.length; c++) {
            add(x[c], columns[c], count, s);
        }
    }

    private static void hide(Floats keyMask, int at, int count, float[] s) {
        for (int j = 0; keyMask != null && j < count; j++) {
            if (keyMask.get(at + j) == 0) {
                s[j] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void add(Sizes sizes, Bias bias, int sequence, int head, int query, int count, float[] s) {
        int at = bias == null ? 0 : bias.start(sequence, head) + query * bias.perQuery;
        for (int j = 0; bias != null && j < count; j++) {
            s[j] += bias.values.array()[at + j] / sizes.scale();
        }
    }

    private static float max(float[] x, int count) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    private static float dot(float[] x, float[] y) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /// y += a * x
    private static void add(float a, float[] x, int count, float[] y) {
        for (int i = 0; i < count; i++) {
            y[i] += a * x[i];
        }
    }

    private static float[][] queryRows(Sizes sizes, Floats x, int sequence, int head) {
        return rows(x, sizes.queryStart(sequence, head), sizes.queryStride(), sizes.queries(), sizes.headSize());
    }

    private static float[][] keyRows(Sizes sizes, Floats x, int sequence, int group) {
        return rows(x, sizes.keyStart(sequence, group), sizes.keyStride(), sizes.keys(), sizes.headSize());
    }

    /// The rows of one head, each an array of its own.
    private static float[][] rows(Floats x, int start, int stride, int count, int size) {
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            int at = x.offset() + start + i * stride;
            rows[i] = Arrays.copyOfRange(x.array(), at, at + size);
        }
        return rows;
    }

    /// The columns of one head of k or v.
    private static float[][] keyColumns(Sizes sizes, Floats x, int sequence, int group) {
        float[][] columns = new float[sizes.headSize()][sizes.keys()];
        for (int j = 0; j < sizes.keys(); j++) {
            int at = x.offset() + sizes.keyStart(sequence, group) + j * sizes.keyStride();
            for (int c = 0; c < columns.length; c++) {
                columns[c][j] = x.array()[at + c];
            }
        }
        return columns;
    }

    private static void store(float[][] rows, Floats x, int start, int stride) {
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, x.array(), x.offset() + start + i * stride, rows[i].length);
        }
    }
}
