package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

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
/// @param rule how words are cut
record ByteLevelPreTokenizer(boolean spaceBefore, Rule rule) implements PreTokenizer {

    /// How words are cut.
    enum Rule {
        /// not at all: the whole text is one
        NONE,
        /// as GPT-2 does
        GPT2,
        /// as [BpeTrainer] learns them, which differ from GPT-2's in three ways. A word ends after 64 characters, so a megabyte of one letter
        /// costs no more than a page of text; marks count as letters, so the words of scripts that write vowels as marks stay
        /// whole; and of white characters only ASCII's are spaces
        BOUNDED
    }

    private static final String BOUNDED_REGEX = "'(?:[sdmt]|ll|ve|re)| ?[\\p{L}\\p{M}]{1,64}| ?\\p{N}{1,64}"
            + "| ?[^ \\t\\n\\x0B\\f\\r\\p{L}\\p{M}\\p{N}]{1,64}"
            + "|[ \\t\\n\\x0B\\f\\r]{1,64}(?![^ \\t\\n\\x0B\\f\\r])|[ \\t\\n\\x0B\\f\\r]{1,64}";

    /// The words that [BpeTrainer] learns.
    static final ByteLevelPreTokenizer BOUNDED = new ByteLevelPreTokenizer(false, Rule.BOUNDED);

    /// The most characters of a word of [Rule#BOUNDED], without the space before.
    private static final int LONGEST = 64;

    private enum Kind {
        LETTER, NUMBER, SPACE, OTHER
    }

    static ByteLevelPreTokenizer read(JsonFields step) throws CorruptFileException {
        return new ByteLevelPreTokenizer(step.flag("add_prefix_space"),
                step.flag("use_regex", true) ? Rule.GPT2 : Rule.NONE);
    }

    /// Whether steps are those that words of [Rule#BOUNDED] are written as: the words, and their bytes.
    static boolean isBounded(List<JsonFields> steps) throws CorruptFileException {
        return steps.size() == 2 && PreTokenizer.split(BOUNDED_REGEX).equals(steps.get(0).values())
                && steps.get(1).text("type").equals("ByteLevel") && !steps.get(1).flag("add_prefix_space", true)
                && !steps.get(1).flag("use_regex", true);
    }

    @Override
    public JsonObject toJson() {
        JsonObject step = step(spaceBefore, true, rule == Rule.GPT2);
        return rule == Rule.BOUNDED ? PreTokenizer.sequence(PreTokenizer.split(BOUNDED_REGEX), step) : step;
    }

    /// A file has the same step as pre-tokenizer, post-processor and decoder.
    static JsonObject step(boolean spaceBefore, boolean trimOffsets, boolean words) {
        return JsonFields.object("type", "ByteLevel", "add_prefix_space", spaceBefore, "trim_offsets", trimOffsets,
                "use_regex", words);
    }

    @Override
    public boolean makesBytes() {
        return true;
    }

    @Override
    public boolean cut(Normalized text, int from, int to, Words words) {
        boolean adds = spaceBefore && text.chars[from] != ' ';
        Normalized all = adds ? text.behind(" ", from, to) : text;
        int last = adds ? all.length : to;
        boolean more = true;
        for (int start = adds ? 0 : from, end; more && start < last; start = end) {
            end = end(all, start, last);
            Normalized word = new Normalized(end - start);
            for (int i = start, c; i < end; i += Character.charCount(c)) {
                c = all.codePointAt(i);
                VisibleBytes.add(c, all.starts[i], all.ends[i], word);
            }
            more = words.take(word, 0, word.length);
        }
        return more;
    }

    /// Where the word ends that begins at `start`.
    int end(Normalized text, int start, int to) {
        if (rule == Rule.NONE) {
            return to;
        }
        int suffix = text.chars[start] == '\'' ? contraction(text, start + 1, to) : 0;
        if (suffix > 0) {
            return start + 1 + suffix;
        }
        int body = text.chars[start] == ' ' && start + 1 < to ? start + 1 : start;
        Kind kind = kind(text.codePointAt(body));
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

    private int run(Normalized text, int start, int to, Kind kind) {
        int i = start;
        int left = rule == Rule.BOUNDED ? LONGEST : Integer.MAX_VALUE;
        while (i < to && left-- > 0 && kind(text.codePointAt(i)) == kind) {
            i += Character.charCount(text.codePointAt(i));
        }
        return i;
    }

    /// Spaces, but for the last if a word follows: it belongs to that.
    private int spaces(Normalized text, int start, int to) {
        int end = run(text, start, to, Kind.SPACE);
        boolean wordFollows = end < to && kind(text.codePointAt(end)) != Kind.SPACE;
        return wordFollows && end - start > 1 ? end - 1 : end;
    }

    private Kind kind(int c) {
        if (rule == Rule.BOUNDED ? c == ' ' || c >= '\t' && c <= '\r' : Characters.isSpace(c)) {
            return Kind.SPACE;
        }
        if (Character.isLetter(c)) {
            return Kind.LETTER;
        }
        if (Characters.isNumeric(c)) {
            return Kind.NUMBER;
        }
        return rule == Rule.BOUNDED && Characters.isCombining(c) ? Kind.LETTER : Kind.OTHER;
    }
}
