package norma.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import norma.io.CorruptFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static final List<String> TEXTS = List.of("the cat sat on the mat", "the dog's café is naïve 😀",
            "in 1984 the the then they them", "\n");

    @TempDir
    Path folder;

    static List<Tokenizer> tokenizers() {
        return List.of(Tokenizer.bytes(), CharacterTrainer.train(TEXTS), BpeTrainer.train(TEXTS, 300));
    }

    static List<Tokenizer> complete() {
        return List.of(Tokenizer.bytes(), BpeTrainer.train(TEXTS, 300));
    }

    @ParameterizedTest
    @MethodSource("complete")
    void everyTextComesBack(Tokenizer tokenizer) {
        for (String text : List.of("", " ", "\n\n \t x", "the cat's  pyjamas", "日本語 नमस्ते", "👩‍👩‍👧‍👦 😀😀",
                "\0\u0001\uFFFD\uFEFF", "x".repeat(100_000), " ".repeat(1000) + "y", "😀".repeat(1000))) {
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
        }
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int[] points = random.ints(random.nextInt(60), 0, i % 2 == 0 ? 0x250 : 0x20000)
                    .filter(point -> point < 0xD800 || point > 0xDFFF).toArray();
            String text = new String(points, 0, points.length);
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
        }
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void idsAreBelowTheVocabulary(Tokenizer tokenizer) {
        for (String document : TEXTS) {
            int[] ids = tokenizer.encode(document);
            assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.vocabulary()));
            assertEquals(document, tokenizer.decode(ids));
        }
    }

    @Test
    void whatIsUnknownIsListed() throws IOException {
        String text = "the cät 日本 sat ä [UNK]";
        assertEquals(List.of(), Tokenizer.bytes().unknown(text));
        assertEquals(List.of(), BpeTrainer.train(TEXTS, 300).unknown(text));
        assertEquals(List.of("ä", "日", "本", "[", "U", "N", "K", "]"), CharacterTrainer.train(TEXTS).unknown(text));
        assertEquals(List.of("日", "本", "x"), WordPieceTrainer.train(TEXTS, 100).unknown("the cat 日本 x [UNK] 日"));
        String pieces = "[[\"<unk>\", 0], [\"\u2581\", -1], [\"\u2581the\", -2], [\"c\", -3], [\"t\", -3]]";
        String unigram = "{\"version\": \"1.0\", \"added_tokens\": [], \"pre_tokenizer\": {\"type\": \"Metaspace\", "
                + "\"replacement\": \"\u2581\", \"add_prefix_space\": true}, \"decoder\": {\"type\": \"Metaspace\", "
                + "\"replacement\": \"\u2581\", \"add_prefix_space\": true}, \"model\": {\"type\": \"Unigram\", "
                + "\"unk_id\": 0, \"vocab\": " + pieces + "}}";
        Tokenizer known = Tokenizer.load(Path.of("unigram.json"),
                new ByteArrayInputStream(unigram.getBytes(StandardCharsets.UTF_8)));
        assertEquals(List.of("ä", "日本"), known.unknown("the cät 日本 the ä"));
        assertEquals(List.of(), known.unknown(""));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void surrogateWithoutPartnerIsReplaced(Tokenizer tokenizer) {
        for (String lone : List.of("\uD83D", "\uDE00", "t\uDE00\uD83Dt", "\uD83D t")) {
            String mended = lone.replaceAll("[\\uD800-\\uDFFF]", "\uFFFD");
            assertEquals(mended, tokenizer.decode(tokenizer.encode(lone)));
        }
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void idsOutsideTheVocabularyAreRefused(Tokenizer tokenizer) {
        for (int id : new int[] {-1, tokenizer.vocabulary(), Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            var e = assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {0, id}));
            assertTrue(e.getMessage().contains(id + " at 1"), e.getMessage());
        }
    }

    @Test
    void bytesThatAreNotUtf8AreReplaced() {
        assertEquals("a\uFFFDb", Tokenizer.bytes().decode(new int[] {'a', 0xC3, 'b'}));
        assertEquals("a\uFFFDb", BpeTrainer.train(TEXTS, 256).decode(new int[] {'a', 0xC3, 'b'}));
    }

    @Test
    void charactersAreNumberedByCodePoint() {
        Tokenizer tokenizer = CharacterTrainer.train(List.of("b😀a", "\n", "b\uFFFCb"));
        assertEquals("\nab\uFFFC😀", tokenizer.decode(new int[] {1, 2, 3, 4, 5}));
        assertEquals(6, tokenizer.vocabulary());
        assertArrayEquals(new int[] {2, 5, 0, 3, 1}, tokenizer.encode("a😀?b\n"));
        assertEquals("a😀\uFFFDb", tokenizer.decode(new int[] {2, 5, 0, 3}));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void saveAndLoad(Tokenizer tokenizer) throws IOException {
        Path file = folder.resolve("new/tokenizer.json");
        tokenizer.save(file);
        Tokenizer loaded = Tokenizer.load(file);
        assertEquals(tokenizer.vocabulary(), loaded.vocabulary());
        for (String document : TEXTS) {
            assertArrayEquals(tokenizer.encode(document), loaded.encode(document));
            assertEquals(tokenizer.decode(tokenizer.encode(document)), loaded.decode(loaded.encode(document)));
        }
    }

    @Test
    void earlierFiles() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, """
                {"format": "norma-tokenizer/1", "type": "bpe", "merges": [[97, 97], [256, 98]]}
                """);
        assertArrayEquals(new int[] {256, 'c', 257}, Tokenizer.load(file).encode("aacaab"));
        Files.writeString(file, "{\"format\": \"norma-tokenizer/1\", \"type\": \"byte\"}");
        assertArrayEquals(new int[] {'a', 0xC3, 0xA9}, Tokenizer.load(file).encode("aé"));
        Files.writeString(file, "{\"format\": \"norma-tokenizer/1\", \"type\": \"char\", \"characters\": \" ab\"}");
        assertArrayEquals(new int[] {2, 1, 0, 3}, Tokenizer.load(file).encode("a cb"));
        assertEquals("a \uFFFDb", Tokenizer.load(file).decode(new int[] {2, 1, 0, 3}));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void everyTruncationIsRefused(Tokenizer tokenizer) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        tokenizer.save(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 1; length++) {
            InputStream cut = new ByteArrayInputStream(whole, 0, length);
            var e = assertThrows(CorruptFileException.class, () -> Tokenizer.load(file, cut), "cut at " + length);
            assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "[]", "null", "{}", "x", "{'format': 'norma-tokenizer/1', 'type': 'byte'}",
            "{\"format\": \"norma-tokenizer/2\", \"type\": \"byte\"}",
            "{\"format\": \"norma-tokenizer/1\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"word\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"byte\"} {}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"byte\", \"size\": 256}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"char\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"char\", \"characters\": \"ba\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"char\", \"characters\": \"aa\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\"}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97, 98, 99]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97, 1.5]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97, 99999999999]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97, 256]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[-1, 97]]}",
            "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [[97, 98], [97, 98]]}",
    })
    void contentsThatAreWrongAreRefused(String contents) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, contents);
        var e = assertThrows(CorruptFileException.class, () -> Tokenizer.load(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    }

    @Test
    void mergesThatDoubleForeverAreRefused() throws IOException {
        StringBuilder merges = new StringBuilder("[97, 97]");
        for (int id = 256; id < 300; id++) {
            merges.append(", [").append(id).append(", ").append(id).append(']');
        }
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "{\"format\": \"norma-tokenizer/1\", \"type\": \"bpe\", \"merges\": [" + merges + "]}");
        var e = assertThrows(CorruptFileException.class, () -> Tokenizer.load(file));
        assertTrue(e.getMessage().contains("merge 8, [263, 263]"), e.getMessage());
    }

    @Test
    void flippedBytesNeverDoMoreThanRefuse() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        BpeTrainer.train(TEXTS, 270).save(file);
        byte[] whole = Files.readAllBytes(file);
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(file, flipped);
            try {
                Tokenizer tokenizer = Tokenizer.load(file);
                boolean complete =
                        IntStream.range(0, VisibleBytes.BYTES).mapToObj(VisibleBytes::of).map(String::valueOf)
                                .allMatch(b -> tokenizer.id(b).isPresent()); // what has no token is left out
                assertTrue(!complete || tokenizer.decode(tokenizer.encode("the cat")).equals("the cat"),
                        "byte " + at);
            } catch (CorruptFileException e) {
                refused++;
            }
        }
        assertTrue(refused > whole.length / 2, refused + " of " + whole.length);
    }

    @Test
    void fileThatIsNotTextIsRefused() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.write(file, "{\"type\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        var e = assertThrows(CorruptFileException.class, () -> Tokenizer.load(file));
        assertTrue(e.getMessage().contains("from byte 9 on"), e.getMessage());
    }
}
