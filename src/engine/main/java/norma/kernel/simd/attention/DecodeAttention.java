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
    private final HeadView q;
    private final HeadView k;
    private final HeadView v;
    private final HeadView y;
    private final Floats logSumExp;

    DecodeAttention(AttentionKernel.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask, Floats y,
            Floats logSumExp) {
        this.sizes = sizes;
        this.head = head;
        this.visible = VisibleKeys.of(sizes, head, keyMask);
        this.q = HeadView.of(sizes, head, q, sizes.queries());
        this.y = HeadView.of(sizes, head, y, sizes.queries());
        this.k = visible(k, KEYS);
        this.v = visible(v, VALUES);
        this.logSumExp = logSumExp;
    }

    private HeadView visible(Floats x, Scratch room) {
        HeadView rows = HeadView.of(sizes, head, x, sizes.keys());
        return visible.all() ? rows : rows.select(visible, room.floats(visible.count() * sizes.headSize()));
    }

    void run() {
        for (int i = 0; i < sizes.queries(); i++) {
            query(i, visible.limit(i));
        }
    }

    private void query(int i, int keys) {
        int to = logSumExp.offset() + head * sizes.queries() + i;
        Floats scores = new Floats(SCORES.floats(keys), 0, keys);
        float[] lanes = RowMath.lanes();
        for (int j = 0; j < keys; j++) {
            scores.array()[j] = sizes.scale() * q.dot(i, k, j, lanes);
        }
        float max = Math.max(RowMath.max(scores.array(), 0, keys), -Float.MAX_VALUE);
        double sum = RowMath.exps(scores.array(), 0, keys, max, scores.array(), 0);
        boolean blind = sum == 0;
        MATMUL.multiply(Matrix.of(scores, 1, keys), matrix(v, 0, keys), matrix(y, i, 1), MatmulKernel.Epilogue.NONE);
        y.scale(i, blind ? 0 : (float) (1 / sum));
        logSumExp.array()[to] = blind ? Float.NEGATIVE_INFINITY : (float) (max + Math.log(sum));
    }

    private static Matrix matrix(HeadView x, int from, int rows) {
        int at = x.at() + from * x.stride();
        Floats rest = new Floats(x.array(), at, x.array().length - at);
        return new Matrix(rest, 1, rows, x.size(), 0, x.stride(), 1);
    }
}
