package norma.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import norma.data.BpeTokenizer.Merge;
import org.junit.jupiter.api.Test;

class BpeTokenizerTest {

    /// By hand. In `aaabdaaabac` the pair `aa` occurs 4 times: 256 = `aa`. In `[256]abd[256]abac` both `[256]a` and
    /// `ab` occur twice, and 97 is the lower left id: 257 = `ab`. In `[256][257]d[256][257]ac` `[256][257]` occurs
    /// twice: 258. In `[258]d[258]ac` no pair occurs twice.
    @Test
    void mergesWorkedByHand() {
        BpeTokenizer tokenizer = BpeTokenizer.train(Corpus.of(List.of("aaabdaaabac")), 1000);
        assertEquals(List.of(new Merge('a', 'a'), new Merge('a', 'b'), new Merge(256, 257)), tokenizer.merges());
        assertEquals(259, tokenizer.vocabulary());
        assertArrayEquals(new int[] {258, 'd', 258, 'a', 'c'}, tokenizer.encode("aaabdaaabac"));
        assertArrayEquals(new int[] {256, 256, 'b'}, tokenizer.encode("aaaab"));
    }

    @Test
    void mergeLearnedFirstIsJoinedFirst() {
        BpeTokenizer tokenizer = new BpeTokenizer(List.of(new Merge('b', 'c'), new Merge('a', 'b')));
        assertArrayEquals(new int[] {'a', 256}, tokenizer.encode("abc"));
        assertArrayEquals(new int[] {257, 'd'}, tokenizer.encode("abd"));
    }

    @Test
    void trainingStopsAtTheVocabulary() {
        assertEquals(258, BpeTokenizer.train(Corpus.of(List.of("aaabdaaabac")), 258).vocabulary());
        assertEquals(256, BpeTokenizer.train(Corpus.of(List.of("aaabdaaabac")), 256).vocabulary());
        var e = assertThrows(IllegalArgumentException.class,
                () -> BpeTokenizer.train(Corpus.of(List.of("aaabdaaabac")), 255));
        assertTrue(e.getMessage().contains("255"), e.getMessage());
    }

    @Test
    void mergesNeverCrossWords() {
        Corpus corpus = Corpus.of(List.of("of the, of the. of the! it's 1999's of the"));
        BpeTokenizer tokenizer = BpeTokenizer.train(corpus, 400);
        for (int id = 256; id < tokenizer.vocabulary(); id++) {
            String piece = tokenizer.decode(new int[] {id});
            assertTrue(piece.matches(" ?[a-z]+| ?\\d+|'s|[,.!]+|\\s+"), "[" + piece + "]");
        }
        assertEquals(2, tokenizer.encode(" of the").length);
    }

    /// The definition, counting everything anew for each merge.
    private static List<Merge> slowly(List<String> words, int limit) {
        List<List<Integer>> texts = new ArrayList<>();
        for (String word : words) {
            List<Integer> ids = new ArrayList<>();
            word.chars().forEach(ids::add);
            texts.add(ids);
        }
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < limit) {
            TreeMap<Long, Integer> counts = new TreeMap<>();
            for (List<Integer> ids : texts) {
                for (int i = 1; i < ids.size(); i++) {
                    counts.merge(BpeTokenizer.pairOf(ids.get(i - 1), ids.get(i)), 1, Integer::sum);
                }
            }
            int most = counts.isEmpty() ? 0 : Collections.max(counts.values());
            if (most < 2) {
                break;
            }
            long pair = counts.entrySet().stream().filter(e -> e.getValue() == most).findFirst().orElseThrow().getKey();
            Merge merge = new Merge((int) (pair >>> 32), (int) pair);
            for (List<Integer> ids : texts) {
                for (int i = 1; i < ids.size(); i++) {
                    if (ids.get(i - 1) == merge.left() && ids.get(i) == merge.right()) {
                        ids.set(i - 1, 256 + merges.size());
                        ids.remove(i);
                    }
                }
            }
            merges.add(merge);
        }
        return merges;
    }

    @Test
    void trainingIsItsDefinition() {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            List<String> words = new ArrayList<>();
            for (int word = 0; word < 60; word++) {
                StringBuilder text = new StringBuilder();
                int length = 1 + random.nextInt(12);
                for (int i = 0; i < length; i++) {
                    text.append((char) ('a' + random.nextInt(2 + seed % 4)));
                }
                words.add(text.toString());
            }
            words = new ArrayList<>(Corpus.of(words).documents());
            assertEquals(slowly(words, 200), BpeTokenizer.train(Corpus.of(words), 456).merges(), "seed " + seed);
        }
    }

    @Test
    void trainingDependsOnTheWordsOnly() {
        List<String> documents = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            documents.add("w" + random.nextInt(500) + " and " + random.nextInt(500) + " letters " + i);
        }
        List<Merge> merges = BpeTokenizer.train(Corpus.of(documents), 600).merges();
        assertEquals(merges, BpeTokenizer.train(Corpus.of(documents), 600).merges());
        Collections.shuffle(documents, random);
        assertEquals(merges, BpeTokenizer.train(Corpus.of(documents), 600).merges());
        assertEquals(merges.subList(0, 100), BpeTokenizer.train(Corpus.of(documents), 356).merges());
    }

    /// More words than the cache holds, so that most come to it when it is full.
    @Test
    void cacheChangesNothing() {
        Corpus corpus = Corpus.of(List.of("the cat sat on the mat", "the the then they them"));
        BpeTokenizer old = BpeTokenizer.train(corpus, 280);
        for (int i = 0; i < 70_000; i++) {
            old.encode("the" + Integer.toString(i + 40_000, 26).replaceAll("\\d", "x") + i);
        }
        BpeTokenizer fresh = BpeTokenizer.train(corpus, 280);
        for (String text : List.of("then they sat", "theqqz cat", "mmmm the them")) {
            assertArrayEquals(fresh.encode(text), old.encode(text));
        }
    }
}
