package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Cuts a text into words. A token never reaches from one word into the next.
///
/// Words are found in turn: the word after `from` is `[i, end(text, i, to))` with `i = start(text, from, to)`, unless `i =
/// to`.
sealed interface PreTokenizer
        permits BertPreTokenizer, ByteLevelPreTokenizer, CharacterPreTokenizer, MetaspacePreTokenizer {

    /// The step of a `tokenizer.json`.
    static PreTokenizer read(JsonFields tokenizer) throws CorruptFileException {
        JsonFields step = tokenizer.part("pre_tokenizer");
        return switch (step.type("BertPreTokenizer", "ByteLevel", "Metaspace", "Split", "Sequence")) {
            case "BertPreTokenizer" -> new BertPreTokenizer();
            case "ByteLevel" -> ByteLevelPreTokenizer.read(step);
            case "Metaspace" -> MetaspacePreTokenizer.read(step, false);
            case "Split" -> CharacterPreTokenizer.read(step);
            default -> sequence(step, step.parts("pretokenizers"));
        };
    }

    private static PreTokenizer sequence(JsonFields step, List<JsonFields> steps) throws CorruptFileException {
        if (steps.size() != 2) {
            throw step.corrupt("must be WhitespaceSplit and Metaspace, or Split and ByteLevel; it has " + steps.size()
                    + " steps");
        }
        if (steps.get(0).type("WhitespaceSplit", "Split").equals("Split")) {
            steps.get(1).type("ByteLevel");
            return ByteLevelPreTokenizer.read(steps.get(0), steps.get(1));
        }
        steps.get(1).type("Metaspace");
        return MetaspacePreTokenizer.read(steps.get(1), true);
    }

    /// Two steps as one.
    static JsonObject sequence(JsonObject first, JsonObject second) {
        return JsonFields.object("type", "Sequence", "pretokenizers", List.of(first, second));
    }

    /// A step that makes a word of each match of a regular expression.
    static JsonObject split(String regex) {
        return JsonFields.object("type", "Split", "pattern", JsonFields.object("Regex", regex), "behavior", "Isolated",
                "invert", false);
    }

    /// Requires a step to be one that [#split(String)] makes.
    static void requireSplit(JsonFields step, String regex) throws CorruptFileException {
        if (!split(regex).equals(step.values())) {
            throw step.corrupt("must split by " + regex + ", the one expression here that is known; it is "
                    + step.values());
        }
    }

    /// The text as words are cut from it, which may have a space before it that the original has not.
    default Normalized prepare(Normalized text) {
        return text;
    }

    /// Where the first word at or after `from` begins; `to` if there is none. With nothing between words, at `from`.
    default int start(Normalized text, int from, int to) {
        return from;
    }

    /// Where the word ends that begins at `start`.
    int end(Normalized text, int start, int to);

    /// The step as a file has it.
    JsonObject toJson();
}
