package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What a `tokenizer.json` does with tokens once they are found.
///
/// @param template which special tokens stand around them
/// @param trimOffsets whether the spaces around a token are left out of its place
record PostProcessor(Template template, boolean trimOffsets) {

    static final PostProcessor NONE = new PostProcessor(Template.BARE, false);

    static PostProcessor read(JsonFields tokenizer) throws CorruptFileException {
        String name = "post_processor";
        return tokenizer.has(name) ? step(tokenizer.part(name)) : NONE;
    }

    private static PostProcessor step(JsonFields step) throws CorruptFileException {
        return switch (step.type("TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel",
                "Sequence")) {
            case "TemplateProcessing" ->
                new PostProcessor(new Template(parts(step, "single"), parts(step, "pair")), false);
            case "BertProcessing" -> new PostProcessor(Template.bert(step.tokenId("cls"), step.tokenId("sep")), false);
            case "RobertaProcessing" -> new PostProcessor(Template.roberta(step.tokenId("cls"), step.tokenId("sep")),
                    step.flag("trim_offsets", true));
            case "ByteLevel" -> new PostProcessor(Template.BARE, step.flag("trim_offsets", true));
            default -> sequence(step.parts("processors"));
        };
    }

    /// One step may trim and another bring the template; two templates would stand around each other, which no model asks for.
    private static PostProcessor sequence(List<JsonFields> steps) throws CorruptFileException {
        PostProcessor all = NONE;
        for (JsonFields step : steps) {
            PostProcessor one = step(step);
            if (all.template != Template.BARE && one.template != Template.BARE) {
                throw step.corrupt("must be the only step that adds tokens; one before it adds some");
            }
            all = new PostProcessor(one.template == Template.BARE ? all.template : one.template,
                    all.trimOffsets || one.trimOffsets);
        }
        return all;
    }

    JsonElement toJson(Vocabulary vocabulary) {
        if (template == Template.BARE) {
            return trimOffsets ? ByteLevelPreTokenizer.step(true, true, true) : JsonNull.INSTANCE;
        }
        JsonObject around = template.toJson(vocabulary);
        return !trimOffsets ? around
                : JsonFields.object("type", "Sequence", "processors",
                        List.of(ByteLevelPreTokenizer.step(true, true, true), around));
    }

    private static List<Template.Part> parts(JsonFields step, String name) throws CorruptFileException {
        List<Template.Part> parts = new ArrayList<>();
        for (JsonFields part : step.parts(name)) {
            parts.add(part.has("Sequence") ? text(part.part("Sequence")) : special(step, part.part("SpecialToken")));
        }
        long first = parts.stream().filter(p -> p.ids() == Template.Part.FIRST).count();
        long second = parts.stream().filter(p -> p.ids() == Template.Part.SECOND).count();
        if (first != 1 || second != (name.equals("pair") ? 1 : 0)) {
            throw step
                    .corrupt("must have each text once in " + name + "; it has A " + first + " times, B " + second);
        }
        return parts;
    }

    private static Template.Part text(JsonFields part) throws CorruptFileException {
        return switch (part.text("id")) {
            case "A" -> new Template.Part(Template.Part.FIRST, part.whole("type_id"));
            case "B" -> new Template.Part(Template.Part.SECOND, part.whole("type_id"));
            default -> throw part.corrupt("must be of text A or B; it is of " + part.text("id"));
        };
    }

    private static Template.Part special(JsonFields step, JsonFields part) throws CorruptFileException {
        int[] ids = step.part("special_tokens").part(part.text("id")).numbers("ids");
        return new Template.Part(ids, part.whole("type_id"));
    }
}
