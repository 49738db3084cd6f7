package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// SentencePiece's words: each begins with `▁`, which stands for the space before it.
///
/// Kudo, Richardson: SentencePiece, arXiv 1808.06226.
///
/// @param everySpace true: whatever is white ends a word, and is gone; false: each space becomes a `▁`, other white characters
///        are letters
/// @param spaceBefore whether the text's first word has a `▁` even where the text has no space; always so with `everySpace`
record MetaspacePreTokenizer(boolean everySpace, boolean spaceBefore) implements PreTokenizer {
    static final char SPACE = '\u2581';

    static MetaspacePreTokenizer read(JsonFields step, boolean everySpace) throws CorruptFileException {
        String prepend = step.text("prepend_scheme", step.flag("add_prefix_space", true) ? "always" : "never");
        boolean known = prepend.equals("always") || prepend.equals("never") && !everySpace;
        if (!known || !step.flag("split", true) || !step.text("replacement").equals(String.valueOf(SPACE))) {
            throw step
                    .corrupt("must put \u2581 for spaces, split there, and prepend it always; it has " + step.values());
        }
        return new MetaspacePreTokenizer(everySpace, prepend.equals("always"));
    }

    @Override
    public JsonObject toJson() {
        JsonObject step = step(spaceBefore);
        return everySpace ? PreTokenizer.sequence(JsonFields.object("type", "WhitespaceSplit"), step) : step;
    }

    /// A file has the same step as pre-tokenizer and decoder.
    static JsonObject step(boolean spaceBefore) {
        return JsonFields.object("type", "Metaspace", "replacement", SPACE, "prepend_scheme",
                spaceBefore ? "always" : "never", "split", true);
    }

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
