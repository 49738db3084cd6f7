package norma.model;

import norma.kernel.Activation;
import norma.placement.Placements;

/// The choices that make a [Gpt].
///
/// @param vocabulary V
/// @param context largest T
/// @param dim D
/// @param heads H
/// @param layers number of blocks
/// @param hidden F, features between the two matrices of the feed-forward layer
/// @param activation of the feed-forward layer
/// @param gated whether the feed-forward layer is gated (SwiGLU with SILU)
/// @param norm which norm, as in the catalogue, with options: `layer_norm`, `rms_norm{eps=1e-5}`
/// @param placement where it stands: `pre`, `post`, `normformer` ...
/// @param rotary whether positions are rotations of queries and keys instead of learned vectors
/// @param tied whether the token embeddings are the output matrix too
/// @param unitEmbeddings whether embeddings have unit variance: table N(0, 1 / D), scaled by sqrt(D)
/// @param dropout on embeddings and branches
public record GptConfig(int vocabulary, int context, int dim, int heads, int layers, int hidden, Activation activation,
        boolean gated, String norm, String placement, boolean rotary, boolean tied, boolean unitEmbeddings,
        float dropout) {

    /// Checks the sizes.
    public GptConfig {
        if (vocabulary < 1 || context < 1 || dim < 1 || heads < 1 || layers < 0 || hidden < 1) {
            throw new IllegalArgumentException(
                    ("Gpt: sizes must be positive; got vocabulary %d, context %d, dim %d, heads %d, "
                            + "layers %d, hidden %d").formatted(vocabulary, context, dim, heads, layers, hidden));
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Gpt: dim must be a multiple of heads; got dim %d and heads %d".formatted(dim, heads));
        }
        if (rotary && dim / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "Gpt: rotary positions need heads of even size; got dim %d and heads %d".formatted(dim, heads));
        }
    }

    /// GPT-2's choices at any size: GELU (tanh), F = 4 D, pre-norm LayerNorm, learned positions, tied embeddings.
    /// Embeddings have unit variance where the placement needs it.
    public static GptConfig of(int vocabulary, int context, int dim, int heads, int layers) {
        return new GptConfig(vocabulary, context, dim, heads, layers, 4 * dim, Activation.GELU_TANH, false,
                "layer_norm", "pre",
                false, true, false, 0);
    }

    /// With another norm and placement.
    public GptConfig with(String norm, String placement) {
        return new GptConfig(vocabulary, context, dim, heads, layers, hidden, activation, gated, norm, placement,
                rotary, tied,
                unitEmbeddings || Placements.named(placement).placement().unitEmbeddings(), dropout);
    }

    /// With another F.
    public GptConfig withHidden(int hidden) {
        return new GptConfig(vocabulary, context, dim, heads, layers, hidden, activation, gated, norm, placement,
                rotary, tied,
                unitEmbeddings, dropout);
    }

    /// With embeddings of unit variance or not.
    public GptConfig withUnitEmbeddings(boolean unit) {
        return new GptConfig(vocabulary, context, dim, heads, layers, hidden, activation, gated, norm, placement,
                rotary, tied,
                unit, dropout);
    }

    /// With dropout.
    public GptConfig withDropout(float rate) {
        return new GptConfig(vocabulary, context, dim, heads, layers, hidden, activation, gated, norm, placement,
                rotary, tied,
                unitEmbeddings, rate);
    }

    /// With rotary positions or learned ones.
    public GptConfig withRotary(boolean rotary) {
        return new GptConfig(vocabulary, context, dim, heads, layers, hidden, activation, gated, norm, placement,
                rotary, tied,
                unitEmbeddings, dropout);
    }
}
