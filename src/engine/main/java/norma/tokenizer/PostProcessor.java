package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What happens to tokens once they are found: the model's special tokens stand around a text or a pair of texts, as in
/// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`.
///
/// @param single around one text; has [Part#FIRST] once, never [Part#SECOND]
/// @param pair around two; has each once
/// @param trimOffsets whether the spaces around a token are left out of its place
record PostProcessor(List<Part> single, List<Part> pair, boolean trimOffsets) {

    /// One text, or tokens of the tokenizer's.
    ///
    /// @param ids the tokens, or [#FIRST] or [#SECOND]
    /// @param typeId of all of them
    record Part(int[] ids, int typeId) {
        static final int[] FIRST = {};
        static final int[] SECOND = {};

        private boolean isThere() {
            return ids == FIRST || ids == SECOND || ids.length > 0;
        }
    }

    /// No tokens but those of the texts.
    static final PostProcessor NONE = new PostProcessor(List.of(new Part(Part.FIRST, 0)),
            List.of(new Part(Part.FIRST, 0), new Part(Part.SECOND, 1)), false);

    /// BERT: `[CLS] A [SEP] B [SEP]`, where the second text and what follows it have type 1.
    static PostProcessor bert(int cls, int sep) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part(Part.SECOND, 1), token(sep, 1)));
        return new PostProcessor(single, pair, false);
    }

    /// RoBERTa: `<s> A </s> </s> B </s>`, all of type 0.
    static PostProcessor roberta(int cls, int sep, boolean trimOffsets) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(token(sep, 0), new Part(Part.SECOND, 0), token(sep, 0)));
        return new PostProcessor(single, pair, trimOffsets);
    }

    /// The same tokens before each text, and the same behind it.
    static PostProcessor ends(int[] before, int[] behind) {
        List<Part> single = List.of(new Part(before, 0), new Part(Part.FIRST, 0), new Part(behind, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part(before, 1), new Part(Part.SECOND, 1), new Part(behind, 1)));
        return new PostProcessor(single.stream().filter(Part::isThere).toList(),
                pair.stream().filter(Part::isThere).toList(), false);
    }

    private static Part token(int id, int typeId) {
        return new Part(new int[] {id}, typeId);
    }

    /// The step of a `tokenizer.json`.
    static PostProcessor read(JsonFields tokenizer) throws CorruptFileException {
        String name = "post_processor";
        return tokenizer.has(name) ? step(tokenizer.part(name)) : NONE;
    }

    private static PostProcessor step(JsonFields step) throws CorruptFileException {
        return switch (step.type("TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel",
                "Sequence")) {
            case "TemplateProcessing" -> new PostProcessor(parts(step, "single"), parts(step, "pair"), false);
            case "BertProcessing" -> bert(step.tokenId("cls"), step.tokenId("sep"));
            case "RobertaProcessing" ->
                roberta(step.tokenId("cls"), step.tokenId("sep"), step.flag("trim_offsets", true));
            case "ByteLevel" -> new PostProcessor(NONE.single, NONE.pair, step.flag("trim_offsets", true));
            default -> sequence(step.requiredParts("processors"));
        };
    }

    /// One step may trim and another bring the special tokens; two templates would stand around each other, which no model asks for.
    private static PostProcessor sequence(List<JsonFields> steps) throws CorruptFileException {
        PostProcessor all = NONE;
        for (JsonFields step : steps) {
            PostProcessor one = step(step);
            if (all.single != NONE.single && one.single != NONE.single) {
                throw step.corrupt("must be the only step that adds tokens; one before it adds some");
            }
            PostProcessor around = one.single == NONE.single ? all : one;
            all = new PostProcessor(around.single, around.pair, all.trimOffsets || one.trimOffsets);
        }
        return all;
    }

    private static List<Part> parts(JsonFields step, String name) throws CorruptFileException {
        List<Part> parts = new ArrayList<>();
        for (JsonFields part : step.parts(name)) {
            parts.add(part.has("Sequence") ? text(part.part("Sequence")) : special(step, part.part("SpecialToken")));
        }
        long first = parts.stream().filter(p -> p.ids() == Part.FIRST).count();
        long second = parts.stream().filter(p -> p.ids() == Part.SECOND).count();
        if (first != 1 || second != (name.equals("pair") ? 1 : 0)) {
            throw step
                    .corrupt("must have each text once in " + name + "; it has A " + first + " times, B " + second);
        }
        return parts;
    }

    private static Part text(JsonFields part) throws CorruptFileException {
        return switch (part.text("id")) {
            case "A" -> new Part(Part.FIRST, part.whole("type_id"));
            case "B" -> new Part(Part.SECOND, part.whole("type_id"));
            default -> throw part.corrupt("must be of text A or B; it is of " + part.text("id"));
        };
    }

    private static Part special(JsonFields step, JsonFields part) throws CorruptFileException {
        int[] ids = step.part("special_tokens").part(part.text("id")).numbers("ids");
        return new Part(ids, part.whole("type_id"));
    }

    /// The step as a file has it.
    JsonElement toJson(Vocabulary vocabulary) {
        JsonObject trimming = ByteLevelPreTokenizer.step(true, true, true);
        if (single == NONE.single) {
            return trimOffsets ? trimming : JsonNull.INSTANCE;
        }
        Map<String, JsonObject> tokens = new LinkedHashMap<>();
        JsonObject around =
                JsonFields.object("type", "TemplateProcessing", "single", toJson(single, vocabulary, tokens),
                        "pair", toJson(pair, vocabulary, tokens), "special_tokens", tokens);
        return trimOffsets ? JsonFields.object("type", "Sequence", "processors", List.of(trimming, around)) : around;
    }

    private static List<JsonObject> toJson(List<Part> parts, Vocabulary vocabulary, Map<String, JsonObject> tokens) {
        List<JsonObject> list = new ArrayList<>();
        for (Part part : parts) {
            boolean text = part.ids == Part.FIRST || part.ids == Part.SECOND;
            String id = !text ? special(part, vocabulary, tokens) : part.ids == Part.FIRST ? "A" : "B";
            list.add(JsonFields.object(text ? "Sequence" : "SpecialToken",
                    JsonFields.object("id", id, "type_id", part.typeId)));
        }
        return list;
    }

    /// Adds what the tokens of `part` are to `all`, under a name.
    private static String special(Part part, Vocabulary vocabulary, Map<String, JsonObject> all) {
        List<String> tokens = Arrays.stream(part.ids).mapToObj(vocabulary::token).toList();
        String name = String.join("", tokens);
        all.put(name, JsonFields.object("id", name, "ids", part.ids, "tokens", tokens));
        return name;
    }

    /// The same for networks that are not told which text a token is of.
    PostProcessor withoutTypes() {
        return new PostProcessor(single == NONE.single ? single : withoutTypes(single), withoutTypes(pair),
                trimOffsets);
    }

    private static List<Part> withoutTypes(List<Part> parts) {
        return parts.stream().map(part -> new Part(part.ids, 0)).toList();
    }

    /// How many tokens are added.
    static int added(List<Part> parts) {
        int added = 0;
        for (Part part : parts) {
            added += part.ids.length;
        }
        return added;
    }

    /// Puts the texts in their places.
    static Encoding fill(List<Part> parts, TokenBuffer first, TokenBuffer second) {
        int length = added(parts) + first.size() + second.size();
        Encoding encoding = new Encoding(new int[length], new int[length], new int[length], new int[length]);
        int at = 0;
        for (Part part : parts) {
            TokenBuffer tokens = part.ids == Part.FIRST ? first : part.ids == Part.SECOND ? second : null;
            int count = tokens == null ? part.ids.length : tokens.size();
            for (int i = 0; i < count; i++, at++) {
                encoding.ids()[at] = tokens == null ? part.ids[i] : tokens.ids[i];
                encoding.typeIds()[at] = part.typeId;
                encoding.starts()[at] = tokens == null ? 0 : tokens.starts[i];
                encoding.ends()[at] = tokens == null ? 0 : tokens.ends[i];
            }
        }
        return encoding;
    }
}
