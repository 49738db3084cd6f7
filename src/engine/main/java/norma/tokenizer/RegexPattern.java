package norma.tokenizer;

import com.google.gson.JsonObject;
import java.nio.CharBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// A text or a regular expression that is looked for.
///
/// @param source as the file has it
/// @param isRegex whether it is a regular expression
/// @param pattern the same for Java
record RegexPattern(String source, boolean isRegex, Pattern pattern) implements TextPattern {

    static RegexPattern read(JsonFields step) throws CorruptFileException {
        JsonFields pattern = step.part("pattern");
        if (pattern.has("String") == pattern.has("Regex")) {
            throw pattern.corrupt("must have either a String or a Regex; it has " + pattern.values());
        }
        if (pattern.has("String")) {
            String source = pattern.text("String");
            return new RegexPattern(source, false, Pattern.compile(source, Pattern.LITERAL));
        }
        String source = pattern.text("Regex");
        try {
            return new RegexPattern(source, true, Oniguruma.pattern(source));
        } catch (IllegalArgumentException e) {
            throw pattern.corrupt("must be a regular expression that is known here; " + e.getMessage());
        }
    }

    JsonObject toJson() {
        return JsonFields.object(isRegex ? "Regex" : "String", source);
    }

    @Override
    public Matches in(Normalized text, int from, int to) {
        return new Found(pattern, CharBuffer.wrap(text.chars, from, to - from), from);
    }

    /// An empty match right behind another one does not count, unlike in Java.
    private static final class Found implements Matches {
        private final CharSequence text;
        private final Matcher matcher;
        private final int offset;
        private final int length;
        private int next;
        private int end = -1;

        Found(Pattern pattern, CharSequence text, int offset) {
            this.text = text;
            this.offset = offset;
            matcher = pattern.matcher(text);
            length = text.length();
        }

        @Override
        public boolean next() {
            while (next <= length && matcher.find(next)) {
                next = matcher.end();
                if (matcher.start() < next || next != end) {
                    end = next;
                    return true;
                }
                next = next < length ? Character.offsetByCodePoints(text, next, 1) : length + 1;
            }
            return false;
        }

        @Override
        public int start() {
            return offset + matcher.start();
        }

        @Override
        public int end() {
            return offset + end;
        }
    }
}
