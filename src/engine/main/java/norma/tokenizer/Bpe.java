package norma.tokenizer;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Byte-pair encoding: a word is its characters, and of all neighbours that have a merge the ones with the first merge of the list
/// are joined, the leftmost first, until none has one.
///
/// Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units, arXiv 1508.07909. Behind a pre-tokenizer that makes
/// [VisibleBytes] the characters are bytes: Radford et al., Language models are unsupervised multitask learners, 2019. [BpeTrainer] learns
/// the merges.
final class Bpe implements SubwordModel {
    /// Words recur: the tokens of the first ones are kept, each with its place in the word.
    private static final int CACHED = 1 << 16;
    private static final int LONGEST_CACHED = 64;

    private final Vocabulary vocabulary;
    private final Options options;
    private final int unknown;
    private final int inside;
    private final int[] bytes;
    private final long[] pairs;
    private final int[] joined;
    private final LongIntMap ranks;
    private final ConcurrentMap<String, TokenBuffer> cache = new ConcurrentHashMap<>();

    /// How characters become the first symbols.
    ///
    /// @param unknown the token of characters that the vocabulary lacks; if it is empty, they are left out
    /// @param prefix before the characters inside a word
    /// @param suffix behind the last
    /// @param fuseUnknown unknown characters that touch are one token
    /// @param byteFallback a character that the vocabulary lacks becomes the tokens of its bytes, such as `<0xC3>`
    /// @param ignoreMerges a word that is a token is that one, whatever the merges say
    /// @param byteLevel whether words come as [VisibleBytes], which is how tokens are read back
    record Options(String unknown, String prefix, String suffix, boolean fuseUnknown, boolean byteFallback,
            boolean ignoreMerges, boolean byteLevel) {
        static final Options BYTES = new Options("", "", "", false, false, false, true);

        static Options read(JsonFields model, boolean byteLevel) throws CorruptFileException {
            if (model.number("dropout", 0) != 0) {
                throw model.incompatibility("dropout", "0 or nothing, so that a text has the same tokens each time");
            }
            return new Options(model.text("unk_token", ""), model.text("continuing_subword_prefix", ""),
                    model.text("end_of_word_suffix", ""), model.flag("fuse_unk", false),
                    model.flag("byte_fallback", false), model.flag("ignore_merges", false), byteLevel);
        }
    }

    /// @param vocabulary has what the merges join and make
    /// @param pairs what is joined, the first to be joined first
    /// @param joined the ids that they make
    Bpe(Vocabulary vocabulary, long[] pairs, int[] joined, Options options) {
        this.vocabulary = vocabulary;
        this.options = options;
        unknown = options.unknown.isEmpty() ? Trie.NONE : vocabulary.find(options.unknown).orElse(Trie.NONE);
        inside = vocabulary.pieces().walk(options.prefix);
        bytes = options.byteFallback ? ByteTokens.ids(vocabulary) : new int[0];
        this.pairs = pairs;
        this.joined = joined;
        ranks = new LongIntMap(pairs.length);
        for (int rank = 0; rank < pairs.length; rank++) {
            ranks.put(pairs[rank], rank);
        }
    }

    /// @param merges pairs of tokens, the first to be joined first
    static Bpe read(JsonFields model, Vocabulary vocabulary, List<String[]> merges, boolean byteLevel)
            throws CorruptFileException {
        Options options = Options.read(model, byteLevel);
        if (!options.unknown.isEmpty()) {
            vocabulary.id(options.unknown);
        }
        long[] pairs = new long[merges.size()];
        int[] joined = new int[pairs.length];
        for (int rank = 0; rank < pairs.length; rank++) {
            String[] merge = merges.get(rank);
            if (!merge[1].startsWith(options.prefix)) {
                throw model.corrupt("must have " + options.prefix + " before what merges join to something; number "
                        + rank + " is " + String.join(" ", merge));
            }
            pairs[rank] = pair(vocabulary.id(merge[0]), vocabulary.id(merge[1]));
            joined[rank] = vocabulary.id(merge[0] + merge[1].substring(options.prefix.length()));
        }
        return new Bpe(vocabulary, pairs, joined, options);
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
        TokenBuffer word = word(new String(text.chars, from, to - from));
        for (int i = 0; i < word.size(); i++) {
            out.add(word.ids[i], text.starts[from + word.starts[i]], text.ends[from + word.ends[i] - 1]);
        }
    }

    private TokenBuffer word(String word) {
        TokenBuffer known = cache.get(word);
        if (known == null) {
            known = tokens(word);
            if (word.length() <= LONGEST_CACHED && cache.size() < CACHED) {
                cache.put(word, known);
            }
        }
        return known;
    }

