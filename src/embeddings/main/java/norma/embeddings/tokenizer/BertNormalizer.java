package norma.embeddings.tokenizer;

/// BERT's normalization: no control characters, one kind of space, ideographs apart, no accents, lower case; in this order.
///
/// Devlin et al., arXiv 1810.04805; its `BasicTokenizer` in https://github.com/google-research/bert/blob/master/tokenization.py.
///
/// @param clean drops control characters and U+FFFD, and makes a space of everything that is white
/// @param ideographs puts spaces around each
/// @param stripAccents takes characters apart and drops the marks
/// @param lowercase character by character, whatever stands beside it
record BertNormalizer(boolean clean, boolean ideographs, boolean stripAccents, boolean lowercase)
        implements TextNormalizer {
    private static final int FIRST_ACCENTED = 0xC0;
    private static final int DOTTED_I = 0x130;
    private static final int DOT_ABOVE = 0x307;

    @Override
    public Normalized normalize(String text, int from, int to) {
        Normalized out = new Normalized(to - from);
        for (int i = from; i < to;) {
            int size = Normalized.sizeAt(text, i, to);
            character(Normalized.codePointAt(text, i, size), out, i, i + size);
            i += size;
        }
        return out;
    }

    private void character(int c, Normalized out, int start, int end) {
        if (clean && Characters.isSpace(c) && !Characters.isDropped(c)) {
            out.add(' ', start, end);
        } else if (ideographs && Characters.isIdeograph(c)) {
            out.add(' ', start, end);
            letter(c, out, start, end);
            out.add(' ', start, end);
        } else if (!clean || !Characters.isDropped(c)) {
            letter(c, out, start, end);
        }
    }

    private void letter(int c, Normalized out, int start, int end) {
        if (!stripAccents || c < FIRST_ACCENTED) {
            lower(c, out, start, end);
            return;
        }
        String parts = Characters.decomposition(c);
        for (int i = 0; i < parts.length(); i += Character.charCount(parts.codePointAt(i))) {
            int part = parts.codePointAt(i);
            if (!Characters.isMark(part)) {
                lower(part, out, start, end);
            }
        }
    }

    private void lower(int c, Normalized out, int start, int end) {
        if (!lowercase) {
            out.add(c, start, end);
        } else if (c == DOTTED_I) { // the one character that two small ones stand for
            out.add('i', start, end);
            out.add(DOT_ABOVE, start, end);
        } else {
            out.add(Character.toLowerCase(c), start, end);
        }
    }
}
