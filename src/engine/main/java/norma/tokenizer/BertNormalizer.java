package norma.tokenizer;

import com.google.gson.JsonObject;
import java.text.Normalizer;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

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

    static BertNormalizer read(JsonFields step) throws CorruptFileException {
        boolean lowercase = step.flag("lowercase", true);
        return new BertNormalizer(step.flag("clean_text", true), step.flag("handle_chinese_chars", true),
                step.flag("strip_accents", lowercase), lowercase);
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", "BertNormalizer", "clean_text", clean, "handle_chinese_chars", ideographs,
                "strip_accents", stripAccents, "lowercase", lowercase);
    }

    @Override
    public Normalized normalize(Normalized text) {
        Run run = new Run(this, new Normalized(text.length), new Normalized(0), new Normalized(0));
        for (int i = 0, c; i < text.length; i += Character.charCount(c)) {
            c = text.codePointAt(i);
            run.character(c, text.starts[i], text.ends[i]);
        }
        run.addMarks();
        return run.out;
    }

    /// A text on its way.
    ///
    /// @param rules what to do
    /// @param out what is done
    /// @param marks those behind the last letter; Unicode's order of marks may put them in another one
    /// @param written those of them that the text has, not those that were taken out of a letter or out of another mark
    private record Run(BertNormalizer rules, Normalized out, Normalized marks, Normalized written) {

        void character(int c, int start, int end) {
            if (rules.clean && Characters.isSpace(c) && !Characters.isDropped(c)) {
                plain(' ', start, end);
            } else if (rules.ideographs && Characters.isIdeograph(c)) {
                plain(' ', start, end);
                letter(c, start, end);
                plain(' ', start, end);
            } else if (!rules.clean || !Characters.isDropped(c)) {
                letter(c, start, end);
            }
        }

        private void letter(int c, int start, int end) {
            if (!rules.stripAccents || c < FIRST_ACCENTED) {
                plain(c, start, end);
                return;
            }
            String parts = Characters.decomposition(c);
            for (int i = 0; i < parts.length(); i += Character.charCount(parts.codePointAt(i))) {
                int part = parts.codePointAt(i);
                if (Characters.isCombining(part)) {
                    marks.add(part, start, end);
                    if (i == 0) {
                        written.add(part, start, end);
                    }
                } else {
                    plain(part, start, end);
                }
            }
        }

        private void plain(int c, int start, int end) {
            if (marks.length > 0) {
                addMarks();
            }
            lower(c, start, end);
        }

        /// Adds the marks that are not stripped. In order, the written ones have the places of those that stood there: so it is in
        /// the tokenizers in use.
        void addMarks() {
            String ordered = ordered(marks.toString());
            String places = ordered(written.toString());
            int next = 0;
            for (int i = 0, c; i < ordered.length(); i += Character.charCount(c)) {
                c = ordered.codePointAt(i);
                if (!Characters.isMark(c)) {
                    int found = places.indexOf(c, next);
                    Normalized from = found < 0 ? marks : written;
                    int at = found < 0 ? i : found;
                    lower(c, from.starts[at], from.ends[at]);
                    next = Math.max(next, found + 1);
                }
            }
            marks.length = 0;
            written.length = 0;
        }

        private static String ordered(String marks) {
            String ordered = marks.length() < 2 ? marks : Normalizer.normalize(marks, Normalizer.Form.NFD);
            return ordered.length() == marks.length() ? ordered : marks; // else one is newer than the vocabularies
        }

        private void lower(int c, int start, int end) {
            if (rules.lowercase) {
                Characters.lower(c, start, end, out);
            } else {
                out.add(c, start, end);
            }
        }
    }
}
