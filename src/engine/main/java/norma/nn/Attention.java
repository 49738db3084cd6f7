package norma.nn;

import java.util.Optional;
import norma.tensor.Tensor;

/// Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762): y = W_o concat_h softmax(q_h k_h^T / sqrt(d)) v_h.
///
/// Shapes: x (B, T, D); q (B, T, H * d), k, v (B, T, G * d), where H * d may differ from D; y (B, T, D).
///
/// ```java
/// Attention self = Attention.of(256, 8);                           // every position sees all
/// Attention decoder = Attention.grouped(256, 8, 2).withCausal().with(Rotary.HALVES);
/// Tensor y = self.forward(x, Context.padded(keyMask));             // (B, T), 0 for padding
/// Tensor z = self.forward(x, Context.NONE.withMask(mask));         // (T, T) or (B, T, T), 0 where nothing is seen
/// ```
///
/// The maps to q, k, v and y are layers: a [Linear], or a [Sequential] of it and a norm or factors on the heads.
///
/// @param query W_q
/// @param key W_k
/// @param value W_v
/// @param output W_o
/// @param heads H
/// @param groups G, heads of k and v, each for H / G heads of q (grouped-query attention: Ainslie et al. 2023, arXiv 2305.13245); H
///     for an own one each
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary how positions are written into q and k; absent if they are not
/// @param distances what is added to the logits by the distance from query to key; absent for nothing
/// @param cap c, if logits s become c tanh(s / c) (Gemma 2, arXiv 2408.00118; not fused, so slower), or 0
public record Attention(Layer query, Layer key, Layer value, Layer output, int heads, int groups,
        boolean causal, Optional<Rotary> rotary, Optional<DistanceBias> distances, float cap) implements Layer {

    /// Checks the numbers of heads and the cap.
    public Attention {
        if (!(cap >= 0)) {
            throw new IllegalArgumentException("Attention: the cap of the logits must not be negative; got " + cap);
        }
        if (heads < 1) {
            throw new IllegalArgumentException("Attention: needs a head at least; got " + heads);
        }
        requireGroups(heads, groups);
    }

    private static void requireGroups(int heads, int groups) {
        if (groups < 1 || heads % groups != 0) {
            throw new IllegalArgumentException(
                    "Attention: the groups must divide the heads; got %d heads and %d groups".formatted(heads, groups));
        }
    }

    /// Attention by these layers, without rotary positions and cap.
    public static Attention of(Layer query, Layer key, Layer value, Layer output, int heads, boolean causal) {
        return new Attention(query, key, value, output, heads, heads, causal, Optional.empty(), Optional.empty(), 0);
    }

    /// Self-attention over D = `dim` features in `heads` heads of D / H each, that sees all positions. First values are those of
    /// [Linear#of(int, int)], of the thread's next seed.
    public static Attention of(int dim, int heads) {
        return of(Init.next(), dim, heads);
    }

    /// The same with first values from `init`.
    public static Attention of(Init init, int dim, int heads) {
        return grouped(init, dim, heads, heads);
    }

    /// The same, but keys and values have `groups` heads only, each for H / G heads of queries.
    public static Attention grouped(int dim, int heads, int groups) {
        return grouped(Init.next(), dim, heads, groups);
    }

    /// The same with first values from `init`.
    public static Attention grouped(Init init, int dim, int heads, int groups) {
        requireHeads(dim, heads);
        requireGroups(heads, groups);
        int width = dim / heads * groups;
        return of(Linear.of(init.at("query"), dim, dim), Linear.of(init.at("key"), dim, width),
                Linear.of(init.at("value"), dim, width), Linear.of(init.at("output"), dim, dim), heads, false)
                .withGroups(groups);
    }

    /// Self-attention over D = `dim` features with biases, weights of N(0, std^2), W_o of N(0, outStd^2).
    public static Attention of(LayerSource source, int dim, int heads, boolean causal, double std, double outStd) {
        requireHeads(dim, heads);
        return of(source.at("query").linear(dim, dim, std), source.at("key").linear(dim, dim, std),
                source.at("value").linear(dim, dim, std), source.at("output").linear(dim, dim, outStd), heads, causal);
    }

    private static void requireHeads(int dim, int heads) {
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Attention: the width must be a multiple of the heads; got %d and %d heads".formatted(dim, heads));
        }
    }

    /// The same, but position t sees positions 0 .. t only.
    public Attention withCausal() {
        return new Attention(query, key, value, output, heads, groups, true, rotary, distances, cap);
    }

    /// The same layers, whose keys and values have so many heads.
    public Attention withGroups(int groups) {
        return new Attention(query, key, value, output, heads, groups, causal, rotary, distances, cap);
    }

    /// The same with positions written into q and k.
    public Attention with(Rotary rotary) {
        return new Attention(query, key, value, output, heads, groups, causal, Optional.of(rotary), distances, cap);
    }

    /// The same with numbers on the logits that depend on the distance from query to key.
    public Attention with(DistanceBias distances) {
        return new Attention(query, key, value, output, heads, groups, causal, rotary, Optional.of(distances), cap);
    }

    /// The same with factors on the heads.
    public Attention with(HeadScale scale) {
        return withOutput(scale.site() == HeadScale.Site.BEFORE_OUT_PROJ ? Sequential.of(scale, output)
                : Sequential.of(output, scale));
    }

    /// The same with another way from the heads to y.
    public Attention withOutput(Layer output) {
        return new Attention(query, key, value, output, heads, groups, causal, rotary, distances, cap);
    }

    /// The same with other ways from x to q, k and v.
    public Attention withInputs(Layer query, Layer key, Layer value) {
        return new Attention(query, key, value, output, heads, groups, causal, rotary, distances, cap);
    }

    /// The same with a norm on what each head gives, shared by all heads (RetNet, arXiv 2307.08621; differential attention,
    /// arXiv 2410.05258).
    ///
    /// @param norm on d features
    public Attention withHeadNorm(Layer norm) {
        return withOutput(Sequential.of(new PerHead(norm, heads), output));
    }

    /// The same with logits that stay between -cap and cap.
    public Attention withCap(float cap) {
        return new Attention(query, key, value, output, heads, groups, causal, rotary, distances, cap);
    }

    /// Self-attention.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return forward(x, x, context);
    }

    /// Attention of x (B, Tq, D) to source (B, Tk, D'), whose padding the context masks. A source other than x is complete
    /// from the start, so it does not enter the context's cache.
    public Tensor forward(Tensor x, Tensor source, Context context) {
        if (context.lengths().isPresent() && (x != source || cap != 0)) {
            throw new IllegalArgumentException(
                    "Attention: sequences of different lengths in one go with self-attention without cap; pad them instead");
        }
        Context own = x == source ? context : context.withoutCache();
        int start = own.cache().map(c -> c.length(this)).orElse(0);
        Tensor q = rotated(query.forward(x), heads, start, context);
        Tensor k = rotated(key.forward(source), groups, start, context);
        Tensor v = value.forward(source);
        requireWidths(q, k);
        return output.forward(apply(this, q, k, v, heads, causal, distances, cap, own), context);
    }

    /// Attention of new positions to themselves and to the earlier positions in the cache.
    ///
    /// Shapes: q (B, Tq, H * d), k, v (B, Tk, G * d); result as q.
    ///
    /// @param layer whose entry in the cache it is
    /// @param distances as of the layer
    /// @param cap as of the layer, 0 for none
    public static Tensor apply(Parameterized layer, Tensor q, Tensor k, Tensor v, int heads, boolean causal,
            Optional<DistanceBias> distances, float cap, Context context) {
        if (context.lengths().isPresent()) {
            if (context.bias().isPresent()) {
                throw new IllegalArgumentException(
                        "Attention: a mask or bias of queries and keys goes with sequences that are rows of a batch; got lengths of "
                                + "sequences that lie in one row; pad them instead");
            }
            return RaggedAttention.apply(q, k, v, heads, causal, distances, context.lengths().get());
        }
        Cache.Entry all = context.cache().map(c -> c.append(layer, k, v)).orElseGet(() -> new Cache.Entry(k, v));
        Context biased = distances.map(d -> context.withBias(d.ofPairs(q.dim(1), all.keys().dim(1)))).orElse(context);
        return ScaledDotProduct.apply(q, all.keys(), all.values(), heads, causal, context.keyMask(), biased.bias(),
                cap);
    }

    private void requireWidths(Tensor q, Tensor k) {
        if (k.dim(-1) * heads != q.dim(-1) * groups) {
            throw new IllegalArgumentException(
                    "Attention: q must have H = %d heads and k and v G = %d of the same size; got q %s and k %s"
                            .formatted(heads, groups, q.shape(), k.shape()));
        }
    }

    private Tensor rotated(Tensor x, int heads, int start, Context context) {
        return rotary.map(r -> r.rotate(x, heads, context.positions(start, x.dim(1)))).orElse(x);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("query", query).add("key", key).add("value", value).add("output", output);
        distances.ifPresent(d -> tree.add("distances", d));
    }
}
