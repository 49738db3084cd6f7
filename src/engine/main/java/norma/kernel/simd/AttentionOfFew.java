package norma.kernel.simd;

import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.MatmulKernel;
import norma.parallel.Scratch;

/// Attention of one head when few queries look at many keys, as in decoding: query by query and in the layout of k and
/// v, for time goes into reading them.
final class AttentionOfFew {
    /// Up to so many queries it is faster than [AttentionForward].
    static final int MOST = 2;

    private static final MatmulKernel MATMUL = new SimdMatmul();

    private final AttentionKernel.Sizes sizes;
    private final int head;
    private final Sight sight;
    private final HeadRows q;
    private final HeadRows k;
    private final HeadRows v;
    private final HeadRows y;
    private final Floats logSumExp;

    AttentionOfFew(AttentionKernel.Sizes sizes, int head, Floats q, Floats k, Floats v, Floats keyMask, Floats y,
            Floats logSumExp) {
        this.sizes = sizes;
        this.head = head;
        this.sight = Sight.of(sizes, head, keyMask);
        this.q = HeadRows.of(sizes, head, q, sizes.queries());
        this.y = HeadRows.of(sizes, head, y, sizes.queries());
        this.k = visible(k, 4);
        this.v = visible(v, 5);
        this.logSumExp = logSumExp;
    }

    private HeadRows visible(Floats x, int slot) {
        HeadRows rows = HeadRows.of(sizes, head, x, sizes.keys());
        return sight.all() ? rows : rows.select(sight, Scratch.floats(slot, sight.count() * sizes.headSize()));
    }

    void run() {
        for (int i = 0; i < sizes.queries(); i++) {
            query(i, sight.limit(i));
        }
    }

    private void query(int i, int keys) {
        int to = logSumExp.offset() + head * sizes.queries() + i;
        Floats scores = new Floats(Scratch.floats(6, keys), 0, keys);
        float[] lanes = Rows.lanes();
        for (int j = 0; j < keys; j++) {
            scores.array()[j] = sizes.scale() * q.dot(i, k, j, lanes);
        }
        float max = Math.max(Rows.max(scores.array(), 0, keys), -Float.MAX_VALUE);
        double sum = Rows.exps(scores.array(), 0, keys, max, scores.array(), 0);
        boolean blind = sum == 0;
        MATMUL.multiply(Matrix.of(scores, 1, keys), matrix(v, 0, keys), matrix(y, i, 1), MatmulKernel.Epilogue.NONE);
        y.scale(i, blind ? 0 : (float) (1 / sum));
        logSumExp.array()[to] = blind ? Float.NEGATIVE_INFINITY : (float) (max + Math.log(sum));
    }

    private static Matrix matrix(HeadRows x, int from, int rows) {
        int at = x.at() + from * x.stride();
        Floats rest = new Floats(x.array(), at, x.array().length - at);
        return new Matrix(rest, 1, rows, x.size(), 0, x.stride(), 1);
    }
}
