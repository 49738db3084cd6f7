package norma.tokenizer;

import com.google.gson.JsonObject;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.tokenizer.TextPattern.Matches;

/// Puts one text in the place of each match of a pattern. It stands where the match's last character stood.
record ReplaceNormalizer(RegexPattern pattern, String content) implements TextNormalizer {

    static ReplaceNormalizer read(JsonFields step) throws CorruptFileException {
        return new ReplaceNormalizer(RegexPattern.read(step), step.text("content"));
    }

    @Override
    public Normalized normalize(Normalized text) {
        Normalized out = new Normalized(text.length);
        Matches matches = pattern.in(text, 0, text.length);
        int done = 0;
        while (matches.next()) {
            out.append(text, done, matches.start());
            done = matches.end();
            int start = done > 0 ? text.starts[done - 1] : text.starts[0];
            out.append(content, start, done > 0 ? text.ends[done - 1] : start);
        }
        out.append(text, done, text.length);
        return out;
    }

    @Override
    public JsonObject toJson() {
        return JsonFields.object("type", "Replace", "pattern", pattern.toJson(), "content", content);
    }
}
