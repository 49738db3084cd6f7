package norma.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.collections.api.bag.Bag;
import org.eclipse.collections.api.bag.MutableBag;
import org.eclipse.collections.api.list.primitive.MutableIntList;
import org.eclipse.collections.api.map.primitive.MutableIntLongMap;
import org.eclipse.collections.api.map.primitive.MutableLongLongMap;
import org.eclipse.collections.api.map.primitive.MutableLongObjectMap;
import org.eclipse.collections.api.set.primitive.LongSet;
import org.eclipse.collections.api.set.primitive.MutableLongSet;
import org.eclipse.collections.impl.factory.Bags;
import org.eclipse.collections.impl.factory.primitive.IntLists;
import org.eclipse.collections.impl.factory.primitive.IntLongMaps;
import org.eclipse.collections.impl.factory.primitive.LongLongMaps;
import org.eclipse.collections.impl.factory.primitive.LongObjectMaps;
import org.eclipse.collections.impl.factory.primitive.LongSets;

/// How often tokens, and pairs of neighbours, occur in the words of texts, while pairs become tokens.
///
/// Equal words are kept once, with their number. For each pair we keep in which words it occurs, so a merge touches only the words it
/// changes, and the texts are read once.
final class PairCounts {
    private static final int ANY = -1;

    private final List<int[]> words = new ArrayList<>();
    private final MutableIntList lengths = IntLists.mutable.empty();
    private final MutableIntList times = IntLists.mutable.empty();
    private final MutableIntLongMap tokens = IntLongMaps.mutable.empty();
    private final MutableLongLongMap pairs = LongLongMaps.mutable.empty();
    private final MutableLongObjectMap<MutableIntList> wordsWith = LongObjectMaps.mutable.empty();
    private final MutableLongSet news = LongSets.mutable.empty();

    /// How a word is cut before the first merge.
    interface Cut {
        int[] ids(String word);
    }

    PairCounts(Bag<String> texts, Cut cut) {
        texts.forEachWithOccurrences((word, count) -> {
            words.add(cut.ids(word));
            lengths.add(words.getLast().length);
            times.add(count);
            add(words.size() - 1, ANY);
        });
    }

    /// The words of texts to learn from, each with its number.
    static MutableBag<String> words(Iterable<String> texts, TextNormalizer normalizer, PreTokenizer preTokenizer) {
        MutableBag<String> words = Bags.mutable.empty();
        for (String text : texts) {
            Normalized normalized = normalizer.normalize(Normalized.unchanged(text, 0, text.length()));
            if (normalized.length > 0) {
                preTokenizer.cut(normalized, 0, normalized.length, (word, from, to) -> words
                        .add(new String(word.chars, from, to - from)));
            }
        }
        return words;
    }

    /// How often a pair occurs.
    long pair(long pair) {
        return pairs.get(pair);
    }

    /// How often a token occurs.
    long token(int id) {
        return tokens.get(id);
    }

    /// All pairs that occur, or did.
    LongSet pairs() {
        return pairs.keySet();
    }

    /// The pairs that the last merge brought; before the first, all.
    LongSet news() {
        return news;
    }

    /// Puts `id` in the place of each `pair`.
    void merge(long pair, int id) {
        news.clear();
        MutableIntList changed = wordsWith.remove(pair);
        for (int i = 0; i < changed.size(); i++) {
            int word = changed.get(i);
            remove(word);
            lengths.set(word, merge(words.get(word), lengths.get(word), pair, id));
            add(word, id);
        }
        pairs.remove(pair);
    }

    private void remove(int word) {
        int[] ids = words.get(word);
        for (int i = 0; i < lengths.get(word); i++) {
            tokens.addToValue(ids[i], -times.get(word));
            if (i > 0) {
                pairs.addToValue(Bpe.pair(ids[i - 1], ids[i]), -times.get(word));
            }
        }
    }

    /// Counts the pairs of `word`; those with `id` are new to it.
    private void add(int word, int id) {
        int[] ids = words.get(word);
        for (int i = 0; i < lengths.get(word); i++) {
            tokens.addToValue(ids[i], times.get(word));
            if (i > 0) {
                long pair = Bpe.pair(ids[i - 1], ids[i]);
                pairs.addToValue(pair, times.get(word));
                if (id == ANY || ids[i - 1] == id || ids[i] == id) {
                    news.add(pair);
                    addWord(pair, word);
                }
            }
        }
    }

    private void addWord(long pair, int word) {
        MutableIntList list = wordsWith.getIfAbsentPut(pair, IntLists.mutable::empty);
        if (list.isEmpty() || list.getLast() != word) {
            list.add(word);
        }
    }

    /// Puts `id` in the place of each `pair` in the first `length` of `ids`, from left to right; returns the new
    /// length.
    private static int merge(int[] ids, int length, long pair, int id) {
        int to = 0;
        for (int from = 0; from < length; from++) {
            boolean here = from + 1 < length && Bpe.pair(ids[from], ids[from + 1]) == pair;
            ids[to++] = here ? id : ids[from];
            from += here ? 1 : 0;
        }
        return to;
    }
}
