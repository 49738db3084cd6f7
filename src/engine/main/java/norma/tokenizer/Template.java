package norma.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

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
        JsonObject tokens = new JsonObject();
        JsonObject step = new JsonObject();
        step.addProperty("type", "TemplateProcessing");
        step.add("single", toJson(single, vocabulary, tokens));
        step.add("pair", toJson(pair, vocabulary, tokens));
        step.add("special_tokens", tokens);
        return step;
    }

    private static JsonArray toJson(List<Part> parts, Vocabulary vocabulary, JsonObject tokens) {
        JsonArray list = new JsonArray();
        for (Part part : parts) {
            boolean text = part.ids == Part.FIRST || part.ids == Part.SECOND;
            JsonObject entry = new JsonObject();
            entry.addProperty("id",
                    !text ? special(part, vocabulary, tokens) : part.ids == Part.FIRST ? "A" : "B");
            entry.addProperty("type_id", part.typeId);
            JsonObject named = new JsonObject();
            named.add(text ? "Sequence" : "SpecialToken", entry);
            list.add(named);
        }
        return list;
    }

    /// Adds what the tokens of `part` are to `all`, under a name.
    private static String special(Part part, Vocabulary vocabulary, JsonObject all) {
        JsonArray ids = new JsonArray();
        JsonArray tokens = new JsonArray();
        StringBuilder name = new StringBuilder();
        for (int id : part.ids) {
            ids.add(id);
            tokens.add(vocabulary.token(id));
            name.append(vocabulary.token(id));
        }
        JsonObject entry = new JsonObject();
        entry.addProperty("id", name.toString());
        entry.add("ids", ids);
        entry.add("tokens", tokens);
        all.add(name.toString(), entry);
        return name.toString();
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
