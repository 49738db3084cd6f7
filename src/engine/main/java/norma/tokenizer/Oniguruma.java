package norma.tokenizer;

import java.util.regex.Pattern;

/// Regular expressions of Oniguruma with Ruby's syntax, which tokenizers are written in, as Java's. What the two read differently is
/// rewritten or refused.
///
/// https://github.com/kkos/oniguruma/blob/master/doc/RE
final class Oniguruma {
    private static final int FLAGS =
            Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE | Pattern.MULTILINE | Pattern.UNIX_LINES;
    /// `\w` in brackets. Java's has U+200C and U+200D too.
    private static final String LETTERS = "\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}";
    /// `\w` without brackets, which has the numbers of Latin-1 too.
    private static final String WORD = LETTERS + "\u00B2\u00B3\u00B9\u00BC\u00BD\u00BE";
    private static final String BEHIND = "(?<=[" + WORD + "])";
    private static final String NOT_BEHIND = "(?<![" + WORD + "])";
    private static final String BEFORE = "(?=[" + WORD + "])";
    private static final String NOT_BEFORE = "(?![" + WORD + "])";
    /// Java looks behind by whole characters only if the expression has one beyond U+FFFF.
    private static final String NEVER = "|(?!)\uD801\uDC00";
    private static final String HEX = "0-9A-Fa-f";
    private static final String CLASSES = "wWdDsShHpP";
    private static final String CATEGORIES =
            "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po"
                    + " Ps S Sc Sk Sm So Z Zl Zp Zs";

    private final String source;
    private final StringBuilder java = new StringBuilder();
    private int at;

    private Oniguruma(String source) {
        this.source = source;
    }

    /// @throws IllegalArgumentException if it has something that Java reads differently, or if it is no expression
    static Pattern pattern(String source) {
        String java = new Oniguruma(source).translated();
        return Pattern.compile(java.contains("(?<") ? "(?:" + java + ")" + NEVER : java, FLAGS);
    }

    private String translated() {
        while (at < source.length()) {
            char c = source.charAt(at);
            switch (c) {
                case '\\' -> escape(false);
                case '[' -> characters();
                case '(' -> group();
                case '{' -> quantifier();
                default -> copy();
            }
        }
        return java.toString();
    }

    private void copy() {
        java.append(source.charAt(at++));
    }

    private boolean skip(String expected) {
        boolean here = source.startsWith(expected, at);
        at += here ? expected.length() : 0;
        return here;
    }

    private IllegalArgumentException unknown(String what) {
        return new IllegalArgumentException(what + " at " + at + " of " + source + " is not known");
    }

    private void escape(boolean inside) {
        if (at + 1 == source.length()) {
            throw unknown("a backslash");
        }
        char c = source.charAt(at + 1);
        at += 2;
        switch (c) {
            case 'w' -> java.append(inside ? LETTERS : "[" + WORD + "]");
            case 'W' -> java.append("[^" + (inside ? LETTERS : WORD) + "]");
            case 'd', 'D', 's', 'S', 'n', 'r', 't', 'f', 'a', 'e' -> java.append('\\').append(c);
            case 'v' -> java.append("\\x0B");
            case 'h' -> java.append(inside ? HEX : "[" + HEX + "]");
            case 'H' -> java.append("[^" + HEX + "]");
            case 'p', 'P' -> property(c);
            case 'x', 'u' -> code(c);
            case 'b', 'B', 'A', 'z', 'Z' -> position(c, inside);
            default -> literal(c);
        }
    }

    private void literal(char c) {
        if (c < 0x80 && Character.isLetterOrDigit(c)) {
            at--;
            throw unknown("\\" + c);
        }
        java.append(c < 0x80 ? "\\" : "").append(c);
    }

    private void position(char c, boolean inside) {
        if (inside && c != 'b') {
            throw unknown("\\" + c + " in brackets");
        }
        if (inside) {
            java.append("\\x08");
        } else if (c == 'b') {
            java.append("(?:" + BEHIND + NOT_BEFORE + "|" + NOT_BEHIND + BEFORE + ")");
        } else if (c == 'B') {
            java.append("(?:" + BEHIND + BEFORE + "|" + NOT_BEHIND + NOT_BEFORE + ")");
        } else {
            java.append('\\').append(c);
        }
    }

    /// A general category or a script.
    private void property(char p) {
        int close = source.indexOf('}', at);
        if (close < 0 || source.charAt(at) != '{') {
            throw unknown("\\" + p);
        }
        boolean not = source.charAt(at + 1) == '^';
        String name = source.substring(at + (not ? 2 : 1), close);
        boolean category = (" " + CATEGORIES + " ").contains(" " + name + " ");
        if (!category && !isScript(name)) {
            throw unknown("\\" + p + "{" + name + "}");
        }
        at = close + 1;
        java.append(not == (p == 'P') ? "\\p{" : "\\P{").append(category ? name : "Is" + name).append('}');
    }

