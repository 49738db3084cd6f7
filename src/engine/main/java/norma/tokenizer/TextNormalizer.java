package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What happens to a text before it is cut into words.
sealed interface TextNormalizer permits BertNormalizer, CharacterMap, CharacterNormalizer, UnicodeNormalizer,
        StripNormalizer, ReplaceNormalizer, PrependNormalizer, TextNormalizer.None, TextNormalizer.InTurn {

    /// The step of a `tokenizer.json`.
    static TextNormalizer read(JsonFields tokenizer) throws CorruptFileException {
        return tokenizer.has("normalizer") ? step(tokenizer.part("normalizer")) : new None();
    }

    private static TextNormalizer step(JsonFields step) throws CorruptFileException {
        String type = step.type("BertNormalizer", "Precompiled", "NFC", "NFD", "NFKC", "NFKD", "Lowercase",
                "StripAccents", "Nmt", "ByteLevel", "Strip", "Replace", "Prepend", "Sequence");
        return switch (type) {
            case "BertNormalizer" -> BertNormalizer.read(step);
            case "Precompiled" -> CharacterMap.read(step);
            case "Lowercase", "StripAccents", "Nmt", "ByteLevel" -> CharacterNormalizer.of(type);
            case "Strip" -> StripNormalizer.read(step);
            case "Replace" -> ReplaceNormalizer.read(step);
            case "Prepend" -> new PrependNormalizer(step.text("prepend"));
            case "Sequence" -> sequence(step.requiredParts("normalizers"));
            default -> new UnicodeNormalizer(type);
        };
    }

    private static TextNormalizer sequence(List<JsonFields> steps) throws CorruptFileException {
        List<TextNormalizer> normalizers = new ArrayList<>();
        for (JsonFields step : steps) {
            normalizers.add(step(step));
        }
        return new InTurn(normalizers);
    }

    /// The same behind [CharacterNormalizer#LOWERCASE], unless that is one of its steps.
    default TextNormalizer lowercased() {
        List<TextNormalizer> steps = new ArrayList<>(this instanceof InTurn all ? all.steps : List.of(this));
        if (steps.contains(CharacterNormalizer.LOWERCASE)) {
            return this;
        }
        steps.remove(new None());
        steps.addFirst(CharacterNormalizer.LOWERCASE);
        return new InTurn(steps);
    }

    /// Normalizes a text, which is left as it is.
    Normalized normalize(Normalized text);

    /// Whether texts come out as the visible characters of their bytes.
    default boolean makesBytes() {
        return false;
    }

    /// The step as a file has it.
    JsonElement toJson();

    /// Leaves a text as it is.
    record None() implements TextNormalizer {
        @Override
        public Normalized normalize(Normalized text) {
            return text;
        }

        @Override
        public JsonElement toJson() {
            return JsonNull.INSTANCE;
        }
    }

    /// One after the other.
    record InTurn(List<TextNormalizer> steps) implements TextNormalizer {
        @Override
        public Normalized normalize(Normalized text) {
            Normalized normalized = text;
            for (TextNormalizer step : steps) {
                normalized = step.normalize(normalized);
            }
            return normalized;
        }

        @Override
        public boolean makesBytes() {
            return steps.stream().anyMatch(TextNormalizer::makesBytes);
        }

        @Override
        public JsonObject toJson() {
            return JsonFields.object("type", "Sequence", "normalizers",
                    steps.stream().map(TextNormalizer::toJson).toList());
        }
    }
}
