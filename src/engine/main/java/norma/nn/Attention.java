package norma.nn;

import norma.tensor.Tensor;

/// Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762): y = W_o concat_h softmax(q_h k_h^T / sqrt(d)) v_h.
///
/// Shapes: x (B, T, D); q, k, v (B, T, H * d), where H * d may differ from D; y (B, T, D).
///
/// What makes q, k, v and y is a layer: a [Linear], or one with a norm or with factors on the heads beside it.
///
/// @param query W_q
/// @param key W_k
/// @param value W_v
/// @param output W_o
/// @param heads H
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary how positions are written into q and k, or null
/// @param cap c, if logits s become c tanh(s / c) (Gemma 2, arXiv 2408.00118; not fused, so slower), or 0
public record Attention(Layer query, Layer key, Layer value, Layer output, int heads, boolean causal, Rotary rotary,
        float cap) implements Layer {

    /// With logits as they are.
    public Attention(Layer query, Layer key, Layer value, Layer output, int heads, boolean causal, Rotary rotary) {
        this(query, key, value, output, heads, causal, rotary, 0);
    }

    /// Checks the number of heads and the cap.
    public Attention {
        if (!(cap >= 0)) {
            throw new IllegalArgumentException("Attention: the cap of the logits must not be negative; got " + cap);
        }
        if (heads < 1) {
            throw new IllegalArgumentException("Attention: needs a head at least; got " + heads);
        }
    }

    /// Self-attention with biases, weights of N(0, std^2), W_o of N(0, outStd^2).
    public static Attention of(LayerSource source, int dim, int heads, boolean causal, Rotary rotary, double std,
            double outStd) {
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Attention: the width must be a multiple of the heads; got %d and %d heads".formatted(dim, heads));
        }
        return new Attention(source.at("query").linear(dim, dim, std), source.at("key").linear(dim, dim, std),
                source.at("value").linear(dim, dim, std), source.at("output").linear(dim, dim, outStd), heads, causal,
                rotary);
    }

    /// The same with factors on the heads.
    public Attention with(HeadScale scale) {
        return with(scale.site() == HeadScale.Site.BEFORE_OUT_PROJ ? Sequential.of(scale, output)
                : Sequential.of(output, scale));
    }

    /// The same with another way from the heads to y.
    public Attention with(Layer output) {
        return new Attention(query, key, value, output, heads, causal, rotary, cap);
    }

    /// The same with other ways from x to q, k and v.
    public Attention with(Layer query, Layer key, Layer value) {
        return new Attention(query, key, value, output, heads, causal, rotary, cap);
    }

    /// The same with a norm on what each head gives, shared by all heads (RetNet, arXiv 2307.08621; differential attention,
    /// arXiv 2410.05258).
    ///
    /// @param norm on d features
    public Attention withHeadNorm(Layer norm) {
        return with(Sequential.of(new PerHead(norm, heads), output));
    }

    /// The same with logits that stay within +-cap.
    public Attention withCap(float cap) {
        return new Attention(query, key, value, output, heads, causal, rotary, cap);
    }

    /// Self-attention.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return forward(x, x, context);
    }

    /// Attention of x (B, Tq, D) to source (B, Tk, D'), whose padding the context masks. Another source than x is all there
    /// from the start and takes no part in the context's cache.
    public Tensor forward(Tensor x, Tensor source, Context context) {
        if (context.lengths() != null && (x != source || rotary != null || cap != 0)) {
            throw new IllegalArgumentException(
                    "Attention: sequences of different lengths in one go with self-attention, "
                            + "without rotary positions and cap; pad them instead");
        }
        Cache cache = x == source ? context.cache() : null;
        int start = cache == null ? 0 : cache.length(this);
        Tensor q = turned(query.forward(x), start);
        Tensor k = turned(key.forward(source), start);
        Tensor v = value.forward(source);
        return output.forward(attend(this, q, k, v, heads, causal, cap, context.with(cache)), context);
    }

    /// What the queries of new positions read from their keys and values, and from those of earlier positions in the cache.
    ///
    /// @param part whose cache entry it is
    public static Tensor attend(Part part, Tensor q, Tensor k, Tensor v, int heads, boolean causal, float cap,
            Context context) {
        if (context.lengths() != null) {
            return RaggedAttention.of(q, k, v, heads, causal, context.lengths());
        }
        Cache.Entry all = context.cache() == null ? new Cache.Entry(k, v) : context.cache().append(part, k, v);
        return cap == 0 ? ScaledDotProduct.of(q, all.keys(), all.values(), heads, causal, context.keyMask())
                : ScaledDotProduct.capped(q, all.keys(), all.values(), heads, causal, context.keyMask(), cap);
    }

    private Tensor turned(Tensor x, int start) {
        return rotary == null ? x : rotary.turn(x, heads, start);
    }

    @Override
    public void list(Parts parts) {
        parts.add("query", query).add("key", key).add("value", value).add("output", output);
    }
}
