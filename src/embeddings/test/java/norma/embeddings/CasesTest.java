package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Folders as others have saved them, each with one thing that is easily read wrongly; what is right was computed by
/// sentence-transformers, transformers and tokenizers (`README.md` among the cases).
///
/// `-Dnorma.cases=DIR` names another folder of cases, `-Dnorma.case=TEXT` those whose names contain a text.
class CasesTest {
    private static final Path CASES =
            Path.of(System.getProperty("norma.cases", "test/resources/norma/embeddings/cases"));
    private static final String ONLY = System.getProperty("norma.case", "");
    private static final int MANY = 4096;

    @TempDir
    private Path saved;

    /// What `expected.json` says; fields that a case does not have are null.
    private record Expected(String kind, String model, String method, List<String> arguments, boolean tuned,
            String query, List<String> texts, int[][] ids, float[][] vectors, float[] scores, Double tolerance) {

        static Expected of(Path folder) throws IOException {
            return new Gson().fromJson(Files.readString(folder.resolve("expected.json")), Expected.class);
        }

        double within() {
            return tolerance == null ? 1e-5 : tolerance;
        }
    }

    @TestFactory
    List<DynamicTest> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.filter(Files::isDirectory).filter(each -> each.getFileName().toString().contains(ONLY))
                    .sorted().map(each -> DynamicTest.dynamicTest(each.getFileName().toString(), () -> check(each)))
                    .toList();
        }
    }

    private void check(Path folder) throws Exception {
        Expected expected = Expected.of(folder);
        switch (expected.kind) {
            case "tokens" -> checkTokens(folder, expected);
            case "score" -> checkScores(folder, expected);
            default -> checkVectors(expected.tuned ? tuned(folder, expected) : folder, expected);
        }
    }

    private static void checkTokens(Path folder, Expected expected) throws IOException {
        Tokenizer tokenizer = Tokenizer.load(folder);
        for (int i = 0; i < expected.texts.size(); i++) {
            assertArrayEquals(expected.ids[i], tokenizer.encode(expected.texts.get(i), MANY).ids(),
                    expected.texts.get(i));
        }
    }

    private static void checkScores(Path folder, Expected expected) throws IOException {
        try (CrossEncoder encoder = CrossEncoder.load(folder)) {
            float[] scores = encoder.scores(expected.query, expected.texts);
            for (int i = 0; i < scores.length; i++) {
                assertEquals(expected.scores[i], scores[i],
                        expected.within() * Math.max(1, Math.abs(expected.scores[i])), expected.texts.get(i));
            }
        }
    }

    private static void checkVectors(Path folder, Expected expected) throws IOException {
        try (SentenceEncoder encoder = expected.model != null ? SentenceEncoder.load(expected.model, options(expected))
                : SentenceEncoder.load(folder, options(expected))) {
            float[][] vectors = switch (expected.method == null ? "encode" : expected.method) {
                case "encodeQueries" -> encoder.encodeQueries(expected.texts);
                case "encodePassages" -> encoder.encodePassages(expected.texts);
                default -> encoder.encode(expected.texts);
            };
            for (int i = 0; i < vectors.length; i++) {
                assertArrayEquals(expected.vectors[i], vectors[i], (float) expected.within(), expected.texts.get(i));
            }
        }
    }

    private static Options options(Expected expected) {
        Options options = Options.DEFAULT;
        List<String> arguments = expected.arguments == null || expected.tuned ? List.of() : new ArrayList<>(expected.arguments);
        for (int i = 0; i < arguments.size(); i += 2) {
            options = switch (arguments.get(i)) {
                case "--pooling" -> options.pooling(Pooling.valueOf(arguments.get(i + 1).toUpperCase(Locale.ROOT)));
                case "--max-tokens" -> options.maxTokens(Integer.parseInt(arguments.get(i + 1)));
                default -> throw new AssertionError("the case has an argument that is not known: " + arguments);
            };
        }
        return options;
    }

    /// The folder after tuning that changes nothing.
    private Path tuned(Path folder, Expected expected) throws IOException {
        throw new AssertionError("to be written");
    }
}
