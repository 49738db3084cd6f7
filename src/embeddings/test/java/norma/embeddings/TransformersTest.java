package norma.embeddings;

import static norma.embeddings.Reference.floats;
import static norma.embeddings.Reference.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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
import norma.model.Bert;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Small models with random weights as Hugging Face's transformers 5.18 wrote them (`save_pretrained`, of a model for sequence
/// classification), against what it computed from them in float64 on PyTorch 2.13: BERT with GELU's approximation by tanh, two
/// segments and one label; RoBERTa with three labels; DistilBERT with two.
class TransformersTest {
    private static final float TOLERANCE = 2e-6f;

    /// @param mean of the tokens' vectors
    /// @param first vector
    private record Row(Encoding tokens, float[] mean, float[] first, float[] logits) {

        static Row of(JsonObject row) {
            int[] ids = ints(row, "ids");
            var tokens = new Encoding(ids, ints(row, "types"), new int[ids.length], new int[ids.length]);
            return new Row(tokens, floats(row, "mean"), floats(row, "first"), floats(row, "logits"));
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

    @ParameterizedTest
    @ValueSource(strings = {"bert", "roberta", "distilbert"})
    void vectorsAndLogitsAreThoseOfTransformers(String name) throws IOException, URISyntaxException {
        Path folder = folder(name);
        List<Row> rows = JsonParser.parseString(Files.readString(folder.resolve("expected.json"))).getAsJsonArray()
                .asList().stream().map(row -> Row.of(row.getAsJsonObject())).toList();
        Bert bert = Pretrained.folder(folder, LoadMode.INFERENCE).bert();
        check(bert, Pooling.MEAN::of, rows, Row::mean);
        check(bert, Pooling.CLS::of, rows, Row::first);
        var classifier = Pretrained.Classifier.folder(folder, LoadMode.INFERENCE);
        check(classifier.bert(), stream -> classifier.head().forward(stream), rows, Row::logits);
    }
}
