package norma.embeddings;

/// How a text, or a pair of texts, becomes what a model reads.
interface Tokenization {

    /// @param second of a pair, or null
    /// @param maxTokens a longer result is cut
    Inference.Tokens of(String first, String second, int maxTokens);
}
