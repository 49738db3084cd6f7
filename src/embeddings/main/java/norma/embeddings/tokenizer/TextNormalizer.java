package norma.embeddings.tokenizer;

/// What happens to a text before it is cut into words.
sealed interface TextNormalizer permits BertNormalizer, CharacterMap, TextNormalizer.None {

    /// Normalizes `[from, to)` of a text.
    Normalized normalize(String text, int from, int to);

    /// Leaves a text as it is.
    record None() implements TextNormalizer {
        @Override
        public Normalized normalize(String text, int from, int to) {
            return Normalized.unchanged(text, from, to);
        }
    }
}
