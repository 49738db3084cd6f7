package norma.model;

import norma.kernel.Activation;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.placement.Recipe;

/// The choices that make a [Bert].
///
/// @param vocabulary V
/// @param positions rows of the table of positions
/// @param firstPosition the row of a text's first token: 0 for BERT, 2 for RoBERTa, whose first rows belong to padding
/// @param types how many kinds of segments it knows, 0 for DistilBERT
/// @param transformer the stack
public record BertConfig(int vocabulary, int positions, int firstPosition, int types, TransformerConfig transformer) {

    /// Checks the sizes.
    public BertConfig {
        if (vocabulary < 1 || positions < 1 || types < 0 || transformer.layers() < 1) {
            throw new IllegalArgumentException(
                    "Bert: sizes must be positive; got vocabulary %d, positions %d, types %d, layers %d".formatted(
                            vocabulary, positions, types, transformer.layers()));
        }
        if (firstPosition < 0 || firstPosition >= positions) {
            throw new IllegalArgumentException("Bert: the first position must be one of %d; got %d"
                    .formatted(positions, firstPosition));
        }
    }

    /// BERT's choices at any size: post-norm LayerNorm with this eps, GELU (erf), F = 4 D, two kinds of segments.
    public static BertConfig of(int vocabulary, int positions, int dim, int heads, int layers, float eps) {
        return new BertConfig(vocabulary, positions, 0, 2, TransformerConfig.of(dim, heads, layers)
                .with(FeedForward.of(4 * dim, Activation.GELU_ERF)).with(layerNorm(eps), Recipe.POST));
    }

    /// The layer norms of a family's files, whose eps differ.
    public static NormFactory layerNorm(float eps) {
        if (!(eps > 0)) {
            throw new IllegalArgumentException("Bert: eps must be positive; got " + eps);
        }
        return NormFactory.named("layer_norm{eps=" + eps + "}", () -> (_, dim) -> LayerNorm.of(dim).withEps(eps));
    }

    /// With another stack.
    public BertConfig with(TransformerConfig other) {
        return new BertConfig(vocabulary, positions, firstPosition, types, other);
    }

    /// D
    public int dim() {
        return transformer.dim();
    }

    /// How many tokens a text may have.
    public int maxTokens() {
        return positions - firstPosition;
    }
}
