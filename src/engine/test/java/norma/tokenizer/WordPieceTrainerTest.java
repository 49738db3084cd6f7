package norma.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPieceTrainerTest {
    private static final int SPECIAL = 5;

    @TempDir
    Path folder;

    private static List<String> texts() {
        List<String> texts = new ArrayList<>();
        texts.addAll(Collections.nCopies(10, "Hug"));
        texts.addAll(Collections.nCopies(5, "pug"));
        texts.addAll(Collections.nCopies(12, "pun"));
        texts.addAll(Collections.nCopies(4, "bun"));
        texts.addAll(Collections.nCopies(5, "hugs"));
        return texts;
    }

    private static List<String> pieces(Tokenizer tokenizer) {
        return IntStream.range(0, tokenizer.vocabulary())
                .mapToObj(id -> tokenizer.id("[PAD]").getAsInt() == id ? "[PAD]" : piece(tokenizer, id)).toList();
    }

    private static String piece(Tokenizer tokenizer, int id) {
        return tokenizer.decode(new int[] {id});
    }

    /// By hand. `##u` occurs 36 times, `##g` 20, `##s` 5 times; `h`, `p`, `b` 15, 17, 4 times. `##gs` has the score 5 / (20 x 5); all
    /// others, which have `##u` as a half, 1 / 36. Of those `pu` is the most frequent. Then `##u` is left 19 times, and `hu` with 15
    /// and `bu` with 4 have the score 1 / 19, `##ug` with 10 of the 15 `##g` left has 10 / (19 x 15).
    @Test
    void piecesWorkedByHand() {
        Tokenizer tokenizer = WordPieceTrainer.train(texts(), SPECIAL + 7 + 3);
        assertEquals(List.of("##g", "##n", "##s", "##u", "b", "h", "p", "##gs", "pu", "hu"),
                pieces(tokenizer).subList(SPECIAL, tokenizer.vocabulary()));
        assertArrayEquals(ids(tokenizer, "[CLS]", "hu", "##gs", "pu", "##n", "[UNK]", "[SEP]"),
                tokenizer.encode("HUGS pün dog", 9).ids());
    }

    private static int[] ids(Tokenizer tokenizer, String... tokens) {
        return java.util.Arrays.stream(tokens).mapToInt(token -> tokenizer.id(token).orElseThrow()).toArray();
    }

    /// When nothing occurs apart that occurs twice together, each word is a piece.
    @Test
    void trainingStopsWhereNothingIsLeft() {
        Tokenizer tokenizer = WordPieceTrainer.train(texts(), 1000);
        for (String word : List.of("hug", "pug", "pun", "bun", "hugs")) {
            assertEquals(1, tokenizer.encode(word).length, word);
        }
        var e = assertThrows(IllegalArgumentException.class, () -> WordPieceTrainer.train(texts(), 11));
        assertTrue(e.getMessage().contains("at least 12"), e.getMessage());
    }

    @Test
    void trainingDependsOnTheWordsOnly() {
        List<String> texts = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            texts.add("w" + random.nextInt(500) + " and " + random.nextInt(500) + " letters " + i);
        }
        List<String> pieces = pieces(WordPieceTrainer.train(texts, 200));
        Collections.shuffle(texts, random);
        assertEquals(pieces, pieces(WordPieceTrainer.train(texts, 200)));
        assertEquals(pieces.subList(0, 100), pieces(WordPieceTrainer.train(texts, 100)));
    }

    @Test
    void textComesBackWithoutItsSpaces() {
        Tokenizer tokenizer = WordPieceTrainer.train(texts(), 30);
        assertEquals("hugs pun bug", tokenizer.decode(tokenizer.encode("  Hugs pun\tbug", 20).ids()));
    }

    @Test
    void saveAndLoad() throws IOException {
        Tokenizer tokenizer = WordPieceTrainer.train(texts(), 20);
        tokenizer.save(folder.resolve("tokenizer.json"));
        Tokenizer loaded = Tokenizer.load(folder);
        assertEquals(pieces(tokenizer), pieces(loaded));
        String text = "hug [MASK] pünb gub [SEP] x";
        assertArrayEquals(tokenizer.encodePair(text, text, 50).ids(), loaded.encodePair(text, text, 50).ids());
        assertArrayEquals(tokenizer.encodePair(text, text, 50).typeIds(), loaded.encodePair(text, text, 50).typeIds());
    }
}
