package norma.tokenizer;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import norma.io.CorruptFileException;
import norma.io.Utf8;
import norma.json.JsonFields;

/// Byte-level byte-pair encoding: a word is its bytes in UTF-8, and of all neighbours that have a merge the ones with the first merge
/// of the list are joined, the leftmost first, until none has one.
///
/// Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units, arXiv 1508.07909; byte level:
/// Radford et al., Language models are unsupervised multitask learners, 2019. [BpeTrainer] learns the merges.
///
/// In a vocabulary each byte is a visible character: the printed ones of Latin-1 are themselves, the others are the characters from
/// U+0100 on, a space `Ġ`.
final class ByteLevelBpe implements SubwordModel {
    static final int BYTES = 256;

    /// Words recur: the tokens of the first ones are kept, each with its place in the word.
    private static final int CACHED = 1 << 16;
    private static final int LONGEST_CACHED = 64;

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
    private final ConcurrentMap<String, TokenBuffer> cache = new ConcurrentHashMap<>();

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
        if (Arrays.stream(bytes).distinct().count() < BYTES) {
            throw vocabulary.corrupt("each byte must have an id of its own; two have the same");
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
        if (pairs.length == 0) {
            addBytes(text, from, to, out);
            return;
        }
        TokenBuffer word = word(new String(text.chars, from, to - from));
        for (int i = 0; i < word.size(); i++) {
            out.add(word.ids[i], text.starts[from + word.starts[i]], text.ends[from + word.ends[i] - 1]);
        }
    }

    private TokenBuffer word(String word) {
        TokenBuffer known = cache.get(word);
        if (known == null) {
            known = new Word(Normalized.unchanged(word, 0, word.length())).tokens();
            if (word.length() <= LONGEST_CACHED && cache.size() < CACHED) {
                cache.put(word, known);
            }
        }
        return known;
    }

    private void addBytes(Normalized text, int from, int to, TokenBuffer out) {
        for (int i = from, c; i < to; i += Character.charCount(c)) {
            c = text.codePointAt(i);
            int start = text.starts[i];
            int end = text.ends[i];
            if (c < 0x80) {
                out.add(bytes[c], start, end);
            } else if (c < 0x800) {
                out.add(bytes[0xC0 | c >> 6], start, end);
            } else if (c < 0x10000) {
                out.add(bytes[0xE0 | c >> 12], start, end);
                out.add(bytes[0x80 | c >> 6 & 0x3F], start, end);
            } else {
                out.add(bytes[0xF0 | c >> 18], start, end);
                out.add(bytes[0x80 | c >> 12 & 0x3F], start, end);
                out.add(bytes[0x80 | c >> 6 & 0x3F], start, end);
            }
            if (c >= 0x80) {
                out.add(bytes[0x80 | c & 0x3F], start, end);
            }
        }
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
    public OptionalInt unknown() {
        return OptionalInt.empty();
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        List<List<String>> merges = new ArrayList<>();
        for (long pair : pairs) {
            merges.add(List.of(vocabulary.token(left(pair)), vocabulary.token(right(pair))));
        }
        return JsonFields.object("type", "BPE", "unk_token", JsonNull.INSTANCE, "vocab", vocabulary.toJson(), "merges",
                merges);
    }

    @Override
    public JsonObject decoder() {
        return ByteLevelPreTokenizer.step(false, false, false);
    }

    /// A word on its way from bytes to tokens. Symbols that were joined stay in their places: the left one becomes both, the
    /// right one is skipped.
    private final class Word {
        private static final int GONE = -1;

        private final TokenBuffer symbols = new TokenBuffer(Integer.MAX_VALUE, 16);
        private final int[] ids;
        private final int[] next;
        private final int[] previous;
        private final Candidates candidates;
        private int count;

        Word(Normalized text) {
            addBytes(text, 0, text.length, symbols);
            ids = symbols.ids;
            count = symbols.size();
            next = new int[count];
            previous = new int[count];
            candidates = new Candidates(count);
            for (int i = 0; i < count; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
                offer(i - 1);
            }
        }

        TokenBuffer tokens() {
            while (!candidates.isEmpty()) {
                long first = candidates.take();
                int at = Candidates.place(first);
                if (rank(at) == Candidates.rank(first)) { // else one of the two was joined with another meanwhile
                    join(at, joined[rank(at)]);
                }
            }
            TokenBuffer tokens = new TokenBuffer(count, count);
            for (int i = 0; i < symbols.size(); i = next[i]) {
                tokens.add(ids[i], symbols.starts[i], symbols.ends[i]);
            }
            return tokens;
        }

        private void join(int left, int id) {
            int right = next[left];
            ids[left] = id;
            symbols.ends[left] = symbols.ends[right];
            ids[right] = GONE;
            next[left] = next[right];
            if (next[left] < symbols.size()) {
                previous[next[left]] = left;
            }
            count--;
            offer(previous[left]);
            offer(left);
        }

        /// The rank of the merge of the symbol at `left` and the next; `LongIntMap.NONE` if they have none.
        private int rank(int left) {
            boolean pair = left >= 0 && ids[left] != GONE && next[left] < symbols.size();
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
