package norma.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import norma.tokenizer.BpeTrainer.Merge;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {

    /// By hand. In `aaabdaaabac` the pair `aa` occurs 4 times: 256 = `aa`. In `[256]abd[256]abac` both `[256]a` and
    /// `ab` occur twice, and 97 is the lower left id: 257 = `ab`. In `[256][257]d[256][257]ac` `[256][257]` occurs
    /// twice: 258. In `[258]d[258]ac` no pair occurs twice.
    @Test
    void mergesWorkedByHand() {
        List<Merge> merges = BpeTrainer.merges(List.of("aaabdaaabac"), 1000);
        assertEquals(List.of(new Merge('a', 'a'), new Merge('a', 'b'), new Merge(256, 257)), merges);
        Tokenizer tokenizer = BpeTrainer.tokenizer(merges);
        assertEquals(259, tokenizer.vocabulary());
        assertArrayEquals(new int[] {258, 'd', 258, 'a', 'c'}, tokenizer.encode("aaabdaaabac"));
        assertArrayEquals(new int[] {256, 256, 'b'}, tokenizer.encode("aaaab"));
    }

    @Test
    void mergeLearnedFirstIsJoinedFirst() {
        Tokenizer tokenizer = BpeTrainer.tokenizer(List.of(new Merge('b', 'c'), new Merge('a', 'b')));
        assertArrayEquals(new int[] {'a', 256}, tokenizer.encode("abc"));
        assertArrayEquals(new int[] {257, 'd'}, tokenizer.encode("abd"));
    }

    @Test
    void trainingStopsAtTheVocabulary() {
        assertEquals(258, BpeTrainer.train(List.of("aaabdaaabac"), 258).vocabulary());
        assertEquals(256, BpeTrainer.train(List.of("aaabdaaabac"), 256).vocabulary());
        var e = assertThrows(IllegalArgumentException.class,
                () -> BpeTrainer.train(List.of("aaabdaaabac"), 255));
        assertTrue(e.getMessage().contains("255"), e.getMessage());
    }

    @Test
    void mergesNeverCrossWords() {
        Tokenizer tokenizer = BpeTrainer.train(List.of("of the, of the. of the! it's 1999's of the"), 400);
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
                    counts.merge(Bpe.pair(ids.get(i - 1), ids.get(i)), 1, Integer::sum);
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
            assertEquals(slowly(words, 200), BpeTrainer.merges(words, 456), "seed " + seed);
        }
    }

    @Test
    void trainingDependsOnTheWordsOnly() {
        List<String> documents = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            documents.add("w" + random.nextInt(500) + " and " + random.nextInt(500) + " letters " + i);
        }
        List<Merge> merges = BpeTrainer.merges(documents, 600);
        assertEquals(merges, BpeTrainer.merges(documents, 600));
        Collections.shuffle(documents, random);
        assertEquals(merges, BpeTrainer.merges(documents, 600));
        assertEquals(merges.subList(0, 100), BpeTrainer.merges(documents, 356));
    }

    /// The words are those of the regular expression that says what they are.
    @Test
    void wordsAreThoseOfTheExpression() {
        Pattern expression = Pattern.compile("'(?:[sdmt]|ll|ve|re)| ?[\\p{L}\\p{M}]{1,64}| ?\\p{N}{1,64}"
                + "| ?[^\\s\\p{L}\\p{M}\\p{N}]{1,64}|\\s{1,64}(?!\\S)|\\s{1,64}");
        ByteLevelPreTokenizer words = ByteLevelPreTokenizer.BOUNDED;
        Random random = new Random(5);
        String[] parts = {"a", "é", "e\u0301", "\u0903", "7", "Ⅷ", "½", " ", " ", "\n", "\t", "\u000B", "\u00A0",
                "\u2003",
                "\u001C", "'s", "'ll", "'x", "'", "!", "—", "😀", "𝔸", "x".repeat(63), "x".repeat(65), " ".repeat(63),
                "\n".repeat(66), "😀".repeat(64), "-".repeat(130)};
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            Normalized normalized = Normalized.unchanged(text.toString(), 0, text.length());
            List<String> cut = new ArrayList<>();
            for (int start = 0, end; start < text.length(); start = end) {
                end = words.end(normalized, start, text.length());
                cut.add(text.substring(start, end));
            }
            assertEquals(expression.matcher(text).results().map(MatchResult::group).toList(), cut);
        }
    }

    @Test
    void mergesThatMakeNoNewTokenAreRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> BpeTrainer.tokenizer(List.of(new Merge('a', 'b'),
                new Merge('b', 'c'), new Merge(256, 'c'), new Merge('a', 257))));
        assertTrue(e.getMessage().contains("merge 3, [97, 257], must make a new token; merge 2"), e.getMessage());
    }
}
