package norma.data;

import java.nio.charset.StandardCharsets;

/// The bytes of the text in UTF-8; V = 256. Knows every text and has nothing to learn.
public record ByteTokenizer() implements Tokenizer {

    @Override
    public int vocabulary() {
        return 256;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = Utf8.encode(text);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] > 255) {
                throw new IllegalArgumentException("ByteTokenizer: ids must be in [0, 256); got " + ids[i]
                        + " at " + i);
            }
            bytes[i] = (byte) ids[i];
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
