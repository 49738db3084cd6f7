package norma.tokenizer;

import java.util.Arrays;

/// A text after normalization, in which every char knows which part of the original it came from.
///
/// Well-formed UTF-16: where the original has a surrogate without its partner, it has U+FFFD.
final class Normalized implements CharSequence {
    static final char REPLACEMENT = 0xFFFD;

    char[] chars;
    int[] starts;
    int[] ends;
    int length;

    Normalized(int capacity) {
        chars = new char[capacity];
        starts = new int[capacity];
        ends = new int[capacity];
    }

    /// The text as it is.
    static Normalized unchanged(String text, int from, int to) {
        Normalized normalized = new Normalized(to - from);
        normalized.length = to - from;
        text.getChars(from, to, normalized.chars, 0);
        for (int i = 0, size; i < normalized.length; i += size) {
            size = sizeAt(text, from + i, to);
            normalized.starts[i] = from + i;
            normalized.ends[i] = from + i + size;
            if (size == 2) {
                normalized.starts[i + 1] = from + i;
                normalized.ends[i + 1] = from + i + size;
            } else if (Character.isSurrogate(normalized.chars[i])) {
                normalized.chars[i] = REPLACEMENT;
            }
        }
        return normalized;
    }

    /// How many chars the character at `i` has, in a text that may be ill-formed.
    static int sizeAt(CharSequence text, int i, int to) {
        boolean pair = Character.isHighSurrogate(text.charAt(i)) && i + 1 < to
                && Character.isLowSurrogate(text.charAt(i + 1));
        return pair ? 2 : 1;
    }

    /// The character at `i`, of `size` chars; U+FFFD for half a pair.
    static int codePointAt(CharSequence text, int i, int size) {
        char c = text.charAt(i);
        return size == 2 ? Character.toCodePoint(c, text.charAt(i + 1)) : Character.isSurrogate(c) ? REPLACEMENT : c;
    }

    /// Adds a character that came from `[start, end)` of the original.
    void add(int codePoint, int start, int end) {
        if (Character.isBmpCodePoint(codePoint)) {
            addChar((char) codePoint, start, end);
        } else {
            addChar(Character.highSurrogate(codePoint), start, end);
            addChar(Character.lowSurrogate(codePoint), start, end);
        }
    }

    /// Adds a char, which may be half of a pair whose other half is added too.
    void addChar(char c, int start, int end) {
        if (length == chars.length) {
            int capacity = Math.max(16, length + (length >> 1));
            chars = Arrays.copyOf(chars, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
        }
        chars[length] = c;
        starts[length] = start;
        ends[length++] = end;
    }

    /// A part of this text.
    Normalized part(int from, int to) {
        Normalized part = new Normalized(to - from + 1);
        part.append(this, from, to);
        return part;
    }

    /// Adds `[from, to)` of another text of the same original.
    void append(Normalized other, int from, int to) {
        for (int i = from; i < to; i++) {
            addChar(other.chars[i], other.starts[i], other.ends[i]);
        }
    }

    /// Adds a text all of which came from `[start, end)`.
    void append(String text, int start, int end) {
        for (int i = 0; i < text.length(); i++) {
            addChar(text.charAt(i), start, end);
        }
    }

    /// The part `[from, to)` with a text before it, which stands where the part's first character does.
    Normalized behind(String prefix, int from, int to) {
        Normalized behind = new Normalized(prefix.length() + to - from);
        behind.append(prefix, starts[from], ends[from]);
        behind.append(this, from, to);
        return behind;
    }

    int codePointAt(int i) {
        return Character.codePointAt(chars, i, length);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int i) {
        return chars[i];
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new String(chars, from, to - from);
    }

    @Override
    public String toString() {
        return new String(chars, 0, length);
    }
}
