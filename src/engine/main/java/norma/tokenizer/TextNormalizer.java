package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What happens to a text before it is cut into words.
sealed interface TextNormalizer permits BertNormalizer, CharacterMap, Lowercased, TextNormalizer.None {

    /// The step of a `tokenizer.json`.
    static TextNormalizer read(JsonFields tokenizer) throws CorruptFileException {
        if (!tokenizer.has("normalizer")) {
            return new None();
        }
        JsonFields step = tokenizer.part("normalizer");
        return step.type("BertNormalizer", "Precompiled").equals("Precompiled") ? CharacterMap.read(step)
                : BertNormalizer.read(step);
    }

    /// Normalizes `[from, to)` of a text.
    Normalized normalize(String text, int from, int to);

    /// The step as a file has it.
    JsonElement toJson();

    /// Leaves a text as it is.
    record None() implements TextNormalizer {
        @Override
        public Normalized normalize(String text, int from, int to) {
            return Normalized.unchanged(text, from, to);
        }

        @Override
        public JsonElement toJson() {
            return JsonNull.INSTANCE;
        }
    }
}
