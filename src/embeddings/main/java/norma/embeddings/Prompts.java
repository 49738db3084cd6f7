package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Set;
import norma.json.JsonFields;

/// What is put in front of texts.
///
/// @param text of those that are neither of the others
/// @param query of queries
/// @param passage of passages
record Prompts(String text, String query, String passage) {
    static final Prompts NONE = new Prompts("", "", "");

    static Prompts read(JsonFields model) throws IOException {
        JsonFields prompts = model.optionalPart("prompts");
        String standard = model.text("default_prompt_name", "");
        if (!Set.of("", "query", "document").contains(standard) && !prompts.values().has(standard)) {
            throw model.incompatibility("default_prompt_name", "one of " + prompts.values().keySet());
        }
        return new Prompts(prompts.text(standard, ""), prompts.text("query", ""),
                prompts.text("document", prompts.text("passage", prompts.text("corpus", ""))));
    }

    /// The same as in the file.
    JsonObject toJson() {
        JsonObject prompts = JsonFields.object("query", query, "document", passage);
        if (text.isEmpty()) {
            return JsonFields.object("prompts", prompts);
        }
        prompts.addProperty("text", text);
        return JsonFields.object("prompts", prompts, "default_prompt_name", "text");
    }
}
