package norma.model;

import norma.kernel.Activation;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.placement.Recipe;

/// The choices that make a [Bert].
///
/// @param embedding from tokens to what the stack reads
/// @param maxTokens how many tokens a text may have
/// @param transformer the stack
public record BertConfig(TextEmbedding.Config embedding, int maxTokens, TransformerConfig transformer) {

    /// Checks the sizes.
    public BertConfig {
        if (maxTokens < 1 || transformer.layers() < 1) {
            throw new IllegalArgumentException("Bert: sizes must be positive; got %d tokens, %d layers"
                    .formatted(maxTokens, transformer.layers()));
        }
        if (embedding.positions() > 0 && maxTokens > embedding.maxTokens()) {
            throw new IllegalArgumentException("Bert: each token must have a position; got %d tokens and %d positions"
                    .formatted(maxTokens, embedding.maxTokens()));
        }
        if (!embedding.projected() && embedding.width() != transformer.dim()) {
            throw new IllegalArgumentException("Bert: embeddings of %d must be projected to the stack's %d"
                    .formatted(embedding.width(), transformer.dim()));
        }
    }

    /// As many tokens as there are positions, embeddings with the stack's width and norm.
    ///
    /// @param vocabulary V
    /// @param positions rows of the table of positions
    /// @param firstPosition the row of a text's first token: 0 for BERT, 2 for RoBERTa, whose first rows belong to padding
    /// @param types how many kinds of segments it knows, 0 for DistilBERT
    public BertConfig(int vocabulary, int positions, int firstPosition, int types, TransformerConfig transformer) {
        this(TextEmbedding.Config.of(vocabulary, transformer.dim()).with(transformer.norm())
                .withPositions(positions, firstPosition).withTypes(types), positions - firstPosition, transformer);
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
        return new BertConfig(embedding, maxTokens, other);
    }

    /// V
    public int vocabulary() {
        return embedding.vocabulary();
    }

    /// D
    public int dim() {
        return transformer.dim();
    }

    /// How many kinds of segments it knows.
    public int types() {
        return embedding.types();
    }
}
