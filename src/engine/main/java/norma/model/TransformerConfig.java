package norma.model;

import java.util.Optional;
import norma.kernel.Activation;
import norma.nn.Rotary;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.placement.Placement;
import norma.placement.Recipe;

/// The choices that make a [Transformer].
///
/// @param dim D
/// @param heads H
/// @param layers number of blocks
/// @param feedForward of each block
/// @param norm which norm
/// @param placement where it stands
/// @param causal whether position t sees positions 0 .. t only
/// @param rotary how positions are written into queries and keys, if they are
/// @param dropout on embeddings and branches
/// @param std of new matrices; those that write to the stream get std / sqrt(2 layers)
public record TransformerConfig(int dim, int heads, int layers, FeedForward feedForward, NormFactory norm,
        Placement placement, boolean causal, Optional<Rotary> rotary, float dropout, double std) {
    private static final NormFactory LAYER_NORM = NormFactory.named("layer_norm", () -> (_, dim) -> LayerNorm.of(dim));

    /// GPT-2's standard deviation of new matrices, which suits a width of 1 / 0.02^2 = 2500.
    public static final double STD = 0.02;

    /// Checks the sizes.
    public TransformerConfig {
        if (dim < 1 || heads < 1 || layers < 0 || feedForward.hidden() < 1) {
            throw new IllegalArgumentException(
                    "Transformer: sizes must be positive; got dim %d, heads %d, layers %d, hidden %d".formatted(dim,
                            heads, layers, feedForward.hidden()));
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Transformer: dim must be a multiple of heads; got dim %d and heads %d".formatted(dim, heads));
        }
        if (rotary.isPresent() && dim / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "Transformer: rotary positions need heads of even size; got dim %d and heads %d".formatted(dim,
                            heads));
        }
    }

    /// LayerNorm in front of each sublayer, a feed-forward layer of 4 D with GELU, every position sees every other.
    public static TransformerConfig of(int dim, int heads, int layers) {
        return new TransformerConfig(dim, heads, layers, FeedForward.of(4 * dim, Activation.GELU_TANH), LAYER_NORM,
                Recipe.PRE, false, Optional.empty(), 0, STD);
    }

    /// With another feed-forward layer.
    public TransformerConfig with(FeedForward feedForward) {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, causal, rotary, dropout, std);
    }

    /// With another norm and placement.
    public TransformerConfig with(NormFactory norm, Placement placement) {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, causal, rotary, dropout, std);
    }

    /// For a decoder: position t sees positions 0 .. t only.
    public TransformerConfig withCausal() {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, true, rotary, dropout, std);
    }

    /// With positions written into queries and keys.
    public TransformerConfig with(Rotary rotary) {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, causal, Optional.of(rotary),
                dropout, std);
    }

    /// With dropout.
    public TransformerConfig withDropout(float rate) {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, causal, rotary, rate, std);
    }

    /// With another standard deviation of new matrices.
    public TransformerConfig withStd(double std) {
        return new TransformerConfig(dim, heads, layers, feedForward, norm, placement, causal, rotary, dropout, std);
    }
}
