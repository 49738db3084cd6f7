package norma.embeddings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A row of `minilm-reference.json`: what ONNX Runtime 1.30 makes of a text with all-MiniLM-L6-v2 in float32.
///
/// @param text the text
/// @param ids its tokens, at most 512
/// @param embedding the mean of their vectors, scaled to length 1
/// @param embeddingOf256 that of the first 256 tokens; null where there are no more
record Reference(String text, int[] ids, float[] embedding, float[] embeddingOf256) {

    static List<Reference> read() throws IOException {
        try (var in = new InputStreamReader(Reference.class.getResourceAsStream("minilm-reference.json"),
                StandardCharsets.UTF_8)) {
            var rows = new ArrayList<Reference>();
            for (JsonElement row : JsonParser.parseReader(in).getAsJsonObject().getAsJsonArray("rows")) {
                rows.add(of(row.getAsJsonObject()));
            }
            return rows;
        }
    }

    private static Reference of(JsonObject row) {
        return new Reference(row.get("text").getAsString(), ints(row, "input_ids_512"),
                floats(row, "embedding_fp32_max512"),
                row.has("embedding_fp32_max256") ? floats(row, "embedding_fp32_max256") : null);
    }

    static int[] ints(JsonObject row, String key) {
        return row.getAsJsonArray(key).asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    static float[] floats(JsonObject row, String key) {
        List<JsonElement> values = row.getAsJsonArray(key).asList();
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).getAsFloat();
        }
        return floats;
    }
}
