package norma.tokenizer;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// SentencePiece's normalization: a table says what becomes of a character, or of a letter with its marks. Most tables are
/// Unicode's form NFKC, with all spaces made one.
///
/// ```text
/// 4 bytes    n, little endian
/// n bytes    a double array of UTF-8 bytes: from a node at i, byte b leads to i ^ b, if the unit there has the label b
/// the rest   what the keys become: texts that end with 0; the value of a key is where its text begins
/// ```
///
/// A unit of the array, lowest bit first: 8 bits label, 1 bit whether a key ends here (then the value is at the children's base),
/// 1 bit that multiplies the offset by 256, 22 bits offset to the children's base.
/// https://github.com/google/sentencepiece/blob/master/src/normalizer.cc; Aoe: An efficient digital search algorithm by using a
/// double-array structure, 1989.
final class CharacterMap implements TextNormalizer {
    private static final Pattern CLUSTER = Pattern.compile("\\X");
    private static final int LONGEST = 5;
    private static final int NONE = -1;

    private final int[] units;
    private final byte[] texts;

    /// @throws IllegalArgumentException if the table is shorter than it says
    CharacterMap(byte[] table) {
        ByteBuffer in = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        int size = table.length < Integer.BYTES ? NONE : in.getInt();
        if (size <= 0 || size % Integer.BYTES != 0 || size > in.remaining()) {
            throw new IllegalArgumentException(
                    "must be a length in whole units and as many bytes; it has " + table.length
                            + " bytes and says " + size);
        }
        units = new int[size / Integer.BYTES];
        in.asIntBuffer().get(units);
        in.position(in.position() + size);
        texts = new byte[in.remaining()];
        in.get(texts);
    }

    static CharacterMap read(JsonFields step) throws CorruptFileException {
        try {
            return new CharacterMap(Base64.getDecoder().decode(step.text("precompiled_charsmap")));
        } catch (IllegalArgumentException e) {
            throw step.corrupt("must have a table in base 64 as precompiled_charsmap; " + e.getMessage());
        }
    }

    @Override
    public JsonObject toJson() {
        int size = Integer.BYTES * units.length;
        ByteBuffer table =
                ByteBuffer.allocate(Integer.BYTES + size + texts.length).order(ByteOrder.LITTLE_ENDIAN).putInt(size);
        for (int unit : units) {
            table.putInt(unit);
        }
        return JsonFields.object("type", "Precompiled", "precompiled_charsmap",
                Base64.getEncoder().encodeToString(table.put(texts).array()));
    }

    @Override
    public Normalized normalize(Normalized text) {
        Normalized out = new Normalized(text.length);
        Matcher clusters = CLUSTER.matcher(text);
        while (clusters.find()) {
            if (!replace(text, clusters.start(), clusters.end(), out)) {
                for (int i = clusters.start(), end; i < clusters.end(); i = end) {
                    end = i + Character.charCount(text.codePointAt(i));
                    if (!replace(text, i, end, out)) {
                        add(text.codePointAt(i), text, i, out);
                    }
                }
            }
        }
        return out;
    }

    /// Adds what `[start, end)` becomes, if the table has it. New characters have the places of the old ones in turn, the surplus
    /// that of the last.
    private boolean replace(Normalized text, int start, int end, Normalized out) {
        byte[] key = end - start > LONGEST ? new byte[0]
                : text.subSequence(start, end).toString().getBytes(StandardCharsets.UTF_8);
        int value = key.length == 0 || key.length > LONGEST ? NONE : find(key);
        if (value == NONE) {
            return false;
        }
        String replacement = text(value);
        int old = start;
        for (int i = 0; i < replacement.length(); i += Character.charCount(replacement.codePointAt(i))) {
            add(replacement.codePointAt(i), text, old, out);
            int after = old + Character.charCount(text.codePointAt(old));
            old = after < end ? after : old;
        }
        return true;
    }

    /// What is deleted before the first character belongs to it, so that it stands at the beginning of the text.
    private static void add(int c, Normalized text, int at, Normalized out) {
        out.add(c, text.starts[out.length == 0 ? 0 : at], text.ends[at]);
    }

    /// The value of the shortest key that `bytes` begin with, not of the longest.
    private int find(byte[] bytes) {
        int node = offset(units[0]);
        for (byte b : bytes) {
            int label = Byte.toUnsignedInt(b);
            node ^= label;
            if (label == 0 || node >= units.length || (units[node] & (1 << 31 | 0xFF)) != label) {
                return NONE;
            }
            boolean ends = (units[node] >> 8 & 1) == 1;
            node ^= offset(units[node]);
            if (ends) {
                return node < units.length ? units[node] & Integer.MAX_VALUE : NONE;
            }
        }
        return NONE;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >> 6);
    }

    private String text(int start) {
        int end = start;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return start > end ? "" : new String(texts, start, end - start, StandardCharsets.UTF_8);
    }
}
