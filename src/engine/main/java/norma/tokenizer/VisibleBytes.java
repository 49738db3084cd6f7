package norma.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import norma.io.Utf8;

/// Bytes as visible characters, as byte-level vocabularies have them: the printed ones of Latin-1 are themselves, the others are the
/// characters from U+0100 on, a space `Ġ`.
///
/// Radford et al., Language models are unsupervised multitask learners, 2019.
final class VisibleBytes {
    static final int BYTES = 256;

    private static final char[] VISIBLE = new char[BYTES];
    private static final char LAST_VISIBLE;

    static {
        char standIn = BYTES;
        for (int b = 0; b < BYTES; b++) {
            VISIBLE[b] = isPrinted(b) ? (char) b : standIn++;
        }
        LAST_VISIBLE = (char) (standIn - 1);
    }

    private VisibleBytes() {
    }

    private static boolean isPrinted(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD;
    }

    /// The character that stands for a byte.
    static char of(int b) {
        return VISIBLE[b];
    }

    /// Adds the bytes of a character that stands at `[start, end)`.
    static void add(int c, int start, int end, Normalized out) {
        if (c < 0x80) {
            out.addChar(VISIBLE[c], start, end);
            return;
        }
        if (c < 0x800) {
            out.addChar(VISIBLE[0xC0 | c >> 6], start, end);
        } else if (c < 0x10000) {
            out.addChar(VISIBLE[0xE0 | c >> 12], start, end);
            out.addChar(VISIBLE[0x80 | c >> 6 & 0x3F], start, end);
        } else {
            out.addChar(VISIBLE[0xF0 | c >> 18], start, end);
            out.addChar(VISIBLE[0x80 | c >> 12 & 0x3F], start, end);
            out.addChar(VISIBLE[0x80 | c >> 6 & 0x3F], start, end);
        }
        out.addChar(VISIBLE[0x80 | c & 0x3F], start, end);
    }

    /// The byte that `c` stands for; negative for other characters, which only added tokens have.
    static int byteOf(int c) {
        if (c < BYTES) {
            return VISIBLE[c] == c ? c : -1;
        }
        for (int b = 0; c <= LAST_VISIBLE && b < BYTES; b++) {
            if (VISIBLE[b] == c) {
                return b;
            }
        }
        return -1;
    }

    /// The text of the bytes. Those that are not UTF-8, as a model that samples token by token may say them, become U+FFFD.
    static String text(Iterable<String> tokens) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (String token : tokens) {
            for (int i = 0, c; i < token.length(); i += Character.charCount(c)) {
                c = token.codePointAt(i);
                int b = byteOf(c);
                text.writeBytes(b < 0 ? Utf8.encode(Character.toString(c)) : new byte[] {(byte) b});
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
