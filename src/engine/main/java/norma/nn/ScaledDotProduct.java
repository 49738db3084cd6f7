package norma.nn;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel.Sizes;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y_h = softmax(q_h k_h^T / sqrt(d)) v_h for each head h, without keeping the (Tq, Tk) matrix.
///
/// Shapes: q, y (B, Tq, H * d), k, v (B, Tk, H * d), keyMask (B, Tk) with 0 for padding.
/// Causal: query i sees keys 0 .. i + Tk - Tq.
public final class ScaledDotProduct {

    private ScaledDotProduct() {
    }

    /// Attention of all heads to all keys.
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal) {
        return apply(q, k, v, heads, causal, Optional.empty(), 0);
    }

    /// Attention of all heads to the keys that are not padding.
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal, Tensor keyMask) {
        return apply(q, k, v, heads, causal, Optional.of(keyMask), 0);
    }

    /// Attention of all heads, with logits s that can't pass c: c tanh(s / c) in their place (Gemma 2, arXiv 2408.00118). That is
    /// computed in tensor algebra, with the whole matrix of logits, which is slower than the fused attention.
    ///
    /// @param cap c; 0 leaves the logits as they are
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal, Optional<Tensor> keyMask,
            float cap) {
        requireShapes(q, k, v, heads, keyMask);
        int headSize = q.dim(2) / heads;
        var sizes = new Sizes(q.dim(0), q.dim(1), k.dim(1), heads, headSize, (float) (1 / Math.sqrt(headSize)), causal);
        return cap == 0 ? fused(q, k, v, sizes, keyMask.orElse(null))
                : new Fused(q, k, v, sizes, keyMask.orElse(null), null, null)
                        .definition(logits -> logits.divide(cap).tanh().multiply(cap));
    }

    private static Tensor fused(Tensor q, Tensor k, Tensor v, Sizes sizes, Tensor keyMask) {
        Tensor y = Tensor.empty(q.shape());
        Tensor logSumExp = Tensor.empty(Shape.of(q.dim(0), sizes.heads(), q.dim(1)));
        Backend.kernels().attention().forward(sizes, q.data(), k.data(), v.data(), floats(keyMask), y.data(),
                logSumExp.data());
        return Tape.record(new Fused(q, k, v, sizes, keyMask, y, logSumExp), y);
    }

    private static void requireShapes(Tensor q, Tensor k, Tensor v, int heads, Optional<Tensor> keyMask) {
        if (q.shape().rank() != 3 || k.shape().rank() != 3 || !k.shape().equals(v.shape()) || q.dim(0) != k.dim(0)
                || q.dim(2) != k.dim(2) || q.dim(2) % heads != 0) {
            throw new IllegalArgumentException(
                    "attention: q must be (B, Tq, H * d), k and v (B, Tk, H * d); got q %s, k %s, v %s with H = %d"
                            .formatted(q.shape(), k.shape(), v.shape(), heads));
        }
        if (keyMask.isPresent() && !keyMask.get().shape().equals(Shape.of(k.dim(0), k.dim(1)))) {
            throw new IllegalArgumentException("attention: the key mask must be (B, Tk) = (%d, %d); got %s"
                    .formatted(k.dim(0), k.dim(1), keyMask.get().shape()));
        }
    }

    private static Floats floats(Tensor x) {
        return x == null ? null : x.data();
    }

    /// With P the softmax: dv = P^T dy, dq and dk by way of the logits' gradient P * (dy v^T - rowsum(dy * y)).
    record Fused(Tensor q, Tensor k, Tensor v, Sizes sizes, Tensor keyMask, Tensor y, Tensor logSumExp)
            implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {q, k, v};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            Tensor dq = Tensor.empty(q.shape());
            Tensor dk = Tensor.empty(k.shape());
            Tensor dv = Tensor.empty(v.shape());
            Backend.kernels().attention().backward(sizes, q.data(), k.data(), v.data(), floats(keyMask), y.data(),
                    logSumExp.data(), dy.data(), dq.data(), dk.data(), dv.data());
            return new Tensor[] {dq, dk, dv};
        }

        @Override
        public Tensor definition() {
            return definition(logits -> logits);
        }

        Tensor definition(UnaryOperator<Tensor> change) {
            Tensor visible = visible();
            Tensor logits = change.apply(heads(q).matmulTransposed(heads(k)).multiply(sizes.scale()));
            Tensor scores = visible.where(logits, Tensor.scalar(-1e30f));
            Tensor e = scores.subtract(scores.detach().max(keepDims(-1))).exp().multiply(visible);
            // a row that sees nothing has e = 0 and gives 0
            Tensor p = e.divide(e.sum(keepDims(-1)).maximum(Tensor.scalar(Float.MIN_NORMAL)));
            return p.matmul(heads(v)).transpose(1, 2).reshape(q.shape());
        }

        /// (B, T, H * d) to (B, H, T, d)
        private Tensor heads(Tensor x) {
            return x.reshape(x.dim(0), x.dim(1), sizes.heads(), sizes.headSize()).transpose(1, 2);
        }

        /// 1 where a query may see a key, (B, 1, Tq, Tk)
        private Tensor visible() {
            float[] tokens = keyMask == null ? null : keyMask.toArray();
            float[] visible = new float[sizes.batch() * sizes.queries() * sizes.keys()];
            for (int b = 0, i = 0; b < sizes.batch(); b++) {
                for (int t = 0; t < sizes.queries(); t++) {
                    for (int s = 0; s < sizes.keys(); s++) {
                        boolean past = !sizes.causal() || s <= t + sizes.keys() - sizes.queries();
                        boolean token = tokens == null || tokens[b * sizes.keys() + s] != 0;
                        visible[i++] = past && token ? 1 : 0;
                    }
                }
            }
            return Tensor.adopt(Shape.of(sizes.batch(), 1, sizes.queries(), sizes.keys()), visible);
        }

        @Override
        public String name() {
            return sizes.causal() ? "causal attention" : "attention";
        }
    }
}