    private static boolean isScript(String name) {
        try {
            Character.UnicodeScript.forName(name);
            return name.length() > 2;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// `\x41`, a byte below 128; `\x{20AC}` and `\u20AC`, characters.
    private void code(char kind) {
        int close = source.indexOf('}', at);
        boolean braces = kind == 'x' && close > at && source.charAt(at) == '{';
        int from = braces ? at + 1 : at;
        int to = braces ? close : Math.min(source.length(), at + (kind == 'x' ? 2 : 4));
        String digits = source.substring(from, to);
        boolean whole = braces || digits.length() == (kind == 'x' ? 2 : 4);
        if (!whole || !digits.matches("[0-9A-Fa-f]{1,6}") || kind == 'x' && !braces && digits.charAt(0) > '7') {
            throw unknown("\\" + kind + digits);
        }
        at = braces ? close + 1 : to;
        java.append("\\x{").append(digits).append('}');
    }

    private void group() {
        if (skip("(?m:")) {
            java.append("(?s:"); // Ruby's name of it
        } else if (at == 0 && skip("(?i)")) {
            ignoreCase("(?i)");
        } else if (skip("(?i:")) {
            ignoreCase("(?i:");
        } else if (skip("(?")) {
            at -= 2;
            boolean known = false;
            for (String start : new String[] {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
                known |= source.startsWith(start, at);
            }
            if (!known) {
                throw unknown("the group");
            }
            java.append("(?");
            at += 2;
        } else {
            copy();
        }
    }

    /// Letters of ASCII fold alike in both; but Oniguruma folds `ss` to `ß`, too, and leaves classes such as `\p{Lu}` alone.
    private void ignoreCase(String group) {
        int end = source.indexOf(')', at);
        String folded = source.substring(at, group.endsWith(")") || end < 0 ? source.length() : end);
        if (!folded.matches("(?is)\\p{ASCII}*") || folded.matches("(?is).*(ss|st|ff|fi|fl|\\\\p).*")
                || group.endsWith(":") && folded.contains("(")) {
            throw unknown(group + " with other things than letters of ASCII, or with ligatures");
        }
        java.append(group);
    }

    private void quantifier() {
        int close = source.indexOf('}', at);
        String numbers = close < 0 ? "" : source.substring(at + 1, close);
        if (!numbers.matches("\\d+|\\d+,\\d*|,\\d+")) {
            java.append("\\{");
            at++;
            return;
        }
        char after = close + 1 < source.length() ? source.charAt(close + 1) : 0;
        if (after == '+' || after == '?' && !numbers.contains(",")) {
            throw unknown("{" + numbers + "}" + after); // repeats the repetition
        }
        java.append('{').append(numbers.startsWith(",") ? "0" : "").append(numbers).append('}');
        at = close + 1;
    }

    /// `[...]`. Java negates what stands beside an inner bracket, not the bracket, so those are not known in `[^...]`.
    private void characters() {
        copy();
        boolean not = skip("^");
        java.append(not ? "^" : "");
        if (at < source.length() && source.charAt(at) == ']') {
            throw unknown("] at the beginning of brackets");
        }
        boolean range = false; // whether a character stands before, which may begin a range
        while (at < source.length() && source.charAt(at) != ']') {
            char c = source.charAt(at);
            char next = at + 1 < source.length() ? source.charAt(at + 1) : 0;
            if (c == '[') {
                inner(not);
                range = false;
            } else if (c == '&' && next == '&') {
                if (not) {
                    throw unknown("&& in [^");
                }
                java.append("&&");
                at += 2;
                range = false;
            } else if (c == '-' && (!range || next == ']')) {
                java.append("\\-");
                at++;
            } else if (c == '-') {
                copy();
                if (next == '[' || !one(not)) {
                    throw unknown("a range to a class");
                }
                range = false;
            } else {
                range = one(not);
            }
        }
        if (at == source.length()) {
            throw unknown("a bracket that is not closed");
        }
        copy();
    }

    private void inner(boolean negated) {
        if (skip("[:space:]")) {
            java.append("\\s");
        } else if (skip("[:punct:]")) {
            java.append("\\p{P}\\p{S}");
        } else if (skip("[:digit:]")) {
            java.append("\\d");
        } else if (negated || source.startsWith("[:", at)) {
            throw unknown("[ in brackets");
        } else {
            characters();
        }
    }

    /// A character or a class; whether it is a character.
    private boolean one(boolean negated) {
        if (source.charAt(at) != '\\') {
            boolean special = "&~#".indexOf(source.charAt(at)) >= 0;
            java.append(special ? "\\" : "");
            copy();
            return true;
        }
        char kind = at + 1 < source.length() ? source.charAt(at + 1) : 0;
        if (negated && (kind == 'W' || kind == 'H')) {
            throw unknown("\\" + kind + " in [^");
        }
        escape(true);
        return CLASSES.indexOf(kind) < 0;
    }
}
