package norma.tokenizer;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.json.JsonFields;

/// What a model expects around a text, and around a pair: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`.
///
/// @param single for one text; has [Part#FIRST] once, never [Part#SECOND]
/// @param pair for two; has each once
record Template(List<Part> single, List<Part> pair) {

    /// One text, or tokens of the tokenizer's.
    ///
    /// @param ids the tokens, or [#FIRST] or [#SECOND]
    /// @param typeId of all of them
    record Part(int[] ids, int typeId) {
        static final int[] FIRST = {};
        static final int[] SECOND = {};
    }

    /// No tokens but those of the texts.
    static final Template BARE = new Template(List.of(new Part(Part.FIRST, 0)),
            List.of(new Part(Part.FIRST, 0), new Part(Part.SECOND, 1)));

    /// BERT: `[CLS] A [SEP] B [SEP]`, where the second text and what follows it have type 1.
    static Template bert(int cls, int sep) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part(Part.SECOND, 1), token(sep, 1)));
        return new Template(single, pair);
    }

    /// RoBERTa: `<s> A </s> </s> B </s>`, all of type 0.
    static Template roberta(int cls, int sep) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(token(sep, 0), new Part(Part.SECOND, 0), token(sep, 0)));
        return new Template(single, pair);
    }

    private static Part token(int id, int typeId) {
        return new Part(new int[] {id}, typeId);
    }

    /// As a file has it.
    JsonObject toJson(Vocabulary vocabulary) {
        Map<String, JsonObject> tokens = new LinkedHashMap<>();
        return JsonFields.object("type", "TemplateProcessing", "single", toJson(single, vocabulary, tokens), "pair",
                toJson(pair, vocabulary, tokens), "special_tokens", tokens);
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

    /// How many tokens the template adds.
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
