package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import norma.json.JsonFields;

/// Small letters, character by character whatever stands beside them, and then another normalizer.
record Lowercased(TextNormalizer then) implements TextNormalizer {

    @Override
    public Normalized normalize(String text, int from, int to) {
        Normalized lower = BertNormalizer.LOWERCASE.normalize(text, from, to);
        Normalized last = then.normalize(lower.toString(), 0, lower.length);
        for (int i = 0; i < last.length; i++) {
            int start = last.starts[i];
            int end = last.ends[i];
            last.starts[i] = lower.starts[start];
            last.ends[i] = end > start ? lower.ends[end - 1] : lower.starts[start];
        }
        return last;
    }

    @Override
    public JsonElement toJson() {
        List<JsonElement> steps = new ArrayList<>(List.of(JsonFields.object("type", "Lowercase")));
        JsonElement next = then.toJson();
        if (next instanceof JsonObject step && step.get("type").getAsString().equals("Sequence")) {
            step.getAsJsonArray("normalizers").forEach(steps::add);
        } else if (next != JsonNull.INSTANCE) {
            steps.add(next);
        }
        return JsonFields.object("type", "Sequence", "normalizers", steps);
    }
}
