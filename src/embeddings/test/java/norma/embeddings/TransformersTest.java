package norma.embeddings;

import static norma.embeddings.Reference.floats;
import static norma.embeddings.Reference.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import norma.embeddings.huggingface.LoadMode;
import norma.io.CorruptFileException;
import norma.model.Bert;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Small networks of all families with random weights as Hugging Face's transformers 5.18 wrote them, against what it computed from them
/// in float64 on PyTorch 2.13 (`README.md` among them).
class TransformersTest {
    private static final float TOLERANCE = 2e-6f;

    /// @param mean of the tokens' vectors
    /// @param first vector
    /// @param logits none for a network without a head
    private record Row(Encoding tokens, float[] mean, float[] first, float[] logits) {

        static Row of(JsonObject row) {
            int[] ids = ints(row, "ids");
            var tokens = new Encoding(ids, ints(row, "types"), new int[ids.length], new int[ids.length]);
            return new Row(tokens, floats(row, "mean"), floats(row, "first"),
                    row.has("logits") ? floats(row, "logits") : new float[0]);
        }
    }

    private static Path folder(String name) throws URISyntaxException {
        return Path.of(TransformersTest.class.getResource("transformers/" + name + "/config.json").toURI()).getParent();
    }

    private static void check(Bert bert, UnaryOperator<Tensor> readout, List<Row> rows,
            Function<Row, float[]> expected) {
        try (var inference = new Inference(bert, 2, readout)) {
            float[][] found = inference.run(rows.stream().map(Row::tokens).toList());
            for (int i = 0; i < found.length; i++) {
                assertArrayEquals(expected.apply(rows.get(i)), found[i], TOLERANCE, "text " + i);
            }
        }
    }

    private static List<Row> rows(Path folder) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve("expected.json"))).getAsJsonArray().asList()
                .stream().map(row -> Row.of(row.getAsJsonObject())).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "distilbert", "electra", "albert", "mpnet", "modernbert",
            "modernbert-float64", "nomic-bert", "qwen3", "gemma3"})
    void vectorsAreThoseOfTransformers(String name) throws IOException, URISyntaxException {
        for (LoadMode mode : LoadMode.values()) {
            Bert bert = Pretrained.folder(folder(name), mode).bert();
            check(bert, Pooling.MEAN::of, rows(folder(name)), Row::mean);
            check(bert, Pooling.CLS::of, rows(folder(name)), Row::first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "distilbert", "electra", "albert", "mpnet", "modernbert",
            "modernbert-float64"})
    void logitsAreThoseOfTransformers(String name) throws IOException, URISyntaxException {
        var classifier = Pretrained.Classifier.folder(folder(name), LoadMode.INFERENCE);
        check(classifier.bert(), stream -> classifier.head().forward(stream), rows(folder(name)), Row::logits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nomic-bert", "qwen3", "gemma3"})
    void familiesWithoutAKnownHeadAreRefusedAsRerankers(String name) throws URISyntaxException {
        Path folder = folder(name);
        String message =
                assertThrows(CorruptFileException.class, () -> Pretrained.Classifier.folder(folder, LoadMode.INFERENCE))
                        .getMessage();
        assertTrue(message.contains("classification head"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"albert", "mpnet", "modernbert", "nomic-bert", "qwen3", "gemma3"})
    void aTextHasTheSameBitsBesideAnyOthersAndOnAnyNumberOfThreads(String name)
            throws IOException, URISyntaxException {
        Bert bert = Pretrained.folder(folder(name), LoadMode.INFERENCE).bert();
        List<Encoding> texts = rows(folder(name)).stream().map(Row::tokens).toList();
        try (var one = new Inference(bert, 1, Pooling.MEAN::of); var three = new Inference(bert, 3, Pooling.MEAN::of)) {
            float[][] together = three.run(texts);
            for (int i = 0; i < together.length; i++) {
                assertArrayEquals(one.run(List.of(texts.get(i)))[0], together[i], "text " + i);
            }
        }
    }
}
