package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Each character, counted in code points, is a word.
record CharacterPreTokenizer() implements PreTokenizer {
    private static final String REGEX = "[\\s\\S]";

    static CharacterPreTokenizer read(JsonFields step) throws CorruptFileException {
        PreTokenizer.requireSplit(step, REGEX);
        return new CharacterPreTokenizer();
    }

    @Override
    public int end(Normalized text, int start, int to) {
        return start + Character.charCount(text.codePointAt(start));
    }

    @Override
    public JsonObject toJson() {
        return PreTokenizer.split(REGEX);
    }
}
