package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.parallel.Workers;

/// Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762) without ever keeping the (queries, keys)
/// matrix: scores are made, used and dropped, and backward makes them again from `logSumExp` (Dao et al. 2022,
/// arXiv 2205.14135).
///
/// The reference goes query by query. Every inner loop is `y[i] += a * x[i]` over a row or a column of its own array,
/// the form that a compiler turns into SIMD.
public interface AttentionKernel {

    /// Sizes and options of one call.
    ///
    /// @param batch B
    /// @param queries Tq, rows of q
    /// @param keys Tk, rows of k and v
    /// @param heads H; a row holds its heads one after the other and they are read in place
    /// @param headSize d
    /// @param scale factor on q k^T, usually 1 / sqrt(d)
    /// @param causal query i sees keys 0 .. i + Tk - Tq only (the last query sees all); what lies above is not computed
    record Sizes(int batch, int queries, int keys, int heads, int headSize, float scale, boolean causal) {

        /// How many keys lie on or below the diagonal of a query; a mask may hide some of them.
        public int visible(int query) {
            return causal ? Math.clamp(query + 1L + keys - queries, 0, keys) : keys;
        }

        /// Distance from one row of q, k or v to the next.
        public int rowStride() {
            return heads * headSize;
        }

        /// Where the first row of a head lies in an array whose sequences have `rows` rows.
        public int start(int sequence, int head, int rows) {
            return (sequence * rows * heads + head) * headSize;
        }
    }

