package norma.embeddings.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import norma.tokenizer.BpeTrainer;
import norma.tokenizer.CharacterTrainer;
import norma.tokenizer.Tokenizer;
import norma.tokenizer.WordPieceTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Ids, types and places of tokens against the tokenizers in use.
class OracleTest {
    private static final int LINES = 10_000;
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    Path folder;

    private interface Comparison {
        void compare(Oracle oracle, Tokenizer tokenizer, int line);
    }

    /// Says how many lines differ, and how the first does.
    private static void sweep(Path file, Oracle reference, int[] lines, Comparison comparison) throws IOException {
        Tokenizer tokenizer = Tokenizer.load(file);
        List<AssertionError> errors = new ArrayList<>();
        try (Oracle oracle = reference) {
            for (int line : lines) {
                try {
                    comparison.compare(oracle, tokenizer, line);
                } catch (AssertionError e) {
                    errors.add(e);
                }
            }
        }
        assertEquals(0, errors.size(),
                () -> "lines that differ of " + lines.length + "; " + errors.getFirst().getMessage());
    }

    private static List<String> texts(TokenizerFiles which, int count) {
        return which == TokenizerFiles.UNIGRAM ? HostileTexts.withoutDeleted(count) : HostileTexts.lines(count);
    }

    private static int[] lines(int count) {
        return IntStream.range(0, count).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void hostileLines(TokenizerFiles which) throws IOException {
        List<String> texts = texts(which, LINES);
        Path file = which.write(folder);
        sweep(file, new Oracle(file), lines(LINES), (oracle, tokenizer, line) -> {
            String text = texts.get(line);
            Oracle.assertSame(oracle.encode(text), tokenizer.encode(text, ALL), text);
        });
    }

    @ParameterizedTest
    @EnumSource
    void pairs(TokenizerFiles which) throws IOException {
        List<String> texts = texts(which, 1000);
        Path file = which.write(folder);
        sweep(file, new Oracle(file), lines(999), (oracle, tokenizer, line) -> {
            String a = texts.get(line);
            String b = texts.get(line + 1);
            Oracle.assertSame(oracle.encodePair(a, b), tokenizer.encodePair(a, b, ALL), a + "|" + b);
        });
    }

    @ParameterizedTest
    @CsvSource({"MINILM, 3", "MINILM, 4", "MINILM, 17", "MINILM, 64", "ROBERTA, 5", "ROBERTA, 32", "ROBERTA, 128"})
    void cutToLength(TokenizerFiles which, int maxTokens) throws IOException {
        List<String> texts = HostileTexts.lines(500);
        Path file = which.write(folder);
        sweep(file, new Oracle(file, maxTokens), lines(499), (oracle, tokenizer, line) -> {
            String a = texts.get(line);
            String b = texts.get(line + 1);
            Oracle.assertSame(oracle.encode(a), tokenizer.encode(a, maxTokens), a);
            int room = maxTokens - tokenizer.encodePair("", "", maxTokens).length();
            boolean oracleIsOlder = room % 2 == 1 && tokenizer.encode(a).length >= maxTokens
                    && tokenizer.encode(b).length >= maxTokens; // before 0.23 the longer text got the odd token
            if (!oracleIsOlder) {
                Oracle.assertSame(oracle.encodePair(a, b), tokenizer.encodePair(a, b, maxTokens), a + "|" + b);
            }
        });
    }

    /// Each character that the JDK knows: alone, inside of a word, and behind one.
    @ParameterizedTest
    @EnumSource(names = {"MINILM", "CASED", "UNCLEAN", "ROBERTA"})
    void everyCharacter(TokenizerFiles which) throws IOException {
        Path file = which.write(folder);
        int[] blocks = IntStream.rangeClosed(0, Character.MAX_CODE_POINT >> 8)
                .filter(block -> Character.isDefined(block << 8 | 0x20))
                .filter(block -> block < 0xF01 || block == 0x1000).toArray();
        sweep(file, new Oracle(file), blocks, (oracle, tokenizer, block) -> {
            StringBuilder text = new StringBuilder();
            for (int c = block << 8; c < block + 1 << 8; c++) {
                String s = Character.isDefined(c) ? Character.toString(c) : "";
                text.append(s).append(" a").append(s).append("a ").append("a").append(s).append(' ');
            }
            Oracle.assertSame(oracle.encode(text.toString()), tokenizer.encode(text.toString(), ALL), text.toString());
        });
    }

    /// What is learned here and written is read by the tokenizers in use, and by us, as it was.
    @Test
    void learned() throws IOException {
        List<String> texts = new ArrayList<>(HostileTexts.lines(4000));
        List<String> known = texts.subList(0, 1000);
        for (Tokenizer tokenizer : List.of(Tokenizer.bytes(), BpeTrainer.train(known, 900),
                CharacterTrainer.train(known),
                WordPieceTrainer.train(texts.subList(0, 100), 4000))) {
            tokenizer.save(folder.resolve("tokenizer.json"));
            sweep(folder, new Oracle(folder.resolve("tokenizer.json")), lines(texts.size()), (oracle, loaded, line) -> {
                String text = texts.get(line);
                Oracle.assertSame(oracle.encode(text), loaded.encode(text, ALL), text);
                Oracle.assertSame(tokenizer.encode(text, ALL), loaded.encode(text, ALL), text);
            });
        }
    }

    /// A file that is read and written again says the same.
    @ParameterizedTest
    @EnumSource
    void written(TokenizerFiles which) throws IOException {
        List<String> texts = texts(which, 2000);
        Tokenizer read = Tokenizer.load(which.write(folder));
        Path file = folder.resolve("again.json");
        read.save(file);
        sweep(file, new Oracle(file), lines(1999), (oracle, tokenizer, line) -> {
            String a = texts.get(line);
            String b = texts.get(line + 1);
            Oracle.assertSame(oracle.encode(a), tokenizer.encode(a, ALL), a);
            Oracle.assertSame(read.encodePair(a, b, ALL), tokenizer.encodePair(a, b, ALL), a + "|" + b);
        });
    }
}
