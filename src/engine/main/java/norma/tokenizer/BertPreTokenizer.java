package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.json.JsonFields;

/// BERT's words: what stands between spaces, and each punctuation mark for itself.
record BertPreTokenizer() implements PreTokenizer {

    @Override
    public boolean cut(Normalized text, int from, int to, Words words) {
        boolean more = true;
        for (int start = start(text, from, to), end; more && start < to; start = start(text, end, to)) {
            end = end(text, start, to);
            more = words.take(text, start, end);
        }
        return more;
    }

    private static int start(Normalized text, int from, int to) {
        int i = from;
        while (i < to && Characters.isSpace(text.chars[i])) { // no space is beyond U+FFFF
            i++;
        }
        return i;
    }

    private static int end(Normalized text, int start, int to) {
        for (int i = start; i < to;) {
            int c = text.codePointAt(i);
            if (Characters.isPunctuation(c)) {
                return i == start ? i + Character.charCount(c) : i;
            }
            if (Characters.isSpace(c)) {
                return i;
            }
            i += Character.charCount(c);
        }
        return to;
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", "BertPreTokenizer");
    }
}
