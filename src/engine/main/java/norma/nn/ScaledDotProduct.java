package norma.nn;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel.Bias;
import norma.kernel.contract.AttentionKernel.Sizes;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y_h = softmax(q_h k_h^T / sqrt(d)) v_h for each head h, without keeping the (Tq, Tk) matrix.
///
/// Shapes: q, y (B, Tq, H * d), k, v (B, Tk, G * d), keyMask (B, Tk) with 0 for padding, bias (B or 1, H or 1, Tq, Tk).
/// Causal: query i sees keys 0 .. i + Tk - Tq. With fewer heads of keys than of queries, each serves H / G heads of queries that
/// follow one another (Ainslie et al. 2023, arXiv 2305.13245); G is read from the width of k.
public final class ScaledDotProduct {

    private ScaledDotProduct() {
    }

    /// Attention of all heads to all keys.
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal) {
        return apply(q, k, v, heads, causal, Optional.empty(), Optional.empty(), 0);
    }

    /// Attention of all heads to the keys that are not padding.
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal, Tensor keyMask) {
        return apply(q, k, v, heads, causal, Optional.of(keyMask), Optional.empty(), 0);
    }

    /// Attention of all heads, with logits s that can't pass c, c tanh(s / c) in their place (Gemma 2, arXiv 2408.00118), and then get
    /// a bias, -infinity where a query must not see a key. With a cap, or if the bias is to have a gradient, it is computed in tensor
    /// algebra, which makes and keeps several (B, H, Tq, Tk) matrices and takes a few times as long as the fused attention.
    ///
    /// @param cap c; 0 leaves the logits as they are
    public static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal, Optional<Tensor> keyMask,
            Optional<Tensor> bias, float cap) {
        requireShapes(q, k, v, heads, keyMask);
        int headSize = q.dim(2) / heads;
        var sizes = new Sizes(q.dim(0), q.dim(1), k.dim(1), heads, k.dim(2) / headSize, headSize,
                (float) (1 / Math.sqrt(headSize)), causal);
        bias.ifPresent(b -> requireBias(b, sizes));
        boolean learned = bias.isPresent() && Tape.records(bias.get());
        return cap == 0 && !learned ? fused(q, k, v, sizes, keyMask.orElse(null), bias.orElse(null))
                : new Fused(q, k, v, sizes, keyMask.orElse(null), bias.orElse(null), null, null)
                        .definition(logits -> cap == 0 ? logits : logits.divide(cap).tanh().multiply(cap));
    }

    private static Tensor fused(Tensor q, Tensor k, Tensor v, Sizes sizes, Tensor keyMask, Tensor bias) {
        Tensor y = Tensor.empty(q.shape());
        Tensor normalizers = Tensor.empty(Shape.of(q.dim(0), sizes.heads(), 2, q.dim(1)));
        Backend.kernels().attention().forward(sizes, q.data(), k.data(), v.data(), floats(keyMask),
                biasOf(bias), y.data(), normalizers.data());
        return Tape.record(new Fused(q, k, v, sizes, keyMask, bias, y, normalizers), y);
    }

    private static void requireShapes(Tensor q, Tensor k, Tensor v, int heads, Optional<Tensor> keyMask) {
        if (q.shape().rank() != 3 || k.shape().rank() != 3 || !k.shape().equals(v.shape()) || q.dim(0) != k.dim(0)) {
            throw new IllegalArgumentException(
                    "attention: q must be (B, Tq, H * d), k and v (B, Tk, G * d); got q %s, k %s, v %s"
                            .formatted(q.shape(), k.shape(), v.shape()));
        }
        requireHeads(q, k, heads);
        if (keyMask.isPresent() && !keyMask.get().shape().equals(Shape.of(k.dim(0), k.dim(1)))) {
            throw new IllegalArgumentException("attention: the key mask must be (B, Tk) = (%d, %d); got %s"
                    .formatted(k.dim(0), k.dim(1), keyMask.get().shape()));
        }
    }

    /// Rows of q must hold H heads, and rows of k a number of heads of the same size that divides H.
    static void requireHeads(Tensor q, Tensor k, int heads) {
        int headSize = q.dim(2) / heads;
        if (headSize == 0 || q.dim(2) % heads != 0 || k.dim(2) % headSize != 0 || k.dim(2) == 0
                || heads % (k.dim(2) / headSize) != 0) {
            throw new IllegalArgumentException(
                    "attention: q must be (B, Tq, H * d), k and v (B, Tk, G * d), with G a divisor of H; got q %s, k %s with H = %d"
                            .formatted(q.shape(), k.shape(), heads));
        }
    }

    /// A bias of shape (Tq, Tk) or (B, Tq, Tk) as (B or 1, 1, Tq, Tk).
    static Tensor biasOfHeads(Tensor bias) {
        Shape shape = bias.shape();
        return switch (shape.rank()) {
            case 2 -> bias.reshape(1, 1, shape.dim(0), shape.dim(1));
            case 3 -> bias.reshape(shape.dim(0), 1, shape.dim(1), shape.dim(2));
            case 4 -> bias;
            default -> throw new IllegalArgumentException(
                    "attention: a mask or bias must be (Tq, Tk), (B, Tq, Tk) or (B or 1, H or 1, Tq, Tk); got "
                            + shape);
        };
    }

    private static void requireBias(Tensor bias, Sizes sizes) {
        boolean batch = bias.dim(0) == 1 || bias.dim(0) == sizes.batch();
        boolean heads = bias.dim(1) == 1 || bias.dim(1) == sizes.heads();
        if (!batch || !heads || bias.dim(2) != sizes.queries() || bias.dim(3) != sizes.keys()) {
            throw new IllegalArgumentException(
                    "attention: a mask or bias must be (B or 1, H or 1, Tq, Tk) of (%d, %d, %d, %d); got %s".formatted(
                            sizes.batch(), sizes.heads(), sizes.queries(), sizes.keys(), bias.shape()));
        }
    }

    private static Floats floats(Tensor x) {
        return x == null ? null : x.data();
    }

    private static Bias biasOf(Tensor x) {
        int matrix = x == null ? 0 : x.dim(2) * x.dim(3);
        return x == null ? null
                : Bias.ofPairs(x.data(), x.dim(0) == 1 ? 0 : x.dim(1) * matrix, x.dim(1) == 1 ? 0 : matrix, x.dim(3));
    }

    /// With P the softmax: dv = P^T dy, dq and dk by way of the logits' gradient P * (dy v^T - rowsum(dy * y)).
    record Fused(Tensor q, Tensor k, Tensor v, Sizes sizes, Tensor keyMask, Tensor bias, Tensor y, Tensor normalizers)
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
            Backend.kernels().attention().backward(sizes, q.data(), k.data(), v.data(), floats(keyMask),
                    biasOf(bias), y.data(),
                    normalizers.data(), dy.data(), dq.data(), dk.data(), dv.data());
            return new Tensor[] {dq, dk, dv};
        }

        @Override
        public Tensor definition() {
            return definition(logits -> logits);
        }

        Tensor definition(UnaryOperator<Tensor> change) {
            Tensor visible = bias == null ? visible()
                    : visible().multiply(bias.greater(Float.NEGATIVE_INFINITY));
            Tensor logits = change.apply(byGroup(heads(q, sizes.heads())).matmulTransposed(heads(k, sizes.groups()))
                    .multiply(sizes.scale()).reshape(sizes.batch(), sizes.heads(), sizes.queries(), sizes.keys()));
            Tensor scores = visible.where(bias == null ? logits : logits.add(bias), -1e30f);
            Tensor e = scores.subtract(scores.detach().max(keepDims(-1))).exp().multiply(visible);
            // a row that sees nothing has e = 0 and gives 0
            Tensor p = e.divide(e.sum(keepDims(-1)).maximum(Float.MIN_NORMAL));
            Tensor y = byGroup(p).matmul(heads(v, sizes.groups()));
            return y.reshape(sizes.batch(), sizes.heads(), sizes.queries(), sizes.headSize()).transpose(1, 2)
                    .reshape(q.shape());
        }

        /// (B, T, heads * d) to (B, heads, T, d)
        private Tensor heads(Tensor x, int heads) {
            return x.reshape(x.dim(0), x.dim(1), heads, sizes.headSize()).transpose(1, 2);
        }

        /// (B, H, Tq, n) to (B, G, H / G * Tq, n): the rows of a group's heads, one behind the other
        private Tensor byGroup(Tensor x) {
            int rows = sizes.heads() / sizes.groups() * sizes.queries();
            return x.reshape(sizes.batch(), sizes.groups(), rows, x.dim(3));
        }

        /// 1 where a query may see a key, (Tq, Tk) or (B, 1, Tq, Tk)
        private Tensor visible() {
            Tensor all = Tensor.ones(sizes.queries(), sizes.keys());
            Tensor past = sizes.causal() ? all.tril(sizes.keys() - sizes.queries()) : all;
            return keyMask == null ? past
                    : past.multiply(keyMask.detach().notEqual(0).reshape(sizes.batch(), 1, 1, sizes.keys()));
        }

        @Override
        public String name() {
            return sizes.causal() ? "causal attention" : "attention";
        }
    }
}
