package norma.model;

import norma.nn.Rotary;
import norma.norm.NormFactory;
import norma.placement.Placement;

/// The choices that make a [Gpt].
///
/// @param vocabulary V
/// @param context largest T
/// @param transformer the stack; its positions are learned vectors unless it has rotary ones
/// @param tied whether the token embeddings are the output matrix too
/// @param unitEmbeddings whether embeddings have unit variance: table N(0, 1 / D), scaled by sqrt(D); then the stack's matrices
///        start as N(0, 1 / D) too
public record GptConfig(int vocabulary, int context, TransformerConfig transformer, boolean tied,
        boolean unitEmbeddings) {

    /// Checks the sizes.
    public GptConfig {
        if (vocabulary < 1 || context < 1) {
            throw new IllegalArgumentException("Gpt: sizes must be positive; got vocabulary %d, context %d"
                    .formatted(vocabulary, context));
        }
        if (transformer.sharing() > 1) {
            throw new IllegalArgumentException(
                    "Gpt: blocks must not share parameters, since each has keys and values of its own in a cache; got %d that do"
                            .formatted(transformer.sharing()));
        }
        transformer = transformer.withCausal()
                .withStd(unitEmbeddings ? 1 / Math.sqrt(transformer.dim()) : TransformerConfig.STD);
    }

    /// GPT-2's choices at any size: GELU (tanh), F = 4 D, pre-norm LayerNorm, learned positions, tied embeddings.
    public static GptConfig of(int vocabulary, int context, int dim, int heads, int layers) {
        return new GptConfig(vocabulary, context, TransformerConfig.of(dim, heads, layers), true, false);
    }

    /// With another norm and placement. Embeddings have unit variance where the placement needs it.
    public GptConfig with(NormFactory norm, Placement placement) {
        return new GptConfig(vocabulary, context, transformer.with(norm, placement), tied,
                unitEmbeddings || placement.unitEmbeddings());
    }

    /// With the same norm in another placement.
    public GptConfig with(Placement placement) {
        return with(transformer.norm(), placement);
    }

    /// With another feed-forward layer.
    public GptConfig with(FeedForward feedForward) {
        return with(transformer.with(feedForward));
    }

    /// With positions as rotations of queries and keys.
    public GptConfig with(Rotary rotary) {
        return with(transformer.with(rotary));
    }

    /// With dropout.
    public GptConfig withDropout(float rate) {
        return with(transformer.withDropout(rate));
    }

    private GptConfig with(TransformerConfig other) {
        return new GptConfig(vocabulary, context, other, tied, unitEmbeddings);
    }

    /// With the token embeddings as output matrix, or one of its own.
    public GptConfig withTied(boolean tied) {
        return new GptConfig(vocabulary, context, transformer, tied, unitEmbeddings);
    }

    /// With embeddings of unit variance or not.
    public GptConfig withUnitEmbeddings(boolean unit) {
        return new GptConfig(vocabulary, context, transformer, tied, unit);
    }

    /// D
    public int dim() {
        return transformer.dim();
    }

    /// F
    public int hidden() {
        return transformer.feedForward().hidden();
    }
}
