package norma.embeddings.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import norma.io.CorruptFileException;
import norma.tokenizer.Encoding;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenizerTest {
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    Path folder;

    private Tokenizer load(TokenizerFiles which) throws IOException {
        return Tokenizer.load(which.write(folder));
    }

    @Test
    void referenceTexts() throws IOException {
        Tokenizer tokenizer = load(TokenizerFiles.MINILM);
        int rows = 0;
        try (var in = new InputStreamReader(
                TokenizerTest.class.getResourceAsStream("/norma/embeddings/minilm-reference.json"),
                StandardCharsets.UTF_8)) {
            for (JsonElement element : JsonParser.parseReader(in).getAsJsonObject().getAsJsonArray("rows")) {
                JsonObject row = element.getAsJsonObject();
                int[] expected = row.getAsJsonArray("input_ids_512").asList().stream().mapToInt(JsonElement::getAsInt)
                        .toArray();
                String text = row.get("text").getAsString();
                assertArrayEquals(expected, tokenizer.encode(text, 512).ids(), text);
                rows++;
            }
        }
        assertEquals(20, rows);
    }

    @Test
    void tokensKnowTheirPlaces() throws IOException {
        String text = "Ça va,\tNAÏVETÉ? 東京";
        Encoding encoding = load(TokenizerFiles.MINILM).encode(text, 512);
        List<String> places = IntStream.range(1, encoding.length() - 1)
                .mapToObj(i -> text.substring(encoding.starts()[i], encoding.ends()[i])).toList();
        assertEquals(List.of("Ça", "va", ",", "NAÏVE", "TÉ", "?", "東", "京"), places);
        assertEquals(0, encoding.starts()[0]);
        assertEquals(0, encoding.ends()[encoding.length() - 1]);
    }

    /// What the table deletes is not in the places of what remains, but for what stands before the first character: there the text begins.
    @Test
    void deletedCharacters() throws IOException {
        Tokenizer tokenizer = load(TokenizerFiles.UNIGRAM);
        Encoding plain = tokenizer.encode("norm the", ALL);
        for (String deleted : List.of("\uFEFF", "\u0007")) {
            String text = deleted + "no" + deleted + "rm" + deleted + " the";
            Encoding encoding = tokenizer.encode(text, ALL);
            assertArrayEquals(plain.ids(), encoding.ids());
            assertEquals(0, encoding.starts()[1]);
            assertEquals("the",
                    text.substring(encoding.starts()[encoding.length() - 2], encoding.ends()[encoding.length() - 2]));
        }
    }

    /// A `vocab.txt` says the same as the `tokenizer.json` that was made of it.
    @Test
    void vocabularyFile() throws IOException {
        Tokenizer json = load(TokenizerFiles.MINILM);
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.write(model.resolve("vocab.txt"), lines(TokenizerFiles.MINILM.json()));
        Tokenizer lines = Tokenizer.load(model);
        assertEquals(json.vocabulary(), lines.vocabulary());
        for (String text : HostileTexts.lines(1000)) {
            Oracle.assertSame(json.encode(text, ALL), lines.encode(text, ALL), text);
        }
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
        Tokenizer cased = Tokenizer.load(model);
        Tokenizer expected = load(TokenizerFiles.CASED);
        for (String text : HostileTexts.lines(1000)) {
            Oracle.assertSame(expected.encode(text, ALL), cased.encode(text, ALL), text);
        }
    }

    private static List<String> lines(JsonObject json) {
        String[] lines = new String[30522];
        for (var token : json.getAsJsonObject("model").getAsJsonObject("vocab").entrySet()) {
            lines[token.getValue().getAsInt()] = token.getKey();
        }
        return Arrays.asList(lines);
    }

    /// The tokenizers in use count the spaces at the ends of a token, one of which they may have added themselves: behind a special
    /// token they take the first letter from the word's place.
    @Test
    void trimmedPlacesAreThoseWithoutSpaces() throws IOException {
        Tokenizer whole = load(TokenizerFiles.ROBERTA);
        JsonObject json = TokenizerFiles.ROBERTA.json();
        json.getAsJsonObject("post_processor").addProperty("trim_offsets", true);
        Tokenizer trimmed = Tokenizer.load(Files.writeString(folder.resolve("trimmed.json"), json.toString()));
        for (String text : HostileTexts.lines(1000)) {
            Encoding a = whole.encode(text, ALL);
            Encoding b = trimmed.encode(text, ALL);
            assertArrayEquals(a.ids(), b.ids());
            for (int i = 0; i < a.length(); i++) {
                assertEquals(text.substring(a.starts()[i], a.ends()[i]).replaceAll("^ +| +$", ""),
                        text.substring(b.starts()[i], b.ends()[i]));
            }
        }
        Encoding encoding = trimmed.encode("<mask>Hello world", ALL);
        assertArrayEquals(new int[] {0, 0, 6, 12, 0}, encoding.starts());
        assertArrayEquals(new int[] {0, 6, 11, 17, 0}, encoding.ends());
    }

    @ParameterizedTest
    @EnumSource
    void aShorterCutIsTheBeginning(TokenizerFiles which) throws IOException {
        Tokenizer tokenizer = load(which);
        int added = tokenizer.encode("", ALL).length();
        for (String text : HostileTexts.lines(300)) {
            Encoding all = tokenizer.encode(text, ALL);
            Encoding cut = tokenizer.encode(text, 12);
            assertEquals(Math.min(12, all.length()), cut.length());
            int[] expected = Arrays.copyOf(all.ids(), cut.length());
            if (added > 0) {
                expected[cut.length() - 1] = all.ids()[all.length() - 1];
            }
            assertArrayEquals(expected, cut.ids());
        }
    }

    /// A million letters, spaces, ideographs, marks, half pairs: as one word, and as many.
    @ParameterizedTest
    @EnumSource(names = {"MINILM", "ROBERTA", "UNIGRAM", "UNIGRAM_SPACES"})
    void megabytes(TokenizerFiles which) throws IOException {
        Tokenizer tokenizer = load(which);
        Random random = new Random(1);
        StringBuilder letters = new StringBuilder();
        while (letters.length() < 1 << 20) {
            letters.append((char) ('a' + random.nextInt(26)));
        }
        for (String text : List.of(letters.toString(), "a".repeat(1 << 20), " ".repeat(1 << 20),
                "word ".repeat(200_000),
                "京".repeat(1 << 20), "\u0301".repeat(1 << 20), "\uD83D".repeat(1 << 20), "!".repeat(1 << 20),
                "[CLS".repeat(1 << 18),
                "<mask> ".repeat(150_000))) {
            Encoding cut =
                    assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode(text, 256), text.substring(0, 8));
            assertTrue(cut.length() <= 256);
            Encoding all = assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encodePair(text, text, ALL),
                    text.substring(0, 8));
            assertTrue(all.length() < 1 << 23);
        }
    }

    @Test
    void manyThreads() throws IOException {
        Tokenizer tokenizer = load(TokenizerFiles.MINILM);
        List<String> texts = HostileTexts.lines(2000);
        List<int[]> expected = texts.stream().map(text -> tokenizer.encode(text, 128).ids()).toList();
        IntStream.range(0, 8 * texts.size()).parallel().forEach(i -> {
            int at = i % texts.size();
            assertArrayEquals(expected.get(at), tokenizer.encode(texts.get(at), 128).ids());
        });
    }

    @Test
    void roomForTheSpecialTokens() throws IOException {
        Tokenizer tokenizer = load(TokenizerFiles.MINILM);
        assertEquals(2, tokenizer.encode("word", 2).length());
        assertEquals(3, tokenizer.encodePair("word", "word", 3).length());
        var e = assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("word", 1));
        assertTrue(e.getMessage().contains("maxTokens must be at least 2"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> tokenizer.encodePair("word", "word", -7));
    }

    @Test
    void tokensByName() throws IOException {
        Tokenizer tokenizer = load(TokenizerFiles.MINILM);
        assertEquals(30522, tokenizer.vocabulary());
        assertEquals(0, tokenizer.id("[PAD]").orElseThrow());
        assertTrue(tokenizer.id("<pad>").isEmpty());
    }

    private void refused(Consumer<JsonObject> change, String... says) throws IOException {
        JsonObject json = TokenizerFiles.MINILM.json();
        change.accept(json);
        refused(json.toString(), says);
    }

    private void refused(String content, String... says) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), content);
        var e = assertThrows(CorruptFileException.class, () -> Tokenizer.load(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        for (String part : says) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    private static JsonObject step(JsonObject json, String name) {
        return json.getAsJsonObject(name);
    }

    @Test
    void whatIsNotKnownIsRefused() throws IOException {
        refused(json -> step(json, "normalizer").addProperty("type", "Precompiled"), "precompiled_charsmap");
        refused(json -> step(json, "pre_tokenizer").addProperty("type", "UnicodeScripts"), "ByteLevel",
                "UnicodeScripts");
        refused(json -> step(json, "model").addProperty("type", "Other"), "WordPiece", "Other");
        refused(json -> step(json, "post_processor").addProperty("type", "Other"), "TemplateProcessing", "Other");
        refused(json -> json.remove("pre_tokenizer"), "pre_tokenizer must be an object");
        refused(json -> json.remove("model"), "model");
        refused(json -> step(json, "model").addProperty("unk_token", "<nope>"), "<nope>");
        refused(json -> step(json, "model").addProperty("max_input_chars_per_word", 1.5), "max_input_chars_per_word");
        refused(json -> step(json, "model").addProperty("max_input_chars_per_word", "100"), "max_input_chars_per_word");
        refused(json -> step(json, "normalizer").addProperty("lowercase", "yes"), "lowercase", "true or false");
        refused(json -> step(json, "model").getAsJsonObject("vocab").addProperty("the", -1), "ids must be in");
        refused(TokenizerFiles.MINILM.json().toString().replace("\"[unused7]\"", "\"\\ud83d\""), "$.model.vocab");
        refused(json -> step(json, "model").getAsJsonObject("vocab").addProperty("the", "x"), "$.model.vocab.the");
        refused(json -> step(json, "post_processor").add("special_tokens", new JsonObject()), "[CLS]");
        refused(json -> step(json, "post_processor").getAsJsonArray("single").remove(1), "each text once");
        refused(json -> json.getAsJsonArray("added_tokens").get(0).getAsJsonObject().addProperty("content", ""),
                "content");
        refused(json -> json.getAsJsonArray("added_tokens").get(0).getAsJsonObject().addProperty("id", 9), "[PAD]",
                "9");
        refused("", "JSON");
        refused("[]", "JSON");
        refused("{} {}", "");
        refused("{\"model\": {\"vocab\": {\"a\": 0, \"a\": 1}}}", "must have one id");
        refused("[".repeat(100_000), "JSON");
        refused("{\"a\": " + "[".repeat(100_000), "JSON");
        Files.write(folder.resolve("bytes.json"), new byte[] {'{', (byte) 0xC3, '}'});
        assertThrows(CorruptFileException.class, () -> Tokenizer.load(folder.resolve("bytes.json")));
        var e = assertThrows(IOException.class, () -> Tokenizer.load(folder.resolve("nowhere.json")));
        assertFalse(e instanceof CorruptFileException);
    }

    @Test
    void bytePairsThatDoNotFitAreRefused() throws IOException {
        for (var change : Map.<String, Consumer<JsonObject>>of(
                "Ġ t x", model -> model.getAsJsonArray("merges").set(0, JsonParser.parseString("\"Ġ t x\"")),
                "\"qqq\"", model -> model.getAsJsonArray("merges").set(0, JsonParser.parseString("\"qqq t\"")),
                "##", model -> model.addProperty("continuing_subword_prefix", "##"),
                "dropout", model -> model.addProperty("dropout", 0.1)).entrySet()) {
            JsonObject json = TokenizerFiles.GPT2.json();
            change.getValue().accept(json.getAsJsonObject("model"));
            refused(json.toString(), change.getKey());
        }
    }

    /// Cut off, or with bytes changed, a file is read or refused, and nothing else.
    @Test
    void damagedFiles() throws IOException {
        JsonObject json = TokenizerFiles.MINILM.json();
        JsonObject vocabulary = step(json, "model").getAsJsonObject("vocab");
        vocabulary.keySet().removeIf(token -> token.length() > 3 && !token.startsWith("["));
        byte[] whole = json.toString().getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("tokenizer.json");
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] bytes = Arrays.copyOf(whole, i % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int changes = i % 3; changes > 0 && bytes.length > 0; changes--) {
                bytes[random.nextInt(bytes.length >> random.nextInt(2) * 4)] = (byte) random.nextInt(256);
            }
            Files.write(file, bytes);
            try {
                Tokenizer.load(file).encode("A text, to be sure.", 16);
            } catch (CorruptFileException e) {
                refused++;
            }
        }
        assertTrue(refused > 150, "refused " + refused);
    }
}
