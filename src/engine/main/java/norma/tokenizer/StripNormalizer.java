package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Drops what is white around a text.
record StripNormalizer(boolean left, boolean right) implements TextNormalizer {

    static StripNormalizer read(JsonFields step) throws CorruptFileException {
        return new StripNormalizer(step.flag("strip_left"), step.flag("strip_right"));
    }

    @Override
    public Normalized normalize(Normalized text) {
        int from = 0;
        int to = text.length;
        while (left && from < to && Characters.isSpace(text.chars[from])) { // no space is beyond U+FFFF
            from++;
        }
        while (right && to > from && Characters.isSpace(text.chars[to - 1])) {
            to--;
        }
        return to - from == text.length ? text : text.part(from, to);
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", "Strip", "strip_left", left, "strip_right", right);
    }
}
