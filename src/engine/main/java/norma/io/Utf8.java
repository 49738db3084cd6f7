package norma.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Text and its bytes, with one rule each way: a string that is not well formed is mended, a file that is not is
/// refused.
public final class Utf8 {
    /// What stands in a string where its bytes were no character.
    private static final char REPLACED = '\uFFFD';

    private static final byte[] REPLACEMENT = String.valueOf(REPLACED).getBytes(StandardCharsets.UTF_8);
    private static final long LARGEST = Integer.MAX_VALUE - 8;

    private Utf8() {
    }

    /// The bytes of `text`. A surrogate without its partner, which no UTF-8 can hold, becomes U+FFFD; `getBytes` of the
    /// JDK would write a question mark, which reads as if the text had asked.
    public static byte[] encode(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException e) {
            throw new AssertionError("every malformed character is replaced", e);
        }
    }

    /// The text of a file, without a byte order mark.
    ///
    /// @throws CorruptFileException names the byte from which on it is not UTF-8
    public static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST) {
            throw new CorruptFileException(file, "a text must have at most " + LARGEST + " bytes; it has " + size
                    + "; cut it into several files in a folder");
        }
        String text = decode(file, Files.readAllBytes(file));
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /// The text of `bytes`, which were read from `file`.
    public static String decode(Path file, byte[] bytes) throws CorruptFileException {
        String text = new String(bytes, StandardCharsets.UTF_8); // several times as fast as a decoder
        return text.indexOf(REPLACED) < 0 ? text : decodeStrictly(file, bytes);
    }

    private static String decodeStrictly(Path file, byte[] bytes) throws CorruptFileException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(file, "must be UTF-8 text; it is not from byte " + in.position() + " on", e);
        }
    }
}
