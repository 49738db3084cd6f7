package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.Locale;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// SentencePiece's words: each begins with `▁`, which stands for the space before it.
///
/// Kudo, Richardson: SentencePiece, arXiv 1808.06226.
///
/// @param replacement what stands for a space, usually `▁`
/// @param prepend whether a text that doesn't begin with one gets one
/// @param split false: the whole text is a word
record MetaspacePreTokenizer(String replacement, Prepend prepend, boolean split) implements PreTokenizer {
    static final String SPACE = "\u2581";

    /// Which texts get a space before them.
    enum Prepend {
        /// all of them, even those between two added tokens
        ALWAYS,
        /// what stands at the beginning of the whole text
        FIRST,
        /// none
        NEVER;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static MetaspacePreTokenizer read(JsonFields step) throws CorruptFileException {
        boolean space = step.flag("add_prefix_space", true); // how older files say it
        String scheme = step.text("prepend_scheme", space ? "always" : "never");
        for (Prepend each : Prepend.values()) {
            if (each.text().equals(scheme) && (space || each == Prepend.NEVER)) {
                return new MetaspacePreTokenizer(Character.toString(step.character("replacement")), each,
                        step.flag("split", true));
            }
        }
        throw step.incompatibility("prepend_scheme", space ? "always, first or never" : "never without a prefix space");
    }

    @Override
    public JsonObject toJson() {
        return step(replacement, prepend, split);
    }

    /// A file has the same step as pre-tokenizer and decoder.
    static JsonObject step(String replacement, Prepend prepend, boolean split) {
        return JsonFields.object("type", "Metaspace", "replacement", replacement, "prepend_scheme", prepend.text(),
                "split", split);
    }

    /// The usual one.
    static JsonObject step(boolean spaceBefore) {
        return step(SPACE, spaceBefore ? Prepend.ALWAYS : Prepend.NEVER, true);
    }

    @Override
    public boolean cut(Normalized text, int from, int to, Words words) {
        Normalized spaced = spaced(text, from, to);
        boolean more = true;
        for (int start = 0, end; more && start < spaced.length; start = end) {
            end = split ? end(spaced, start) : spaced.length;
            more = words.take(spaced, start, end);
        }
        return more;
    }

    private Normalized spaced(Normalized text, int from, int to) {
        Normalized spaced = new Normalized(to - from + 1);
        boolean begins = prepend == Prepend.ALWAYS || prepend == Prepend.FIRST && text.starts[from] == 0;
        if (begins && text.chars[from] != ' ' && !isSpace(text, from, to)) {
            spaced.append(replacement, text.starts[from], text.ends[from]);
        }
        for (int i = from; i < to; i++) {
            if (text.chars[i] == ' ') {
                spaced.append(replacement, text.starts[i], text.ends[i]);
            } else {
                spaced.addChar(text.chars[i], text.starts[i], text.ends[i]);
            }
        }
        return spaced;
    }

    private int end(Normalized text, int start) {
        int end = start + Character.charCount(text.codePointAt(start));
        while (end < text.length && !isSpace(text, end, text.length)) {
            end++;
        }
        return end;
    }

    private boolean isSpace(Normalized text, int at, int to) {
        char first = replacement.charAt(0);
        return text.chars[at] == first
                && (replacement.length() == 1 || at + 1 < to && text.chars[at + 1] == replacement.charAt(1));
    }
}
