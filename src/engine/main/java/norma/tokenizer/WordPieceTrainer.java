package norma.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.collections.api.bag.MutableBag;
import org.eclipse.collections.api.iterator.LongIterator;
import org.eclipse.collections.api.map.primitive.MutableObjectIntMap;
import org.eclipse.collections.api.set.sorted.MutableSortedSet;
import org.eclipse.collections.impl.factory.SortedSets;
import org.eclipse.collections.impl.factory.primitive.ObjectIntMaps;

/// Learns BERT's pieces of words: again and again the pair of neighbours becomes one piece that occurs most often for how often its halves
/// do,
///
/// ```text
/// score(a, b) = count(ab) / (count(a) count(b))
/// ```
///
/// so that pieces are joined that are seldom apart. Of equal scores the more frequent pair is taken, then the one with the lower ids.
/// The first pieces are the characters, those inside a word with `##` before them.
///
/// Schuster, Nakajima: Japanese and Korean voice search, ICASSP 2012, which scores by the likelihood of the text that a merge gains; the
/// score here is what Hugging Face's course makes of it, https://huggingface.co/learn/llm-course/chapter6/6.
public final class WordPieceTrainer {
    private static final BertNormalizer NORMALIZER = new BertNormalizer(true, true, true, true);
    private static final PreTokenizer PRE_TOKENIZER = new BertPreTokenizer();
    private static final String INSIDE = "##";

    private final List<String> pieces = new ArrayList<>(VocabularyFile.SPECIAL);
    private final MutableObjectIntMap<String> ids = ObjectIntMaps.mutable.empty();
    private final PairCounts counts;

    private WordPieceTrainer(MutableBag<String> words) {
        MutableSortedSet<String> characters = SortedSets.mutable.empty();
        words.toSet().forEach(word -> characters.addAll(characters(word)));
        characters.forEach(this::add);
        counts = new PairCounts(words, this::cut);
    }

    /// Learns from `texts`, in lower case and without accents, as BERT's uncased models read them. The ids begin with `[PAD]`, `[UNK]`,
    /// `[CLS]`, `[SEP]` and `[MASK]`, and an encoding is `[CLS] text [SEP]`.
    ///
    /// Each merge looks at all pairs: tens of thousands of pieces from a large corpus take minutes.
    ///
    /// @param vocabulary V to reach; stays smaller if no pair is left that occurs twice
    /// @throws IllegalArgumentException if that is not enough for the characters of the texts
    public static Tokenizer train(Iterable<String> texts, int vocabulary) {
        MutableBag<String> words = PairCounts.words(texts, NORMALIZER, PRE_TOKENIZER);
        words.removeIf(word -> word.codePointCount(0, word.length()) > VocabularyFile.LONGEST_WORD);
        WordPieceTrainer trainer = new WordPieceTrainer(words);
        if (vocabulary < trainer.pieces.size()) {
            throw new IllegalArgumentException("WordPieceTrainer: vocabulary must be at least " + trainer.pieces.size()
                    + ", the special tokens and the characters of the texts; got " + vocabulary);
        }
        while (trainer.pieces.size() < vocabulary && trainer.merge()) {
            // one piece more
        }
        return trainer.tokenizer();
    }

    private int add(String piece) {
        ids.put(piece, pieces.size());
        pieces.add(piece);
        return pieces.size() - 1;
    }

    private static List<String> characters(String word) {
        List<String> characters = new ArrayList<>();
        for (int i = 0, c; i < word.length(); i += Character.charCount(c)) {
            c = word.codePointAt(i);
            characters.add((i == 0 ? "" : INSIDE) + Character.toString(c));
        }
        return characters;
    }

    private int[] cut(String word) {
        return characters(word).stream().mapToInt(ids::get).toArray();
    }

    /// Makes a piece of the best pair; false if none occurs twice.
    private boolean merge() {
        long best = 0;
        double highest = 0;
        for (LongIterator pairs = counts.pairs().longIterator(); pairs.hasNext();) {
            long pair = pairs.next();
            double score = score(pair);
            if (score > highest || score == highest && highest > 0 && isBefore(pair, best)) {
                best = pair;
                highest = score;
            }
        }
        if (highest > 0) {
            String right = pieces.get(Bpe.right(best)).substring(INSIDE.length());
            counts.merge(best, add(pieces.get(Bpe.left(best)) + right));
        }
        return highest > 0;
    }

    private double score(long pair) {
        long count = counts.pair(pair);
        double halves = (double) counts.token(Bpe.left(pair)) * counts.token(Bpe.right(pair));
        return count < 2 ? 0 : count / halves;
    }

    private boolean isBefore(long pair, long other) {
        int byCount = Long.compare(counts.pair(other), counts.pair(pair));
        return byCount < 0 || byCount == 0 && pair < other;
    }

    private Tokenizer tokenizer() {
        Vocabulary vocabulary = Vocabulary.of(pieces);
        List<AddedToken> special = new ArrayList<>();
        for (String token : VocabularyFile.SPECIAL) {
            special.add(AddedToken.special(token, pieces.indexOf(token)));
        }
        return new Tokenizer(vocabulary, special, NORMALIZER, PRE_TOKENIZER,
                new WordPiece(vocabulary, INSIDE, pieces.indexOf("[UNK]"), VocabularyFile.LONGEST_WORD),
                PostProcessor.bert(pieces.indexOf("[CLS]"), pieces.indexOf("[SEP]")));
    }
}
