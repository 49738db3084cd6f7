package norma.data;

import com.carrotsearch.hppc.IntArrayList;
import com.carrotsearch.hppc.LongIntHashMap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Byte-level byte-pair encoding: the 256 bytes, and one more id for each pair that was worth joining.
///
/// The text is cut into words, a word with the space before it, by the rule of GPT-2; inside each word the pair whose
/// merge was learned first is joined first, until no pair is known. Merges never cross words, and since every byte is
/// an id, every text comes back exactly: `decode(encode(s)) = s`.
///
/// Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units, arXiv 1508.07909; byte level:
/// Radford et al., Language models are unsupervised multitask learners, 2019.
public final class BpeTokenizer implements Tokenizer {

    /// Two ids that stand side by side and become one.
    ///
    /// @param left the first id
    /// @param right the one after it
    public record Merge(int left, int right) {
        long pair() {
            return pairOf(left, right);
        }
    }

    static final int BYTES = 256;

    /// Differs from GPT-2 in two ways. A word ends after 64 characters, so a megabyte of one letter costs no more than
    /// a page of text; and marks count as letters, so the words of scripts that write vowels as marks stay whole.
    private static final Pattern WORD = Pattern.compile("'(?:[sdmt]|ll|ve|re)| ?[\\p{L}\\p{M}]{1,64}| ?\\p{N}{1,64}"
            + "| ?[^\\s\\p{L}\\p{M}\\p{N}]{1,64}|\\s{1,64}(?!\\S)|\\s{1,64}");
    private static final int LONGEST_WORD = 1 + 4 * 64;
    private static final int CACHED_WORDS = 1 << 16;
    private static final int NONE = Integer.MAX_VALUE;

    private final List<Merge> merges;
    private final byte[][] pieces;
    private final LongIntHashMap joined;
    private final ConcurrentMap<String, int[]> cache = new ConcurrentHashMap<>();

    /// A tokenizer of known merges.
    ///
    /// @param merges in the order in which they were learned; the first makes id 256
    /// @throws IllegalArgumentException if a merge joins an id that is not made before it, comes twice, or makes a
    ///         piece longer than any word
    public BpeTokenizer(List<Merge> merges) {
        this.merges = List.copyOf(merges);
        pieces = new byte[BYTES + merges.size()][];
        joined = new LongIntHashMap(merges.size());
        for (int id = 0; id < pieces.length; id++) {
            pieces[id] = id < BYTES ? new byte[] {(byte) id} : join(id);
        }
    }

    private byte[] join(int id) {
        Merge merge = merges.get(id - BYTES);
        String who = "BpeTokenizer: merge " + (id - BYTES) + ", [" + merge.left + ", " + merge.right + "], must ";
        if (Math.min(merge.left, merge.right) < 0 || Math.max(merge.left, merge.right) >= id) {
            throw new IllegalArgumentException(who + "join ids in [0, " + id + ")");
        }
        if (joined.containsKey(merge.pair())) {
            throw new IllegalArgumentException(who + "come once; merge " + (joined.get(merge.pair()) - BYTES)
                    + " is the same");
        }
        joined.put(merge.pair(), id);
        byte[] left = pieces[merge.left];
        byte[] right = pieces[merge.right];
        if (left.length + right.length > LONGEST_WORD) {
            throw new IllegalArgumentException(who + "make at most " + LONGEST_WORD + " bytes, the longest word; makes "
                    + (left.length + right.length));
        }
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    /// Learns merges from `corpus`: again and again the pair that occurs most often becomes one id; of equally frequent
    /// pairs the one with the lower left, then lower right id. The result depends on the corpus only.
    ///
    /// @param vocabulary V to reach, at least 256; stays smaller if no pair is left that occurs twice
    public static BpeTokenizer train(Corpus corpus, int vocabulary) {
        if (vocabulary < BYTES) {
            throw new IllegalArgumentException("BpeTokenizer: vocabulary must be at least 256, the bytes; got "
                    + vocabulary);
        }
        BpeTraining training = new BpeTraining();
        for (String document : corpus.documents()) {
            training.count(WORD.matcher(document));
            training.count(WORD.matcher(corpus.separator()));
        }
        return new BpeTokenizer(training.merges(vocabulary - BYTES));
    }

    /// The merges, in the order in which they were learned.
    public List<Merge> merges() {
        return merges;
    }

    @Override
    public int vocabulary() {
        return pieces.length;
    }

    @Override
    public int[] encode(String text) {
        IntArrayList ids = new IntArrayList(text.length() / 3 + 1);
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            ids.add(encodeWord(words.group()));
        }
        return ids.toArray();
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * ids.length);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= pieces.length) {
                throw new IllegalArgumentException("BpeTokenizer: ids must be in [0, " + pieces.length + "); got "
                        + ids[i] + " at " + i);
            }
            bytes.writeBytes(pieces[ids[i]]);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private int[] encodeWord(String word) {
        int[] known = cache.get(word);
        if (known != null) {
            return known;
        }
        int[] ids = mergeAll(bytesOf(word));
        if (cache.size() < CACHED_WORDS) {
            cache.put(word, ids);
        }
        return ids;
    }

    private int[] mergeAll(int[] ids) {
        int length = ids.length;
        while (true) {
            int first = NONE;
            for (int i = 1; i < length; i++) {
                first = Math.min(first, joined.getOrDefault(pairOf(ids[i - 1], ids[i]), NONE));
            }
            if (first == NONE) {
                return Arrays.copyOf(ids, length);
            }
            length = merge(ids, length, merges.get(first - BYTES).pair(), first);
        }
    }

    /// The bytes of a word as ids.
    static int[] bytesOf(String word) {
        return new ByteTokenizer().encode(word);
    }

    /// Two ids in one `long`, which orders pairs by their left, then their right id.
    static long pairOf(int left, int right) {
        return (long) left << 32 | right;
    }

    /// Puts `id` in the place of each `pair` in the first `length` of `ids`, from left to right; returns the new
    /// length.
    static int merge(int[] ids, int length, long pair, int id) {
        int to = 0;
        for (int from = 0; from < length; from++) {
            boolean here = from + 1 < length && pairOf(ids[from], ids[from + 1]) == pair;
            ids[to++] = here ? id : ids[from];
            from += here ? 1 : 0;
        }
        return to;
    }
}
