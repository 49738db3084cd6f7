package norma.data;

import static norma.data.BpeTokenizer.BYTES;
import static norma.data.BpeTokenizer.pairOf;

import com.carrotsearch.hppc.IntArrayList;
import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongHashSet;
import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.LongObjectHashMap;
import com.carrotsearch.hppc.ObjectLongHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import norma.data.BpeTokenizer.Merge;

/// How [BpeTokenizer] learns its merges, without looking at the text again for each.
///
/// Equal words are kept once, with their number. For each pair of neighbours we keep how often it occurs and in which
/// words, so a merge touches only the words it changes. A merge can only lower the count of the pairs that are there
/// and bring new ones, all of which contain the new id. So counts in the queue are never too low: what comes out of it
/// with the right count is the most frequent pair, and what comes out with an old one goes back with the right one.
final class BpeTraining {

    private record Candidate(long pair, long count) {
        static final Comparator<Candidate> BEST_FIRST =
                Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair);
    }

    private static final int ANY = -1;

    private final ObjectLongHashMap<String> counts = new ObjectLongHashMap<>();

    private final List<int[]> words = new ArrayList<>();
    private final IntArrayList lengths = new IntArrayList();
    private final LongArrayList times = new LongArrayList();
    private final LongLongHashMap pairs = new LongLongHashMap();
    private final LongObjectHashMap<IntArrayList> wordsWith = new LongObjectHashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.BEST_FIRST);
    private final LongHashSet news = new LongHashSet();

    /// Counts the words of a document.
    void count(Matcher document) {
        while (document.find()) {
            counts.addTo(document.group(), 1);
        }
    }

    /// The best `limit` merges, fewer if no pair is left that occurs twice.
    List<Merge> merges(int limit) {
        for (var word : counts) {
            words.add(BpeTokenizer.bytesOf(word.key));
            lengths.add(words.getLast().length);
            times.add(word.value);
            add(words.size() - 1, ANY);
        }
        offerNews();
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < limit && !queue.isEmpty()) {
            Candidate best = queue.remove();
            long count = pairs.get(best.pair);
            if (count == best.count) {
                merges.add(new Merge((int) (best.pair >>> 32), (int) best.pair));
                merge(best.pair, BYTES + merges.size() - 1);
            } else if (count > 1) {
                queue.add(new Candidate(best.pair, count));
            }
        }
        return merges;
    }

    private void merge(long pair, int id) {
        IntArrayList changed = wordsWith.remove(pair);
        for (int i = 0; i < changed.size(); i++) {
            int word = changed.get(i);
            remove(word);
            lengths.set(word, BpeTokenizer.merge(words.get(word), lengths.get(word), pair, id));
            add(word, id);
        }
        offerNews();
    }

    private void remove(int word) {
        int[] ids = words.get(word);
        for (int i = 1; i < lengths.get(word); i++) {
            pairs.addTo(pairOf(ids[i - 1], ids[i]), -times.get(word));
        }
    }

    /// Counts the pairs of `word`; those with `id` are new to it.
    private void add(int word, int id) {
        int[] ids = words.get(word);
        for (int i = 1; i < lengths.get(word); i++) {
            long pair = pairOf(ids[i - 1], ids[i]);
            pairs.addTo(pair, times.get(word));
            if (id == ANY || ids[i - 1] == id || ids[i] == id) {
                news.add(pair);
                addWord(pair, word);
            }
        }
    }

    private void addWord(long pair, int word) {
        IntArrayList list = wordsWith.get(pair);
        if (list == null) {
            list = new IntArrayList();
            wordsWith.put(pair, list);
        }
        if (list.isEmpty() || list.get(list.size() - 1) != word) {
            list.add(word);
        }
    }

    private void offerNews() {
        for (var pair : news) {
            if (pairs.get(pair.value) > 1) {
                queue.add(new Candidate(pair.value, pairs.get(pair.value)));
            }
        }
        news.clear();
    }
}
