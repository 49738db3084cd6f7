package norma.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/// What the tokenizers of the BERT family know about characters.
///
/// Vocabularies were learned with tables of Unicode 8, and the tokenizers in use still have them: a mark that was added
/// later stays where an older one is stripped. The classes of `java.lang.Character` grow with each JDK, and with them the
/// ids of some texts would change; so the classes that are not simple come from a file of this package.
final class Characters {
    private static final byte DROPPED = 1;
    private static final byte MARK = 2;
    private static final byte PUNCTUATION = 4;
    private static final byte WHOLE = 8;
    private static final byte ACCENT = 16;
    private static final byte[] CLASSES = read();
    private static final int DOTTED_I = 0x130;
    private static final int DOT_ABOVE = 0x307;

    /// Decompositions of the characters below U+10000 that somebody asked for. Threads may write the same entry: strings are
    /// immutable, and equal.
    private static final String[] DECOMPOSITIONS = new String[Character.MIN_SUPPLEMENTARY_CODE_POINT];

    private Characters() {
    }

    private static byte[] read() {
        byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
        byte current = 0;
        for (String line : resource("characters.txt").lines().filter(l -> !l.startsWith("#")).toList()) {
            switch (line) {
                case "dropped" -> current = DROPPED;
                case "mark" -> current = MARK;
                case "punctuation" -> current = PUNCTUATION;
                case "whole" -> current = WHOLE;
                case "accent" -> current = ACCENT;
                default -> mark(classes, line.split(" "), current);
            }
        }
        return classes;
    }

    private static void mark(byte[] classes, String[] ranges, byte with) {
        for (String range : ranges) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1), 16);
            for (int c = first; c <= last; c++) {
                classes[c] |= with;
            }
        }
    }

    private static String resource(String name) {
        try (InputStream in = Characters.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Control and format characters, private use, NUL and U+FFFD: what a clean text does not have. Characters that Unicode
    /// has not assigned stay.
    static boolean isDropped(int c) {
        return (CLASSES[c] & DROPPED) != 0;
    }

    /// A mark that takes no room, such as an accent: general category Mn.
    static boolean isMark(int c) {
        return (CLASSES[c] & MARK) != 0;
    }

    /// A mark of any kind: general category M, as [#isCombining] has it by the JDK's newer tables.
    static boolean isAccent(int c) {
        return (CLASSES[c] & ACCENT) != 0;
    }

    /// A character that joins the one before it, and may change places with others of its kind: general category M.
    static boolean isCombining(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    /// General category P, and the symbols of ASCII, such as `$`.
    static boolean isPunctuation(int c) {
        return (CLASSES[c] & PUNCTUATION) != 0;
    }

    /// Unicode's property White_Space.
    static boolean isSpace(int c) {
        return c <= ' ' ? c == ' ' || c >= '\t' && c <= '\r'
                : c >= 0x85 && (c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A
                        || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000);
    }

    /// A number of any script: general category N.
    static boolean isNumeric(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /// `\w` as Unicode has it, https://www.unicode.org/reports/tr18/#word.
    static boolean isWordly(int c) {
        return Character.isAlphabetic(c) || isCombining(c) || Character.isDigit(c)
                || Character.getType(c) == Character.CONNECTOR_PUNCTUATION || c == 0x200C || c == 0x200D;
    }

    /// The ideographs that are words of their own to BERT. The sixth range begins at U+2B920 in the tokenizers in use and at
    /// U+2B820 in Unicode; the vocabularies know neither.
    static boolean isIdeograph(int c) {
        return c >= 0x3400
                && (c <= 0x4DBF || c >= 0x4E00 && c <= 0x9FFF || c >= 0xF900 && c <= 0xFAFF
                        || c >= 0x20000 && c <= 0x2A6DF || c >= 0x2A700 && c <= 0x2B81F
                        || c >= 0x2B920 && c <= 0x2CEAF || c >= 0x2F800 && c <= 0x2FA1F);
    }

    /// A character that newer tables than the vocabularies' take apart or order among marks: it stays as and where it is.
    static boolean isWhole(int c) {
        return (CLASSES[c] & WHOLE) != 0;
    }

    /// Adds the character in lower case, whatever stands beside it.
    static void lower(int c, int start, int end, Normalized out) {
        if (c == DOTTED_I) { // the one character that two small ones stand for
            out.add('i', start, end);
            out.add(DOT_ABOVE, start, end);
        } else {
            out.add(Character.toLowerCase(c), start, end);
        }
    }

    /// The character taken apart into letter and marks, as Unicode's normalization form D has it.
    static String decomposition(int c) {
        if (isWhole(c)) {
            return Character.toString(c);
        }
        if (!Character.isBmpCodePoint(c)) {
            return Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        }
        if (DECOMPOSITIONS[c] == null) {
            DECOMPOSITIONS[c] = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        }
        return DECOMPOSITIONS[c];
    }
}
