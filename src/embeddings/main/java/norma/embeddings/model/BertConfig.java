package norma.embeddings.model;

import norma.kernel.Activation;

/// The shape of a [Bert].
///
/// @param vocabulary V
/// @param positions rows of the table of positions
/// @param firstPosition the row of a text's first token: 0 for BERT, 2 for RoBERTa, whose first rows belong to padding
/// @param types how many kinds of segments it knows, 0 for DistilBERT
/// @param dim D
/// @param heads H
/// @param layers number of blocks
/// @param hidden F, features between the two matrices of the feed-forward layer
/// @param activation of the feed-forward layer
/// @param eps of the layer norms
public record BertConfig(int vocabulary, int positions, int firstPosition, int types, int dim, int heads, int layers,
        int hidden, Activation activation, float eps) {

    /// Checks the sizes.
    public BertConfig {
        if (vocabulary < 1 || positions < 1 || types < 0 || dim < 1 || heads < 1 || layers < 1 || hidden < 1) {
            throw new IllegalArgumentException(
                    ("Bert: sizes must be positive; got vocabulary %d, positions %d, types %d, "
                            + "dim %d, heads %d, layers %d, hidden %d")
                            .formatted(vocabulary, positions, types, dim, heads, layers, hidden));
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException(
                    "Bert: dim must be a multiple of heads; got dim %d and heads %d".formatted(dim, heads));
        }
        if (firstPosition < 0 || firstPosition >= positions || !(eps > 0)) {
            throw new IllegalArgumentException(
                    "Bert: the first position must be one of %d, eps positive; got %d and %s"
                            .formatted(positions, firstPosition, eps));
        }
    }

    /// How many tokens a text may have.
    public int maxTokens() {
        return positions - firstPosition;
    }
}
