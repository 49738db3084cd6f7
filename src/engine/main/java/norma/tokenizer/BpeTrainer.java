package norma.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import norma.tokenizer.ByteLevelPreTokenizer.Rule;

/// Learns the merges of a byte-level byte-pair encoding: again and again the pair of neighbours that occurs most often becomes one id; of
/// equally frequent pairs the one with the lower left, then lower right id.
///
/// The 256 bytes are the first ids. Merges never cross words, which are cut by a rule close to GPT-2's, and since every byte is an id,
/// every text comes back exactly: `decode(encode(s)) = s`.
///
/// Sennrich, Haddow, Birch: Neural machine translation of rare words with subword units, arXiv 1508.07909; byte level:
/// Radford et al., Language models are unsupervised multitask learners, 2019.
public final class BpeTrainer {
    private static final TextNormalizer NORMALIZER = new TextNormalizer.None();
    private static final PreTokenizer PRE_TOKENIZER = ByteLevelPreTokenizer.BOUNDED;
    /// Where nothing is joined, words do not matter.
    private static final PreTokenizer BYTES_ONLY = new ByteLevelPreTokenizer(false, Rule.NONE);
    private static final int LONGEST_WORD = 1 + 4 * 64;

    /// Two ids that stand side by side and become one.
    ///
    /// @param left the first id
    /// @param right the one after it
    record Merge(int left, int right) {
        long pair() {
            return Bpe.pair(left, right);
        }
    }

    private record Candidate(long pair, long count) {
        static final Comparator<Candidate> BEST_FIRST =
                Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair);
    }

    private BpeTrainer() {
    }

    /// Learns from `texts`. The result depends on their words only, not on the order of the texts.
    ///
    /// @param vocabulary V to reach, at least 256; stays smaller if no pair is left that occurs twice
    public static Tokenizer train(Iterable<String> texts, int vocabulary) {
        return tokenizer(merges(texts, vocabulary));
    }

    /// The merges, in the order in which they are learned.
    ///
    /// A merge can only lower the count of the pairs that are there and bring new ones, all of which contain the new id. So counts in the
    /// queue are never too low: what comes out of it with the right count is the most frequent pair, and what comes out with an
    /// old one goes back with the right one.
    static List<Merge> merges(Iterable<String> texts, int vocabulary) {
        if (vocabulary < VisibleBytes.BYTES) {
            throw new IllegalArgumentException("BpeTrainer: vocabulary must be at least 256, the bytes; got "
                    + vocabulary);
        }
        PairCounts counts = new PairCounts(PairCounts.words(texts, NORMALIZER, PRE_TOKENIZER), BpeTrainer::bytes);
        PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.BEST_FIRST);
        counts.news().forEach(pair -> offer(queue, counts, pair));
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < vocabulary - VisibleBytes.BYTES && !queue.isEmpty()) {
            Candidate best = queue.remove();
            if (counts.pair(best.pair) == best.count) {
                counts.merge(best.pair, VisibleBytes.BYTES + merges.size());
                merges.add(new Merge(Bpe.left(best.pair), Bpe.right(best.pair)));
                counts.news().forEach(pair -> offer(queue, counts, pair));
            } else {
                offer(queue, counts, best.pair);
            }
        }
        return merges;
    }

    private static void offer(PriorityQueue<Candidate> queue, PairCounts counts, long pair) {
        if (counts.pair(pair) > 1) {
            queue.add(new Candidate(pair, counts.pair(pair)));
        }
    }

    private static int[] bytes(String word) {
        return word.chars().map(VisibleBytes::byteOf).toArray();
    }

    /// The tokenizer of known merges.
    ///
    /// @param merges in the order in which they were learned; the first makes id 256
    /// @throws IllegalArgumentException if a merge joins an id that is not made before it, makes a token that is there already, or one
    ///         longer than any word
    static Tokenizer tokenizer(List<Merge> merges) {
        List<String> tokens = new ArrayList<>();
        Map<String, Integer> made = new HashMap<>();
        for (int b = 0; b < VisibleBytes.BYTES; b++) {
            tokens.add(String.valueOf(VisibleBytes.of(b)));
        }
        long[] pairs = new long[merges.size()];
        int[] joined = new int[pairs.length];
        for (int rank = 0; rank < pairs.length; rank++) {
            Merge merge = merges.get(rank);
            check(merge, rank, tokens, made);
            pairs[rank] = merge.pair();
            joined[rank] = tokens.size();
            tokens.add(tokens.get(merge.left) + tokens.get(merge.right));
            made.put(tokens.getLast(), rank);
        }
        Vocabulary vocabulary = Vocabulary.of(tokens);
        return new Tokenizer(vocabulary, List.of(), NORMALIZER, merges.isEmpty() ? BYTES_ONLY : PRE_TOKENIZER,
                new Bpe(vocabulary, pairs, joined, Bpe.Options.BYTES), PostProcessor.NONE);
    }

    private static void check(Merge merge, int rank, List<String> tokens, Map<String, Integer> made) {
        String who = "BpeTrainer: merge " + rank + ", [" + merge.left + ", " + merge.right + "], must ";
        if (Math.min(merge.left, merge.right) < 0 || Math.max(merge.left, merge.right) >= tokens.size()) {
            throw new IllegalArgumentException(who + "join ids in [0, " + tokens.size() + ")");
        }
        String token = tokens.get(merge.left) + tokens.get(merge.right);
        if (made.containsKey(token)) {
            throw new IllegalArgumentException(who + "make a new token; merge " + made.get(token) + " makes the same");
        }
        if (token.length() > LONGEST_WORD) {
            throw new IllegalArgumentException(who + "make at most " + LONGEST_WORD + " bytes, the longest word; makes "
                    + token.length());
        }
    }
}
