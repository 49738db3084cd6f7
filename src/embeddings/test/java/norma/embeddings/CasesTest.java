package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import norma.embeddings.finetuning.ContrastiveLoss;
import norma.embeddings.finetuning.Example.Pair;
import norma.embeddings.finetuning.FineTuning;
import norma.tokenizer.Tokenizer;
import norma.train.Listener;
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

    /// What `expected.json` says.
    private record Expected(JsonObject json) {

        static Expected of(Path folder) throws IOException {
            return new Expected(
                    JsonParser.parseString(Files.readString(folder.resolve("expected.json"))).getAsJsonObject());
        }

        String kind() {
            return text("kind", "");
        }

        boolean tuned() {
            return json.has("tuned");
        }

        String text(String key, String otherwise) {
            return json.has(key) ? json.get(key).getAsString() : otherwise;
        }

        List<String> texts(String key) {
            return json.has(key) ? json.getAsJsonArray(key).asList().stream().map(JsonElement::getAsString).toList()
                    : List.of();
        }

        int[] ids(int i) {
            return json.getAsJsonArray("ids").get(i).getAsJsonArray().asList().stream().mapToInt(JsonElement::getAsInt)
                    .toArray();
        }

        float[] vector(int i) {
            return floats(json.getAsJsonArray("vectors").get(i).getAsJsonArray());
        }

        float[] scores() {
            return floats(json.getAsJsonArray("scores"));
        }

        private static float[] floats(JsonArray numbers) {
            float[] floats = new float[numbers.size()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = numbers.get(i).getAsFloat();
            }
            return floats;
        }

        double tolerance() {
            return json.has("tolerance") ? json.get("tolerance").getAsDouble() : 1e-5;
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
        switch (expected.kind()) {
            case "tokens" -> checkTokens(folder, expected);
            case "score" -> checkScores(folder, expected);
            default -> checkVectors(expected.tuned() ? tuned(folder, expected) : folder, expected);
        }
    }

    private static void checkTokens(Path folder, Expected expected) throws IOException {
        Tokenizer tokenizer = Tokenizer.load(folder);
        List<String> texts = expected.texts("texts");
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(expected.ids(i), tokenizer.encode(texts.get(i), MANY).ids(), texts.get(i));
        }
    }

    private static void checkScores(Path folder, Expected expected) throws IOException {
        List<String> texts = expected.texts("texts");
        try (CrossEncoder encoder = CrossEncoder.load(folder)) {
            float[] scores = encoder.scores(expected.text("query", ""), texts);
            for (int i = 0; i < scores.length; i++) {
                float score = expected.scores()[i];
                assertEquals(score, scores[i], expected.tolerance() * Math.max(1, Math.abs(score)), texts.get(i));
            }
        }
    }

    private static void checkVectors(Path folder, Expected expected) throws IOException {
        List<String> texts = expected.texts("texts");
        String model = expected.text("model", "");
        try (SentenceEncoder encoder = model.isEmpty() ? SentenceEncoder.load(folder, options(expected))
                : SentenceEncoder.load(model, options(expected))) {
            float[][] vectors = switch (expected.text("method", "encode")) {
                case "encodeQueries" -> encoder.encodeQueries(texts);
                case "encodePassages" -> encoder.encodePassages(texts);
                default -> encoder.encode(texts);
            };
            for (int i = 0; i < vectors.length; i++) {
                assertArrayEquals(expected.vector(i), vectors[i], (float) expected.tolerance(), texts.get(i));
            }
        }
    }

    private static Options options(Expected expected) {
        return expected.tuned() ? Options.DEFAULT : given(expected);
    }

    private static Options given(Expected expected) {
        Options options = Options.DEFAULT;
        List<String> arguments = expected.texts("arguments");
        for (int i = 0; i < arguments.size(); i += 2) {
            String value = arguments.get(i + 1);
            options = switch (arguments.get(i)) {
                case "--pooling" -> options.pooling(Pooling.valueOf(value.toUpperCase(Locale.ROOT)));
                case "--max-tokens" -> options.maxTokens(Integer.parseInt(value));
                default -> throw new AssertionError("the case has an argument that is not known: " + arguments);
            };
        }
        return options;
    }

    /// The folder after tuning that changes nothing.
    private Path tuned(Path folder, Expected expected) throws IOException {
        TrainableEncoder encoder = TrainableEncoder.load(folder, given(expected));
        List<Pair> pairs = expected.texts("texts").stream()
                .map(text -> new Pair(encoder.tokens(text), encoder.tokens(text))).toList();
        FineTuning.whole(1).epochs(1).rate(0).run(new ContrastiveLoss(encoder, 0.05f), pairs, Listener.SILENT);
        Path tuned = saved.resolve(folder.getFileName());
        encoder.save(tuned);
        return tuned;
    }
}
