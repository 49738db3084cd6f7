package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import norma.embeddings.Inference.Tokens;
import norma.embeddings.model.Bert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// all-MiniLM-L6-v2 against what ONNX Runtime makes of the same token ids.
class ReferenceTest {
    private static Bert bert;
    private static final List<Tokens> TOKENS = new ArrayList<>();
    private static final List<float[]> EXPECTED = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        bert = Models.MINILM.bert();
        try (var in = new InputStreamReader(ReferenceTest.class.getResourceAsStream("minilm-reference.json"),
                StandardCharsets.UTF_8)) {
            for (JsonElement row : JsonParser.parseReader(in).getAsJsonObject().getAsJsonArray("rows")) {
                TOKENS.add(new Tokens(ids(row.getAsJsonObject()), null));
                EXPECTED.add(floats(row.getAsJsonObject()));
            }
        }
    }

    private static int[] ids(JsonObject row) {
        return row.getAsJsonArray("input_ids_512").asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    private static float[] floats(JsonObject row) {
        List<JsonElement> values = row.getAsJsonArray("embedding_fp32_max512").asList();
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).getAsFloat();
        }
        return floats;
    }

    @Test
    void theGraphTellsTheConfiguration() {
        assertEquals(
                "BertConfig[vocabulary=30522, positions=512, firstPosition=0, types=2, dim=384, heads=12, layers=6, "
                        + "hidden=1536, activation=GELU_ERF, eps=1.0E-12]",
                bert.config().toString());
    }

    @Test
    void vectorsAreThoseOfOnnxRuntime() {
        try (var inference = new Inference(bert, 2, Pooling.MEAN::of)) {
            float[][] vectors = inference.run(TOKENS);
            double lowest = 1;
            double largest = 0;
            for (int i = 0; i < vectors.length; i++) {
                float[] unit = Vectors.unit(vectors[i]);
                lowest = Math.min(lowest, Vectors.cosine(unit, EXPECTED.get(i)));
                for (int j = 0; j < unit.length; j++) {
                    largest = Math.max(largest, Math.abs(unit[j] - EXPECTED.get(i)[j]));
                }
            }
            System.out.println("lowest cosine " + lowest + ", largest difference " + largest);
            assertTrue(lowest >= 0.999999, "lowest cosine " + lowest);
            assertTrue(largest <= 1e-5, "largest difference " + largest);
        }
    }

    @Test
    void aTextsVectorDependsOnNothingBesideIt() {
        try (var one = new Inference(bert, 1, Pooling.MEAN::of); var three = new Inference(bert, 3, Pooling.MEAN::of)) {
            List<Tokens> twice = new ArrayList<>(TOKENS);
            twice.addAll(TOKENS);
            float[][] together = three.run(twice);
            for (int i = 0; i < TOKENS.size(); i++) {
                float[] alone = one.run(TOKENS.subList(i, i + 1))[0];
                assertArrayEquals(alone, together[i], "text " + i);
                assertArrayEquals(alone, together[TOKENS.size() + i], "text " + i);
            }
        }
    }
}
