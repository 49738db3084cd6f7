package norma.placement;

import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.PerHead;
import norma.nn.Rotary;
import norma.norm.Norm;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;

/// A Transformer block on the unit sphere (nGPT; Loshchilov et al. 2024, arXiv 2410.01131): every vector has length 1, and a
/// sublayer moves the stream towards its own direction by learned steps.
///
///     h <- norm(h + a_A (norm(attention(h)) - h))    h <- norm(h + a_M (norm(mlp(h)) - h))    norm(x) = x / ||x||
///
/// Queries and keys have length s_qk, and the attention's scale is sqrt(d) instead of 1 / sqrt(d). The feed-forward layer is
/// W_d (u silu(v)) with u, v = s_uv sqrt(D) (W_u h, W_v h). Factors are stored as multiples of `base`, which sets how fast they
/// learn: with base 1 / sqrt(D), a stored a of `base` is a step of 0.05 and a stored s_qk of `base` a length of 1.
///
/// Shapes: h (B, T, D) of length 1. After every step of the optimizer the rows of matrices get length 1 again.
///
/// @param query W_q
/// @param key W_k
/// @param value W_v
/// @param output W_o
/// @param up W_u
/// @param gate W_v of the feed-forward layer
/// @param down W_d
/// @param attentionStep a_A (D)
/// @param mlpStep a_M (D)
/// @param qkScale s_qk (D)
/// @param uvScale s_uv (2 F), ones at first
/// @param heads H
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary positions, before the norm of q and k
/// @param base unit of the stored factors
/// @param firstStep share of the way that a stored step of `base` makes
public record NGptBlock(Linear query, Linear key, Linear value, Linear output, Linear up, Linear gate, Linear down,
        Param attentionStep, Param mlpStep, Param qkScale, Param uvScale, int heads, boolean causal,
        Optional<Rotary> rotary, float base, float firstStep) implements Residual {
    /// Share of the way that a step makes at first.
    private static final float STEP = 0.05f;

    /// A block with matrices of N(0, 1 / D), projected.
    public static NGptBlock of(Init init, int dim, int hidden, int heads, boolean causal,
            Optional<Rotary> rotary) {
        double std = 1 / Math.sqrt(dim);
        float base = (float) std;
        var block = new NGptBlock(init.at("query").linearWithoutBias(dim, dim, std),
                init.at("key").linearWithoutBias(dim, dim, std),
                init.at("value").linearWithoutBias(dim, dim, std),
                init.at("output").linearWithoutBias(dim, dim, std),
                init.at("up").linearWithoutBias(dim, hidden, std),
                init.at("gate").linearWithoutBias(dim, hidden, std),
                init.at("down").linearWithoutBias(hidden, dim, std), Init.constant(base, dim),
                Init.constant(base, dim), Init.constant(base, dim), Init.constant(1, 2 * hidden), heads, causal, rotary,
                base, STEP);
        block.afterStep();
        return block;
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor h = step(unit(x), attention(x, context), attentionStep);
        return step(h, mlp(h), mlpStep);
    }

    private Tensor attention(Tensor x, Context context) {
        int start = context.cache().map(cache -> cache.length(this)).orElse(0);
        Tensor scale = qkScale.value().divide(base);
        Tensor q = onSphere(query.forward(x), start, context).multiply(scale).multiply(x.dim(-1) / heads); // sqrt(d) / (1 / sqrt(d))
        Tensor k = onSphere(key.forward(x), start, context).multiply(scale);
        return output
                .forward(Attention.apply(this, q, k, value.forward(x), heads, causal, Optional.empty(), 0, context));
    }

    private Tensor onSphere(Tensor x, int start, Context context) {
        return new PerHead(LpNormalize.l2(), heads)
                .forward(rotary.map(r -> r.rotate(x, heads, context.positions(start, x.dim(1)))).orElse(x));
    }

    private Tensor mlp(Tensor h) {
        int hidden = uvScale.value().size() / 2;
        Tensor scale = uvScale.value().multiply((float) Math.sqrt(h.dim(-1)));
        Tensor u = up.forward(h).multiply(scale.slice(0, 0, hidden));
        Tensor v = gate.forward(h).multiply(scale.slice(0, hidden, 2 * hidden));
        return down.forward(u.multiply(v.silu()));
    }

    private Tensor step(Tensor h, Tensor towards, Param stored) {
        Tensor share = stored.value().multiply(firstStep / base).abs();
        return unit(h.add(share.multiply(unit(towards).subtract(h))));
    }

    private static Tensor unit(Tensor x) {
        return LpNormalize.l2().forward(x);
    }

    /// This block: its norms are the method.
    @Override
    public NGptBlock withNorms(UnaryOperator<Norm> other) {
        return this;
    }

    /// Gives every vector of D features in the matrices length 1: rows, but columns where D is what comes out.
    @Override
    public void afterStep() {
        for (Linear in : new Linear[] {query, key, value, up, gate}) {
            project(in, -1);
        }
        project(output, 0);
        project(down, 0);
    }

    static void project(Linear linear, int axis) {
        Tensor weight = linear.weight().value();
        weight.set(new LpNormalize(2, axis, LpNormalize.EPS).forward(weight.detach()));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("query", query).add("key", key).add("value", value).add("output", output).add("up", up)
                .add("gate", gate).add("down", down).add("attentionStep", attentionStep).add("mlpStep", mlpStep)
                .add("qkScale", qkScale).add("uvScale", uvScale);
    }
}
