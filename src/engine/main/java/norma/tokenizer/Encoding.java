package norma.tokenizer;

/// A text, or a pair of texts, as a model reads it: one entry of each array for each token.
///
/// `text.substring(starts[i], ends[i])` is what token `i` was read from. The tokens that a tokenizer adds, such as `[CLS]`,
/// were read from nothing: both are 0.
///
/// @param ids rows of the model's table of embeddings
/// @param typeIds which part of the input a token belongs to, as the model counts parts; BERT: 0 for the first text, 1 for
///        the second
/// @param starts index of a token's first char in the text it comes from
/// @param ends index after its last
public record Encoding(int[] ids, int[] typeIds, int[] starts, int[] ends) {

    /// How many tokens there are.
    public int length() {
        return ids.length;
    }
}