    private TokenBuffer tokens(String word) {
        int whole = options.ignoreMerges ? vocabulary.pieces().find(word) : Trie.NONE;
        if (whole == Trie.NONE) {
            return new Word(symbols(word)).tokens();
        }
        TokenBuffer tokens = new TokenBuffer(1, 1);
        tokens.add(whole, 0, word.length());
        return tokens;
    }

    /// The characters of a word.
    private TokenBuffer symbols(String word) {
        TokenBuffer symbols = new TokenBuffer(Integer.MAX_VALUE, word.length());
        int lost = 0; // where the unknown character begins that is not added yet, and ends
        int lostEnd = 0;
        for (int start = 0, end; start < word.length(); start = end) {
            end = start + Character.charCount(word.codePointAt(start));
            int id = id(word, start, end);
            if (id == Trie.NONE && addBytes(word, start, end, symbols)) {
                continue;
            }
            if (lostEnd > lost && (id != Trie.NONE || !options.fuseUnknown)) {
                symbols.add(unknown, lost, lostEnd);
                lost = lostEnd;
            }
            if (id != Trie.NONE) {
                symbols.add(id, start, end);
            } else if (unknown != Trie.NONE) {
                lost = lostEnd > lost ? lost : start;
                lostEnd = end;
            }
        }
        if (lostEnd > lost) {
            symbols.add(unknown, lost, lostEnd);
        }
        return symbols;
    }

    private int id(String word, int start, int end) {
        Trie pieces = vocabulary.pieces();
        int node = start == 0 ? Trie.ROOT : inside;
        for (int i = start; i < end && node != Trie.NONE; i++) {
            node = pieces.next(node, word.charAt(i));
        }
        for (int i = 0; end == word.length() && i < options.suffix.length() && node != Trie.NONE; i++) {
            node = pieces.next(node, options.suffix.charAt(i));
        }
        return node == Trie.NONE ? Trie.NONE : pieces.id(node);
    }

    private boolean addBytes(String word, int start, int end, TokenBuffer symbols) {
        if (!options.byteFallback) {
            return false;
        }
        String symbol = (start > 0 ? options.prefix : "") + word.substring(start, end)
                + (end == word.length() ? options.suffix : "");
        return ByteTokens.add(bytes, symbol, start, end, symbols);
    }

    @Override
    public String text(Iterable<String> tokens) {
        if (options.byteLevel) {
            return VisibleBytes.text(tokens);
        }
        StringBuilder text = new StringBuilder();
        for (String token : options.byteFallback ? ByteTokens.joined(tokens) : tokens) {
            boolean continues = !options.prefix.isEmpty() && !text.isEmpty() && token.startsWith(options.prefix);
            boolean ends = !options.suffix.isEmpty() && token.endsWith(options.suffix);
            String piece = token.substring(continues ? options.prefix.length() : 0,
                    token.length() - (ends ? options.suffix.length() : 0));
            text.append(piece).append(ends ? " " : "");
        }
        String spaced = text.toString().replace(MetaspacePreTokenizer.SPACE, " ");
        return spaced.substring(spaced.startsWith(" ") ? 1 : 0, spaced.length() - (endsInSuffix(spaced) ? 1 : 0));
    }

    private boolean endsInSuffix(String text) {
        return !options.suffix.isEmpty() && text.length() > 1 && text.endsWith(" ");
    }

    @Override
    public OptionalInt unknown() {
        return unknown == Trie.NONE ? OptionalInt.empty() : OptionalInt.of(unknown);
    }

    @Override
    public JsonObject toJson(Vocabulary vocabulary) {
        List<List<String>> merges = new ArrayList<>();
        for (long pair : pairs) {
            merges.add(List.of(vocabulary.token(left(pair)), vocabulary.token(right(pair))));
        }
        return JsonFields.object("type", "BPE", "unk_token",
                options.unknown.isEmpty() ? JsonNull.INSTANCE : options.unknown, "continuing_subword_prefix",
                options.prefix, "end_of_word_suffix", options.suffix, "fuse_unk", options.fuseUnknown, "byte_fallback",
                options.byteFallback, "ignore_merges", options.ignoreMerges, "vocab", vocabulary.toJson(), "merges",
                merges);
    }

    @Override
    public JsonObject decoder() {
        return options.byteLevel ? ByteLevelPreTokenizer.step(false, false, false)
                : !options.suffix.isEmpty() ? JsonFields.object("type", "BPEDecoder", "suffix", options.suffix)
                        : ByteTokens.decoder(options.byteFallback);
    }

    /// A word on its way from characters to tokens. Symbols that were joined stay in their places: the left one becomes both, the
    /// right one is skipped.
    private final class Word {
        private static final int GONE = -1;

        private final TokenBuffer symbols;
        private final int[] ids;
        private final int[] next;
        private final int[] previous;
        private final Candidates candidates;
        private int count;

        Word(TokenBuffer symbols) {
            this.symbols = symbols;
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
