package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Cuts a text into words. A token never reaches from one word into the next.
sealed interface PreTokenizer permits BertPreTokenizer, ByteLevelPreTokenizer, CharacterPreTokenizer,
        MetaspacePreTokenizer, SplitPreTokenizer, PreTokenizer.None, PreTokenizer.InTurn {

    /// Where words go, one by one, none of them empty.
    interface Words {
        /// Takes the word `[from, to)`, and says whether more are wanted.
        boolean take(Normalized text, int from, int to);
    }

    /// The step of a `tokenizer.json`, which may be null, but must be there.
    static PreTokenizer read(JsonFields tokenizer) throws CorruptFileException {
        boolean none = tokenizer.values().has("pre_tokenizer") && !tokenizer.has("pre_tokenizer");
        return none ? new None() : step(tokenizer.part("pre_tokenizer"));
    }

    private static PreTokenizer step(JsonFields step) throws CorruptFileException {
        String type = step.type("BertPreTokenizer", "ByteLevel", "Metaspace", "Split", "Whitespace", "WhitespaceSplit",
                "Punctuation", "Digits", "CharDelimiterSplit", "FixedLength", "Sequence");
        return switch (type) {
            case "BertPreTokenizer" -> new BertPreTokenizer();
            case "ByteLevel" -> ByteLevelPreTokenizer.read(step);
            case "Metaspace" -> MetaspacePreTokenizer.read(step);
            case "FixedLength" -> CharacterPreTokenizer.read(step);
            case "Sequence" -> sequence(step.requiredParts("pretokenizers"));
            default -> SplitPreTokenizer.read(step, type);
        };
    }

    private static PreTokenizer sequence(List<JsonFields> steps) throws CorruptFileException {
        if (ByteLevelPreTokenizer.isBounded(steps)) {
            return ByteLevelPreTokenizer.BOUNDED;
        }
        List<PreTokenizer> all = new ArrayList<>();
        for (JsonFields step : steps) {
            all.add(step(step));
        }
        return new InTurn(all);
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

    /// Cuts `[from, to)`, which is not empty, as if there were nothing around. Words may stand in another text, in which there is a space
    /// that the original has not.
    ///
    /// @return whether more words are wanted
    boolean cut(Normalized text, int from, int to, Words words);

    /// Whether words come out as the visible characters of their bytes.
    default boolean makesBytes() {
        return false;
    }

    /// The step as a file has it.
    JsonElement toJson();

    /// The whole text is a word.
    record None() implements PreTokenizer {
        @Override
        public boolean cut(Normalized text, int from, int to, Words words) {
            return words.take(text, from, to);
        }

        @Override
        public JsonElement toJson() {
            return JsonNull.INSTANCE;
        }
    }

    /// One after the other: each cuts the words that the one before it has cut.
    record InTurn(List<PreTokenizer> steps) implements PreTokenizer {
        @Override
        public boolean cut(Normalized text, int from, int to, Words words) {
            return cut(0, text, from, to, words);
        }

        private boolean cut(int step, Normalized text, int from, int to, Words words) {
            return step == steps.size() ? words.take(text, from, to)
                    : steps.get(step).cut(text, from, to, (word, start, end) -> cut(step + 1, word, start, end, words));
        }

        @Override
        public boolean makesBytes() {
            return steps.stream().anyMatch(PreTokenizer::makesBytes);
        }

        @Override
        public JsonObject toJson() {
            return JsonFields.object("type", "Sequence", "pretokenizers",
                    steps.stream().map(PreTokenizer::toJson).toList());
        }
    }
}
