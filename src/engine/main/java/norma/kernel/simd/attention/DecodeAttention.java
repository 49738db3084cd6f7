package norma.kernel.simd.attention;

import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.MatmulKernel;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.matmul.SimdMatmul;
import norma.kernel.simd.vector.RowMath;

/// Attention of one head when few queries look at many keys, as in decoding: query by query and in the layout of k and
/// v, for time goes into reading them.
final class DecodeAttention {
    /// Up to so many queries it is faster than [AttentionForward].
    static final int MOST = 2;

    /// Keys and values that the mask leaves, and the scores of a query.
    private static final Scratch KEYS = new Scratch();
    private static final Scratch VALUES = new Scratch();
    private static final Scratch SCORES = new Scratch();

    private static final MatmulKernel MATMUL = new SimdMatmul();

    private final AttentionKernel.Sizes sizes;
    private final int head;
    private final VisibleKeys visible;
    private final BiasView bias;
    private final HeadView q;
    private final HeadView k;
    private final HeadView v;
    private final HeadView y;

    DecodeAttention(AttentionKernel.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask,
            AttentionKernel.Bias bias, Floats y) {
        this.sizes = sizes;
        this.head = head;
        this.visible = VisibleKeys.of(sizes, head, keyMask);
        this.bias = BiasView.of(sizes, head, bias);
        this.q = HeadView.ofQueries(sizes, head, q);
        this.y = HeadView.ofQueries(sizes, head, y);
        this.k = visible(k, KEYS);
        this.v = visible(v, VALUES);
    }

    private HeadView visible(Floats x, Scratch room) {
        HeadView rows = HeadView.ofKeys(sizes, head, x);
        return visible.all() ? rows : rows.select(visible, room.floats(visible.count() * sizes.headSize()));
    }

    void forward() {
        for (int i = 0; i < sizes.queries(); i++) {
            int keys = visible.limit(i);
            Floats weights = new Floats(SCORES.floats(keys), 0, keys);
            double sum = exps(i, weights);
            product(weights, v, y, i);
            y.scale(i, sum == 0 ? 0 : (float) (1 / sum));
        }
    }

    /// exp(s - max s) of a query's scores, and their sum.
    private double exps(int i, Floats scores) {
        float[] s = scores.array();
        int keys = scores.length();
        float[] lanes = RowMath.lanes();
        for (int j = 0; j < keys; j++) {
            s[j] = q.dot(i, k, j, lanes);
        }
        if (bias != null) {
            bias.add(visible, i, 0, keys, s, 0);
        }
        for (int j = 0; j < keys; j++) {
            s[j] *= sizes.scale();
        }
        float max = Math.max(RowMath.max(s, 0, keys), -Float.MAX_VALUE);
        return RowMath.exps(s, 0, keys, max, s, 0);
    }

    /// The queries are so few that their weights cost less to make again, with their sum, than [AttentionBackward] would.
    void backward(Floats dy, Floats dq, Floats dk, Floats dv, boolean first) {
        HeadView dyRows = HeadView.ofQueries(sizes, head, dy), dqRows = HeadView.ofQueries(sizes, head, dq);
        HeadView dkRows = HeadView.ofKeys(sizes, head, dk), dvRows = HeadView.ofKeys(sizes, head, dv);
        for (int j = 0; first && j < sizes.keys(); j++) {
            dkRows.clear(j);
            dvRows.clear(j);
        }
        for (int i = 0; i < sizes.queries(); i++) {
            int keys = visible.limit(i);
            Floats slopes = new Floats(SCORES.floats(keys), 0, keys);
            float factor = (float) (1 / exps(i, slopes));
            float[] lanes = RowMath.lanes();
            float mean = dyRows.dot(i, y, i, lanes);
            for (int j = 0; j < keys; j++) {
                float weight = slopes.array()[j] == 0 ? 0 : slopes.array()[j] * factor;
                float slope = sizes.scale() * weight * (dyRows.dot(i, v, j, lanes) - mean);
                dvRows.add(visible.number(j), weight, dyRows, i);
                dkRows.add(visible.number(j), slope, q, i);
                slopes.array()[j] = slope;
            }
            product(slopes, k, dqRows, i);
        }
    }

    /// Row i of y = a row of weights times the rows of x.
    private static void product(Floats weights, HeadView x, HeadView y, int i) {
        MATMUL.multiply(Matrix.of(weights, 1, weights.length()), matrix(x, 0, weights.length()), matrix(y, i, 1),
                MatmulKernel.Epilogue.NONE);
    }

    private static Matrix matrix(HeadView x, int from, int rows) {
        int at = x.at() + from * x.stride();
        Floats rest = new Floats(x.array(), at, x.array().length - at);
        return new Matrix(rest, 1, rows, x.size(), 0, x.stride(), 1);
    }
}
