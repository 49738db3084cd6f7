package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import norma.model.Bert;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// all-MiniLM-L6-v2 against what ONNX Runtime makes of the same token ids.
class ReferenceTest {
    private static Bert bert;
    private static List<Reference> rows;
    private static List<Encoding> tokens;

    @BeforeAll
    static void read() throws IOException {
        bert = Models.MINILM.bert();
        rows = Reference.read();
        tokens = rows.stream().map(row -> Models.tokens(row.ids())).toList();
    }

    @Test
    void vectorsAreThoseOfOnnxRuntime() {
        try (var inference = new Inference(bert, 2, Pooling.MEAN::of)) {
            float[][] vectors = inference.run(tokens);
            for (int i = 0; i < vectors.length; i++) {
                float[] unit = Vectors.unit(vectors[i]);
                assertTrue(Vectors.cosine(rows.get(i).embedding(), unit) >= 0.999999, rows.get(i).text());
                // measured: 3e-7
                assertArrayEquals(rows.get(i).embedding(), unit, 1e-6f, rows.get(i).text());
            }
        }
    }

    @Test
    void aTextsVectorDependsOnNothingBesideIt() {
        try (var one = new Inference(bert, 1, Pooling.MEAN::of); var three = new Inference(bert, 3, Pooling.MEAN::of)) {
            List<Encoding> twice = new ArrayList<>(tokens);
            twice.addAll(tokens);
            float[][] together = three.run(twice);
            for (int i = 0; i < tokens.size(); i++) {
                float[] alone = one.run(tokens.subList(i, i + 1))[0];
                assertArrayEquals(alone, together[i], "text " + i);
                assertArrayEquals(alone, together[tokens.size() + i], "text " + i);
            }
        }
    }
}
