package norma.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.kernel.Activation;
import norma.nn.Rotary;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.placement.Placement;
import norma.placement.Recipe;

/// The choices that make a [Transformer].
///
/// @param dim D
/// @param layers number of blocks
/// @param attention of the blocks in turn: one for all, or as many as take turns, which may be local and global ones; all have the
///        same number of heads
/// @param feedForward of each block
/// @param norm which norm
/// @param placement where it stands
/// @param sharing so many blocks that follow one another have the same parameters, 1 for none (ALBERT, arXiv 1909.11942)
/// @param dropout on embeddings and branches
/// @param std of new matrices; those that write to the stream get std / sqrt(2 layers)
public record TransformerConfig(int dim, int layers, List<SelfAttention> attention, FeedForward feedForward,
        NormFactory norm, Placement placement, int sharing, float dropout, double std) {
    private static final NormFactory LAYER_NORM = NormFactory.named("layer_norm", () -> (_, dim) -> LayerNorm.of(dim));

    /// GPT-2's standard deviation of new matrices, which suits a width of 1 / 0.02^2 = 2500.
    public static final double STD = 0.02;

    /// Checks the sizes.
    public TransformerConfig {
        attention = List.copyOf(attention);
        if (dim < 1 || layers < 0 || feedForward.hidden() < 1 || sharing < 1) {
            throw new IllegalArgumentException(
                    "Transformer: sizes must be positive; got dim %d, layers %d, hidden %d, %d blocks that share"
                            .formatted(dim, layers, feedForward.hidden(), sharing));
        }
        if (sharing > 1 && attention.size() > 1) {
            throw new IllegalArgumentException(
                    "Transformer: blocks that share parameters must have the same attention; got %d that take turns"
                            .formatted(attention.size()));
        }
        if (attention.stream().map(SelfAttention::heads).distinct().count() != 1) {
            throw new IllegalArgumentException(
                    "Transformer: all attentions must have the same number of heads; got " + attention);
        }
    }

    /// LayerNorm in front of each sublayer, a feed-forward layer of 4 D with GELU, every position sees every other.
    public static TransformerConfig of(int dim, int heads, int layers) {
        if (heads < 1 || dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Transformer: dim must be a multiple of heads; got dim %d and heads %d".formatted(dim, heads));
        }
        return new TransformerConfig(dim, layers, List.of(SelfAttention.of(heads, Math.max(1, dim / heads))),
                FeedForward.of(4 * dim, Activation.GELU_TANH), LAYER_NORM, Recipe.PRE, 1, 0, STD);
    }

    /// H
    public int heads() {
        return attention.getFirst().heads();
    }

    /// How positions are written into queries and keys, if they are; of the first attention.
    public Optional<Rotary> rotary() {
        return attention.getFirst().rotary();
    }

    /// With other attentions, which take turns.
    public TransformerConfig with(List<SelfAttention> attention) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, dropout, std);
    }

    /// With another attention in all blocks.
    public TransformerConfig with(SelfAttention attention) {
        return with(List.of(attention));
    }

    private TransformerConfig each(UnaryOperator<SelfAttention> change) {
        return with(attention.stream().map(change).toList());
    }

    /// With another feed-forward layer.
    public TransformerConfig with(FeedForward feedForward) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, dropout, std);
    }

    /// With another norm and placement.
    public TransformerConfig with(NormFactory norm, Placement placement) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, dropout, std);
    }

    /// For a decoder: position t sees positions 0 .. t only.
    public TransformerConfig withCausal() {
        return each(SelfAttention::withCausal);
    }

    /// With positions written into queries and keys.
    public TransformerConfig with(Rotary rotary) {
        return each(choice -> choice.with(rotary));
    }

    /// With parameters that so many blocks share.
    public TransformerConfig withSharing(int sharing) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, dropout, std);
    }

    /// With dropout.
    public TransformerConfig withDropout(float rate) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, rate, std);
    }

    /// With another standard deviation of new matrices.
    public TransformerConfig withStd(double std) {
        return new TransformerConfig(dim, layers, attention, feedForward, norm, placement, sharing, dropout, std);
    }
}
