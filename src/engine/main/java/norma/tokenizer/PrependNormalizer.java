package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.json.JsonFields;

/// Puts something before a text, if there is any.
record PrependNormalizer(String prefix) implements TextNormalizer {

    @Override
    public Normalized normalize(Normalized text) {
        return text.length == 0 ? text : text.behind(prefix, 0, text.length);
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", "Prepend", "prepend", prefix);
    }
}
