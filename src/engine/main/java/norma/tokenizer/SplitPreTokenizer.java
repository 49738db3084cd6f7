package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.tokenizer.TextPattern.Matches;
import norma.tokenizer.TextPattern.OneCharacter;

/// Cuts a text at the matches of a pattern.
///
/// @param pattern what to look for
/// @param behavior what becomes of the matches
/// @param invert takes for a match what stands between the matches, and the other way round
/// @param toJson the step as a file has it
record SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, boolean invert, JsonObject toJson)
        implements PreTokenizer {
    private static final OneCharacter SPACE = Characters::isSpace;
    private static final OneCharacter PUNCTUATION = Characters::isPunctuation;
    private static final OneCharacter NUMERIC = Characters::isNumeric;

    static PreTokenizer read(JsonFields step, String type) throws CorruptFileException {
        if (CharacterPreTokenizer.isSplit(step)) {
            return new CharacterPreTokenizer(1);
        }
        TextPattern pattern = switch (type) {
            case "Split" -> RegexPattern.read(step);
            case "Punctuation" -> PUNCTUATION;
            case "Digits" -> NUMERIC;
            case "CharDelimiterSplit" -> delimiter(step);
            case "WhitespaceSplit" -> SPACE;
            default -> new WordPattern();
        };
        SplitBehavior behavior = switch (type) {
            case "Split" -> SplitBehavior.read(step);
            case "Punctuation" -> step.has("behavior") ? SplitBehavior.read(step) : SplitBehavior.ISOLATED;
            case "Digits" -> step.flag("individual_digits") ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS;
            default -> SplitBehavior.REMOVED;
        };
        boolean invert = type.equals("Split") ? step.flag("invert") : type.equals("Whitespace");
        return new SplitPreTokenizer(pattern, behavior, invert, step.values());
    }

    private static OneCharacter delimiter(JsonFields step) throws CorruptFileException {
        int delimiter = step.character("delimiter");
        return c -> c == delimiter;
    }

    @Override
    public boolean cut(Normalized text, int from, int to, Words words) {
        Pieces pieces = new Pieces(text, from, words);
        Matches matches = pattern.in(text, from, to);
        while (pieces.more && matches.next()) {
            if (matches.start() > pieces.end) {
                pieces.add(matches.start(), invert);
            }
            pieces.add(matches.end(), !invert);
        }
        if (to > pieces.end) {
            pieces.add(to, invert);
        }
        pieces.finish();
        return pieces.more;
    }

    /// What is to be a word, and grows as long as what follows belongs to it.
    private final class Pieces {
        private final Normalized text;
        private final Words words;
        private boolean more = true;
        private boolean first = true;
        private int start;
        private int end;
        private boolean match;

        Pieces(Normalized text, int from, Words words) {
            this.text = text;
            this.words = words;
            start = from;
            end = from;
        }

        /// Adds what follows up to `to`.
        void add(int to, boolean isMatch) {
            if (first || !behavior.joins(match, isMatch)) {
                finish();
                start = end;
            }
            first = false;
            match = isMatch;
            end = to;
        }

        void finish() {
            if (more && end > start && !(match && behavior == SplitBehavior.REMOVED)) {
                more = words.take(text, start, end);
            }
        }
    }
}
