package norma.embeddings.tokenizer;

/// SentencePiece's words: each begins with `▁`, which stands for the space before it.
///
/// Kudo, Richardson: SentencePiece, arXiv 1808.06226.
///
/// @param everySpace true: whatever is white ends a word, and is gone; false: each space becomes a `▁`, other white characters
///        are letters
/// @param spaceBefore whether the text's first word has a `▁` even where the text has no space; always so with `everySpace`
record MetaspaceWords(boolean everySpace, boolean spaceBefore) implements PreTokenizer {
    static final char SPACE = '\u2581';

    @Override
    public Normalized prepare(Normalized text) {
        Normalized prepared = new Normalized(text.length + 1);
        boolean begins = spaceBefore;
        for (int i = 0; i < text.length; i++) {
            if (everySpace && Characters.isSpace(text.chars[i])) {
                begins = true;
                continue;
            }
            char c = text.chars[i] == ' ' ? SPACE : text.chars[i];
            if (begins && c != SPACE) {
                prepared.add(SPACE, text.starts[i], text.ends[i]);
            }
            prepared.addChar(c, text.starts[i], text.ends[i]);
            begins = false;
        }
        return prepared;
    }

    @Override
    public int end(Normalized text, int start, int to) {
        int end = start + 1;
        while (end < to && text.chars[end] != SPACE) {
            end++;
        }
        return end;
    }
}