    /// y = softmax(scale * q k^T + mask) v, head by head.
    ///
    /// A query that may see no key at all gives zeros and a `logSumExp` of -infinity. What a masked key or its value
    /// holds never reaches y.
    ///
    /// @param q (B, Tq, H * d)
    /// @param k (B, Tk, H * d)
    /// @param v (B, Tk, H * d)
    /// @param keyMask (B, Tk), 1 for a key that may be seen and 0 for padding, or null
    /// @param y (B, Tq, H * d), written
    /// @param logSumExp (B, H, Tq), written: log of the sum of exp(scores), what backward needs to make them again
    default void forward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Floats y, Floats logSumExp) {
        int queries = sizes.queries(), keys = sizes.keys(), d = sizes.headSize();
        Workers.split(sizes.batch() * sizes.heads(), 1, (from, to) -> {
            for (int bh = from; bh < to; bh++) {
                int sequence = bh / sizes.heads(), head = bh % sizes.heads();
                float[][] keyColumns = columns(sizes, k, sequence, head);
                float[][] values = rows(sizes, v, sequence, head, keys);
                float[][] queryRows = rows(sizes, q, sequence, head, queries);
                float[] p = new float[keys], row = new float[d];
                for (int i = 0; i < queries; i++) {
                    int visible = sizes.visible(i);
                    scores(sizes.scale(), queryRows[i], keyColumns, visible, p);
                    hide(keyMask, sequence * keys, visible, p);
                    float max = max(p, visible);
                    float sum = 0;
                    Arrays.fill(row, 0);
                    for (int j = 0; j < visible; j++) {
                        if (p[j] != Float.NEGATIVE_INFINITY) {
                            float weight = (float) Math.exp(p[j] - max);
                            sum += weight;
                            add(weight, values[j], d, row);
                        }
                    }
                    boolean blind = max == Float.NEGATIVE_INFINITY;
                    logSumExp.array()[logSumExp.offset() + bh * queries + i] = blind ? max
                            : max + (float) Math.log(sum);
                    int at = y.offset() + sizes.start(sequence, head, queries) + i * sizes.rowStride();
                    for (int c = 0; c < d; c++) {
                        y.array()[at + c] = blind ? 0 : row[c] / sum;
                    }
                }
            }
        });
    }

    /// dq, dk, dv from dy, set and not added to. With P = softmax: dv = P^T dy, dP = dy v^T,
    /// dS = P * (dP - rowsum(dy * y)), dq = scale * dS k, dk = scale * dS^T q.
    ///
    /// A query that sees no key takes no part; a masked key and its value have gradients of zero.
    default void backward(Sizes sizes, Floats q, Floats k, Floats v, Floats keyMask, Floats y, Floats logSumExp,
            Floats dy, Floats dq, Floats dk, Floats dv) {
        int queries = sizes.queries(), keys = sizes.keys(), d = sizes.headSize();
        Workers.split(sizes.batch() * sizes.heads(), 1, (from, to) -> {
            for (int bh = from; bh < to; bh++) {
                int sequence = bh / sizes.heads(), head = bh % sizes.heads();
                float[][] keyColumns = columns(sizes, k, sequence, head);
                float[][] keyRows = rows(sizes, k, sequence, head, keys);
                float[][] valueColumns = columns(sizes, v, sequence, head);
                float[][] queryRows = rows(sizes, q, sequence, head, queries);
                float[][] yRows = rows(sizes, y, sequence, head, queries);
                float[][] dyRows = rows(sizes, dy, sequence, head, queries);
                float[][] dqRows = new float[queries][d], dkRows = new float[keys][d], dvRows = new float[keys][d];
                float[] p = new float[keys], dp = new float[keys];
                for (int i = 0; i < queries; i++) {
                    float lse = logSumExp.get(bh * queries + i);
                    int visible = lse == Float.NEGATIVE_INFINITY ? 0 : sizes.visible(i);
                    scores(sizes.scale(), queryRows[i], keyColumns, visible, p);
                    hide(keyMask, sequence * keys, visible, p);
                    scores(1, dyRows[i], valueColumns, visible, dp);
                    float mean = dot(dyRows[i], yRows[i]);
                    for (int j = 0; j < visible; j++) {
                        if (p[j] != Float.NEGATIVE_INFINITY) {
                            float weight = (float) Math.exp(p[j] - lse);
                            float ds = sizes.scale() * weight * (dp[j] - mean);
                            add(weight, dyRows[i], d, dvRows[j]);
                            add(ds, queryRows[i], d, dkRows[j]);
                            add(ds, keyRows[j], d, dqRows[i]);
                        }
                    }
                }
                store(sizes, dqRows, dq, sequence, head);
                store(sizes, dkRows, dk, sequence, head);
                store(sizes, dvRows, dv, sequence, head);
            }
        });
    }

    /// s[j] = scale * (x . column j) for the first `count` columns.
    private static void scores(float scale, float[] x, float[][] columns, int count, float[] s) {
        Arrays.fill(s, 0, count, 0);
        for (int c = 0; c < x.length; c++) {
            add(scale * x[c], columns[c], count, s);
        }
    }

    private static void hide(Floats keyMask, int at, int count, float[] s) {
        for (int j = 0; keyMask != null && j < count; j++) {
            if (keyMask.get(at + j) == 0) {
                s[j] = Float.NEGATIVE_INFINITY;
            }
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

    /// The rows of one head, each an array of its own.
    private static float[][] rows(Sizes sizes, Floats x, int sequence, int head, int count) {
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            int at = x.offset() + sizes.start(sequence, head, count) + i * sizes.rowStride();
            rows[i] = Arrays.copyOfRange(x.array(), at, at + sizes.headSize());
        }
        return rows;
    }

    /// The columns of one head of k or v.
    private static float[][] columns(Sizes sizes, Floats x, int sequence, int head) {
        float[][] columns = new float[sizes.headSize()][sizes.keys()];
        for (int j = 0; j < sizes.keys(); j++) {
            int at = x.offset() + sizes.start(sequence, head, sizes.keys()) + j * sizes.rowStride();
            for (int c = 0; c < columns.length; c++) {
                columns[c][j] = x.array()[at + c];
            }
        }
        return columns;
    }

    private static void store(Sizes sizes, float[][] rows, Floats x, int sequence, int head) {
        for (int i = 0; i < rows.length; i++) {
            int at = x.offset() + sizes.start(sequence, head, rows.length) + i * sizes.rowStride();
            System.arraycopy(rows[i], 0, x.array(), at, rows[i].length);
        }
    }
}
