package norma.embeddings.tokenizer;

/// GPT-2's words: a word with the space before it, or the first of these that fits:
///
/// ```text
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// ```
///
/// Radford et al., Language models are unsupervised multitask learners, 2019. Written out, since a regular expression is
/// several times slower.
///
/// @param spaceBefore puts a space before a text that does not begin with one, so that its first word is a word like the
///        others
/// @param cut false: the whole text is one word
record ByteLevelWords(boolean spaceBefore, boolean cut) implements PreTokenizer {

    private enum Kind {
        LETTER, NUMBER, SPACE, OTHER;

        static Kind of(int c) {
            if (Characters.isSpace(c)) {
                return SPACE;
            }
            if (Character.isLetter(c)) {
                return LETTER;
            }
            return switch (Character.getType(c)) {
                case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
                default -> OTHER;
            };
        }
    }

    @Override
    public Normalized prepare(Normalized text) {
        if (!spaceBefore || text.length == 0 || text.chars[0] == ' ') {
            return text;
        }
        Normalized prepared = new Normalized(text.length + 1);
        prepared.add(' ', text.starts[0], text.ends[0]);
        prepared.append(text, 0, text.length);
        return prepared;
    }

    @Override
    public int end(Normalized text, int start, int to) {
        if (!cut) {
            return to;
        }
        int suffix = text.chars[start] == '\'' ? contraction(text, start + 1, to) : 0;
        if (suffix > 0) {
            return start + 1 + suffix;
        }
        int body = text.chars[start] == ' ' && start + 1 < to ? start + 1 : start;
        Kind kind = Kind.of(text.codePointAt(body));
        return kind == Kind.SPACE ? spaces(text, start, to) : run(text, body, to, kind);
    }

    /// The length of `s`, `t`, `re`, `ve`, `m`, `ll` or `d`, whichever is there; else 0.
    private static int contraction(Normalized text, int i, int to) {
        char first = i < to ? text.chars[i] : 0;
        char second = i + 1 < to ? text.chars[i + 1] : 0;
        return switch (first) {
            case 's', 't', 'm', 'd' -> 1;
            case 'r', 'v' -> second == 'e' ? 2 : 0;
            case 'l' -> second == 'l' ? 2 : 0;
            default -> 0;
        };
    }

    private static int run(Normalized text, int start, int to, Kind kind) {
        int i = start;
        while (i < to && Kind.of(text.codePointAt(i)) == kind) {
            i += Character.charCount(text.codePointAt(i));
        }
        return i;
    }

    /// Spaces, but for the last if a word follows: it belongs to that.
    private static int spaces(Normalized text, int start, int to) {
        int end = run(text, start, to, Kind.SPACE);
        return end < to && end - start > 1 ? end - 1 : end;
    }
}
