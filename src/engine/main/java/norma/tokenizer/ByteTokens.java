package norma.tokenizer;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import norma.io.Utf8;
import norma.json.JsonFields;

/// SentencePiece's tokens of bytes, `<0x00>` to `<0xFF>`, for what a vocabulary has no piece for.
final class ByteTokens {
    private static final int BYTES = 256;
    private static final String TOKEN = "<0x%02X>";

    private ByteTokens() {
    }

    /// The ids of all bytes; `Trie.NONE` for those that are missing.
    static int[] ids(Vocabulary vocabulary) {
        int[] ids = new int[BYTES];
        for (int b = 0; b < BYTES; b++) {
            ids[b] = vocabulary.pieces().find(TOKEN.formatted(b));
        }
        return ids;
    }

    /// Adds the bytes of a text that stands at `[start, end)`, all of them or none; whether it did.
    static boolean add(int[] ids, String text, int start, int end, TokenBuffer out) {
        byte[] bytes = Utf8.encode(text);
        for (byte b : bytes) {
            if (ids[Byte.toUnsignedInt(b)] == Trie.NONE) {
                return false;
            }
        }
        for (byte b : bytes) {
            out.add(ids[Byte.toUnsignedInt(b)], start, end);
        }
        return true;
    }

    /// The tokens, with those of bytes as the text that they are. Bytes that are not UTF-8 become U+FFFD.
    static List<String> joined(Iterable<String> tokens) {
        List<String> joined = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
            if (token.matches("<0x[0-9A-F]{2}>")) {
                bytes.write(Integer.parseInt(token.substring(3, 5), 16));
            } else {
                flush(bytes, joined);
                joined.add(token);
            }
        }
        flush(bytes, joined);
        return joined;
    }

    private static void flush(ByteArrayOutputStream bytes, List<String> joined) {
        if (bytes.size() > 0) {
            joined.add(bytes.toString(StandardCharsets.UTF_8));
            bytes.reset();
        }
    }

    /// What other libraries make text of SentencePiece's tokens with.
    static JsonObject decoder(boolean bytes) {
        JsonObject spaces = MetaspacePreTokenizer.step(true);
        return !bytes ? spaces : JsonFields.object("type", "Sequence", "decoders",
                List.of(JsonFields.object("type", "ByteFallback"), spaces));
    }
}
