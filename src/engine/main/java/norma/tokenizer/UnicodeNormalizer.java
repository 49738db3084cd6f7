package norma.tokenizer;

import com.google.gson.JsonObject;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import norma.json.JsonFields;

/// Unicode's normalization forms, https://www.unicode.org/reports/tr15/, by the tables that the tokenizers in use have: characters
/// that came later stay.
///
/// @param type NFC, NFD, NFKC or NFKD
record UnicodeNormalizer(Form form) implements TextNormalizer {
    private static final int ASCII = 0x80;

    UnicodeNormalizer(String type) {
        this(Form.valueOf(type));
    }

    @Override
    public Normalized normalize(Normalized text) {
        Normalized out = new Normalized(text.length);
        for (int start = 0, end; start < text.length; start = end) {
            end = end(text, start);
            if (end == start + 1 && text.chars[start] < ASCII || Characters.isWhole(text.codePointAt(start))) {
                out.append(text, start, end);
            } else {
                add(text, start, end, out);
            }
        }
        return out;
    }

    /// Where the first character begins behind `start` that has nothing to do with those before it.
    private int end(Normalized text, int start) {
        int c = text.codePointAt(start);
        int end = start + Character.charCount(c);
        while (!Characters.isWhole(c) && end < text.length && joins(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /// Whether a character may change places or become one with those before it: marks, and the inner letters of Korean syllables.
    private boolean joins(int c) {
        if (c < ASCII || Characters.isWhole(c) || Character.isIdeographic(c) || c >= 0xAC00 && c <= 0xD7A3) {
            return false;
        }
        int first = apart(Character.toString(c)).codePointAt(0);
        return Characters.isCombining(first) || first >= 0x1161 && first <= 0x1175
                || first >= 0x11A8 && first <= 0x11C2;
    }

    private String apart(String text) {
        return Normalizer.normalize(text, form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD);
    }

    /// What comes out stands where the characters stood in turn; what is too much, where the last one did.
    private void add(Normalized text, int start, int end, Normalized out) {
        String before = text.subSequence(start, end).toString();
        String after = Normalizer.normalize(before, form);
        int place = start;
        for (int i = 0, c; i < after.length(); i += Character.charCount(c)) {
            c = after.codePointAt(i);
            out.add(c, text.starts[place], text.ends[place]);
            int next = place + Character.charCount(text.codePointAt(place));
            place = next < end ? next : place;
        }
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", form.name());
    }
}
