package norma.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import norma.io.CorruptFileException;
import norma.io.JsonFields;
import norma.io.Utf8;

/// Byte-level byte-pair encoding: a word is its bytes in UTF-8, and of all neighbours that have a merge the ones with the first merge
/// of the list are joined, the leftmost first, until none has one.
///
/// Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units, arXiv 1508.07909; byte level:
/// Radford et al., Language models are unsupervised multitask learners, 2019. [BpeTrainer] learns the merges.
///
/// In a vocabulary a byte is a character one can see: those of Latin-1 that are printed stand for themselves, the others for the
/// characters from U+0100 on, a space for `Ġ`.
final class ByteLevelBpe implements SubwordModel {
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

    private final int[] bytes;
    private final long[] pairs;
    private final int[] joined;
    private final LongIntMap ranks;

    /// @param bytes the id of each byte
    /// @param pairs what is joined, the first to be joined first
    /// @param joined the ids that they make
    ByteLevelBpe(int[] bytes, long[] pairs, int[] joined) {
        this.bytes = bytes;
        this.pairs = pairs;
        this.joined = joined;
        ranks = new LongIntMap(pairs.length);
        for (int rank = 0; rank < pairs.length; rank++) {
            ranks.put(pairs[rank], rank);
        }
    }

    /// @param vocabulary has all bytes, and what the merges join and make
    /// @param merges pairs of tokens, the first to be joined first
    static ByteLevelBpe read(JsonFields model, Vocabulary vocabulary, List<String[]> merges)
            throws CorruptFileException {
        boolean plain = model.text("continuing_subword_prefix", "").isEmpty()
                && model.text("end_of_word_suffix", "").isEmpty() && !model.has("dropout")
                && !model.flag("ignore_merges", false);
        if (!plain) {
            throw model
                    .corrupt("must merge words without prefix, suffix, dropout or ignore_merges; it has one of them");
        }
        int[] bytes = new int[BYTES];
        for (int b = 0; b < BYTES; b++) {
            bytes[b] = vocabulary.id(visible(b));
        }
        long[] pairs = new long[merges.size()];
        int[] joined = new int[pairs.length];
        for (int rank = 0; rank < pairs.length; rank++) {
            String[] merge = merges.get(rank);
            pairs[rank] = pair(vocabulary.id(merge[0]), vocabulary.id(merge[1]));
            joined[rank] = vocabulary.id(merge[0] + merge[1]);
        }
        return new ByteLevelBpe(bytes, pairs, joined);
    }

    /// The character that stands for a byte.
    static String visible(int b) {
        return String.valueOf(VISIBLE[b]);
    }

    private static boolean isPrinted(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD;
    }

    /// Two ids in one `long`, which orders pairs by their left, then their right id.
    static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    static int left(long pair) {
        return (int) (pair >>> Integer.SIZE);
    }

    static int right(long pair) {
        return (int) pair;
    }

    @Override
    public void tokenize(Normalized text, int from, int to, TokenBuffer out) {
        new Word(text, from, to).tokens(out);
    }

    /// Bytes that are not UTF-8, as a model that samples token by token may say them, become U+FFFD.
    @Override
    public String text(Iterable<String> tokens) {
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

    /// The byte that `c` stands for; negative for other characters, which only added tokens have.
    private static int byteOf(int c) {
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

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        JsonArray merges = new JsonArray();
        for (long pair : pairs) {
            JsonArray merge = new JsonArray();
            merge.add(vocabulary.token(left(pair)));
            merge.add(vocabulary.token(right(pair)));
            merges.add(merge);
        }
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.add("unk_token", JsonNull.INSTANCE);
        model.add("vocab", vocabulary.toJson());
        model.add("merges", merges);
        return model;
    }

    @Override
    public JsonObject decoder() {
        JsonObject decoder = new JsonObject();
        decoder.addProperty("type", "ByteLevel");
        decoder.addProperty("add_prefix_space", false);
        decoder.addProperty("trim_offsets", false);
        decoder.addProperty("use_regex", false);
        return decoder;
    }

    /// A word on its way from bytes to tokens. Symbols that were joined stay in their places: the left one becomes both, the
    /// right one is skipped.
    private final class Word {
        private static final int GONE = -1;

        private final int[] ids;
        private final int[] starts;
        private final int[] ends;
        private int length;
        private final int[] next;
        private final int[] previous;
        private final Candidates candidates;

        Word(Normalized text, int from, int to) {
            int most = 3 * (to - from); // bytes; a pair of surrogates has four
            ids = new int[most];
            starts = new int[most];
            ends = new int[most];
            for (int i = from; i < to; i += Character.charCount(text.codePointAt(i))) {
                addBytes(text.codePointAt(i), text.starts[i], text.ends[i]);
            }
            next = new int[length];
            previous = new int[length];
            candidates = new Candidates(length);
            for (int i = 0; i < length; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
                offer(i - 1);
            }
        }

        private void addBytes(int c, int start, int end) {
            if (c < 0x80) {
                addByte(c, start, end);
            } else if (c < 0x800) {
                addByte(0xC0 | c >> 6, start, end);
            } else if (c < 0x10000) {
                addByte(0xE0 | c >> 12, start, end);
                addByte(0x80 | c >> 6 & 0x3F, start, end);
            } else {
                addByte(0xF0 | c >> 18, start, end);
                addByte(0x80 | c >> 12 & 0x3F, start, end);
                addByte(0x80 | c >> 6 & 0x3F, start, end);
            }
            if (c >= 0x80) {
                addByte(0x80 | c & 0x3F, start, end);
            }
        }

        private void addByte(int b, int start, int end) {
            ids[length] = bytes[b];
            starts[length] = start;
            ends[length++] = end;
        }

        void tokens(TokenBuffer out) {
            while (!candidates.isEmpty()) {
                long first = candidates.take();
                int at = Candidates.place(first);
                if (rank(at) == Candidates.rank(first)) { // else one of the two was joined with another meanwhile
                    join(at, joined[rank(at)]);
                }
            }
            for (int i = 0; i < length; i = next[i]) {
                out.add(ids[i], starts[i], ends[i]);
            }
        }

        private void join(int left, int id) {
            int right = next[left];
            ids[left] = id;
            ends[left] = ends[right];
            ids[right] = GONE;
            next[left] = next[right];
            if (next[left] < length) {
                previous[next[left]] = left;
            }
            offer(previous[left]);
            offer(left);
        }

        /// The rank of the merge of the symbol at `left` and the next; `LongIntMap.NONE` if they have none.
        private int rank(int left) {
            boolean pair = left >= 0 && ids[left] != GONE && next[left] < length;
            return pair ? ranks.get(pair(ids[left], ids[next[left]])) : LongIntMap.NONE;
        }

        private void offer(int left) {
            int rank = rank(left);
            if (rank != LongIntMap.NONE) {
                candidates.add(rank, left);
            }
        }
    }
}
