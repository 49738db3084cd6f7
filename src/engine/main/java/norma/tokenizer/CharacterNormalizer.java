package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.json.JsonFields;

/// Normalizations that look at one character at a time.
enum CharacterNormalizer implements TextNormalizer {
    /// lower case, whatever stands beside it
    LOWERCASE("Lowercase") {
        @Override
        void add(int c, int start, int end, Normalized out) {
            Characters.lower(c, start, end, out);
        }
    },
    /// drops marks; letters that have theirs in them keep them
    STRIP_ACCENTS("StripAccents") {
        @Override
        void add(int c, int start, int end, Normalized out) {
            if (!Characters.isAccent(c)) {
                out.add(c, start, end);
            }
        }
    },
    /// SentencePiece's rules for translation: no control characters, one kind of space
    NMT("Nmt") {
        @Override
        void add(int c, int start, int end, Normalized out) {
            boolean dropped = c >= 0x01 && c <= 0x08 || c == 0x0B || c >= 0x0E && c <= 0x1F || c == 0x7F || c == 0x8F
                    || c == 0x9F;
            boolean space = c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1680
                    || c >= 0x200B && c <= 0x200F || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF
                    || c == 0xFFFD;
            if (!dropped) {
                out.add(space ? ' ' : c, start, end);
            }
        }
    },
    /// the bytes of UTF-8, each as the visible character that stands for it
    BYTE_LEVEL("ByteLevel") {
        @Override
        void add(int c, int start, int end, Normalized out) {
            VisibleBytes.add(c, start, end, out);
        }

        @Override
        public boolean makesBytes() {
            return true;
        }
    };

    private final String type;

    CharacterNormalizer(String type) {
        this.type = type;
    }

    static CharacterNormalizer of(String type) {
        for (CharacterNormalizer each : values()) {
            if (each.type.equals(type)) {
                return each;
            }
        }
        throw new IllegalArgumentException("CharacterNormalizer: there is none of type " + type);
    }

    /// Adds what becomes of a character that stands at `[start, end)`.
    abstract void add(int c, int start, int end, Normalized out);

    @Override
    public Normalized normalize(Normalized text) {
        Normalized out = new Normalized(text.length);
        for (int i = 0, c; i < text.length; i += Character.charCount(c)) {
            c = text.codePointAt(i);
            add(c, text.starts[i], text.ends[i], out);
        }
        return out;
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", type);
    }
}
