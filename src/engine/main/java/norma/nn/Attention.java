package norma.nn;

import norma.tensor.Tensor;

/// Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762): y = W_o concat_h softmax(q_h k_h^T / sqrt(d)) v_h.
///
/// Shapes: x (B, T, D); q, k, v (B, T, H * d), where H * d may differ from D; y (B, T, D).
///
/// @param query W_q
/// @param key W_k
/// @param value W_v
/// @param output W_o
/// @param heads H
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary how positions are written into q and k, or null
/// @param headScale factors c_h on the heads, or null
public record Attention(Linear query, Linear key, Linear value, Linear output, int heads, boolean causal, Rotary rotary,
        HeadScale headScale) implements Layer {

    /// Checks that the heads divide the width.
    public Attention {
        int width = query.weight().value().dim(0);
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "Attention: the width must be a multiple of the heads; got %d and %d heads"
                            .formatted(width, heads));
        }
    }

    /// Self-attention with biases, weights of N(0, std^2), W_o of N(0, outStd^2).
    public static Attention of(Init init, int dim, int heads, boolean causal, Rotary rotary, double std,
            double outStd) {
        return new Attention(Linear.of(init.at("query"), dim, dim, std), Linear.of(init.at("key"), dim, dim, std),
                Linear.of(init.at("value"), dim, dim, std), Linear.of(init.at("output"), dim, dim, outStd), heads,
                causal,
                rotary, null);
    }

    /// The same with factors on the heads.
    public Attention with(HeadScale scale) {
        return new Attention(query, key, value, output, heads, causal, rotary, scale);
    }

    /// Self-attention.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return forward(x, x, context);
    }

    /// Attention of x (B, Tq, D) to source (B, Tk, D'), whose padding the context masks. Another source than x is all there
    /// from the start and takes no part in the context's cache.
    public Tensor forward(Tensor x, Tensor source, Context context) {
        Cache cache = x == source ? context.cache() : null;
        int start = cache == null ? 0 : cache.length(this);
        Tensor q = turned(query.forward(x), start);
        Tensor k = turned(key.forward(source), start);
        Tensor v = value.forward(source);
        if (cache != null) {
            Cache.Entry all = cache.append(this, k, v);
            k = all.keys();
            v = all.values();
        }
        Tensor y = ScaledDotProduct.of(q, k, v, heads, causal, context.keyMask());
        if (headScale != null && headScale.site() == HeadScale.Site.BEFORE_OUT_PROJ) {
            y = headScale.forward(y, context);
        }
        y = output.forward(y);
        return headScale != null && headScale.site() == HeadScale.Site.AFTER_OUT_PROJ ? headScale.forward(y, context)
                : y;
    }

    private Tensor turned(Tensor x, int start) {
        return rotary == null ? x : rotary.turn(x, heads, start);
    }

    @Override
    public void list(Parts parts) {
        parts.add("query", query).add("key", key).add("value", value).add("output", output).add("headScale", headScale);
    }
}
