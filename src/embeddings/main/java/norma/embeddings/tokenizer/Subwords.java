package norma.embeddings.tokenizer;

/// A vocabulary of pieces of words, and how a word is made of them.
sealed interface Subwords permits WordPiece, BytePairs, Unigram {

    /// Adds the tokens of the word `[from, to)`.
    void tokenize(Normalized text, int from, int to, Pieces out);
}
