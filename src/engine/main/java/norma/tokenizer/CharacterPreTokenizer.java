package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// So many characters, counted in code points, are a word; the last one may have less.
record CharacterPreTokenizer(int length) implements PreTokenizer {
    private static final String REGEX = "[\\s\\S]";
    private static final int USUAL = 5;

    static CharacterPreTokenizer read(JsonFields step) throws CorruptFileException {
        int length = step.whole("length", USUAL);
        if (length == 0) {
            throw step.incompatibility("length", "at least 1");
        }
        return new CharacterPreTokenizer(length);
    }

    /// Whether a step makes a word of each character, as [#toJson] writes it.
    static boolean isSplit(JsonFields step) {
        return PreTokenizer.split(REGEX).equals(step.values());
    }

    @Override
    public boolean cut(Normalized text, int from, int to, Words words) {
        boolean more = true;
        for (int start = from, end = from; more && start < to; start = end) {
            for (int i = 0; i < length && end < to; i++) {
                end += Character.charCount(text.codePointAt(end));
            }
            more = words.take(text, start, end);
        }
        return more;
    }

    @Override
    public JsonObject toJson() {
        return length == 1 ? PreTokenizer.split(REGEX) : JsonFields.object("type", "FixedLength", "length", length);
    }
}
