package norma.embeddings.tokenizer;

import com.carrotsearch.hppc.DoubleArrayList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import norma.data.CorruptFileException;
import norma.embeddings.huggingface.Fields;

/// A `tokenizer.json`, as https://github.com/huggingface/tokenizers writes it: one object for each step of the tokenizer, with a
/// `type` that says which step it is. A step or an option that we do not know is refused: skipped, it would give wrong ids.
///
/// The two long lists, vocabulary and merges, are read as they come; all the rest is small.
final class TokenizerFile {
    private final Vocabulary vocabulary;
    private final DoubleArrayList scores = new DoubleArrayList();
    private final List<String[]> merges = new ArrayList<>();
    private final Fields top;
    private final Fields model;

    private TokenizerFile(Path file) {
        vocabulary = new Vocabulary(file);
        top = new Fields(file, "$", new JsonObject());
        model = new Fields(file, "$.model", new JsonObject());
    }

    static Tokenizer read(Path file, InputStream in) throws IOException {
        TokenizerFile parsed = new TokenizerFile(file);
        return Fields.read(file, in, json -> {
            parsed.parse(json);
            return new Tokenizer(parsed.steps());
        });
    }

    private void parse(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (name.equals("model") && json.peek() == JsonToken.BEGIN_OBJECT) {
                parseModel(json);
            } else {
                top.values().add(name, JsonParser.parseReader(json));
            }
        }
        json.endObject();
    }

    private void parseModel(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (name.equals("vocab") && json.peek() == JsonToken.BEGIN_OBJECT) {
                parseVocabulary(json);
            } else if (name.equals("vocab") && json.peek() == JsonToken.BEGIN_ARRAY) {
                parseScores(json);
            } else if (name.equals("merges") && json.peek() == JsonToken.BEGIN_ARRAY) {
                parseMerges(json);
            } else {
                model.values().add(name, JsonParser.parseReader(json));
            }
        }
        json.endObject();
    }

    private void parseVocabulary(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            vocabulary.add(json.nextName(), json.nextInt());
        }
        json.endObject();
    }

    /// Tokens in order of their ids, each with its score: `["a", -1.5]`.
    private void parseScores(JsonReader json) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            json.beginArray();
            vocabulary.add(json.nextString(), scores.size());
            scores.add(json.nextDouble());
            json.endArray();
        }
        json.endArray();
    }

    /// A merge is `"a b"`, or `["a", "b"]` in newer files.
    private void parseMerges(JsonReader json) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() == JsonToken.STRING) {
                merges.add(json.nextString().split(" ", -1));
            } else {
                json.beginArray();
                merges.add(new String[] {json.nextString(), json.nextString()});
                json.endArray();
            }
            if (merges.getLast().length != 2) {
                throw model.corrupt("must have pairs of tokens as merges; number " + (merges.size() - 1) + " is "
                        + String.join(" ", merges.getLast()));
            }
        }
        json.endArray();
    }

    private Tokenizer.Steps steps() throws CorruptFileException {
        Subwords subwords = subwords();
        List<AddedToken> added = new ArrayList<>();
        for (Fields token : top.parts("added_tokens")) {
            added.add(addedToken(token));
        }
        PostProcessor post = PostProcessor.read(top);
        return new Tokenizer.Steps(vocabulary, added, normalizer(), preTokenizer(), subwords, post);
    }

    private AddedToken addedToken(Fields token) throws CorruptFileException {
        String content = token.text("content");
        if (content.isEmpty()) {
            throw token.corrupt("must have a content to look for; it is empty");
        }
        vocabulary.addWhole(content, token.whole("id"));
        return new AddedToken(content, token.whole("id"), token.flag("single_word", false),
                token.flag("lstrip", false),
                token.flag("rstrip", false), token.flag("normalized", !token.flag("special", false)));
    }

    private TextNormalizer normalizer() throws CorruptFileException {
        if (!top.has("normalizer")) {
            return new TextNormalizer.None();
        }
        Fields step = top.part("normalizer");
        if (step.type("BertNormalizer", "Precompiled").equals("Precompiled")) {
            return characterMap(step);
        }
        boolean lowercase = step.flag("lowercase", true);
        return new BertNormalizer(step.flag("clean_text", true), step.flag("handle_chinese_chars", true),
                step.flag("strip_accents", lowercase), lowercase);
    }

    private static CharacterMap characterMap(Fields step) throws CorruptFileException {
        try {
            return new CharacterMap(Base64.getDecoder().decode(step.text("precompiled_charsmap")));
        } catch (IllegalArgumentException e) {
            throw step.corrupt("must have a table in base 64 as precompiled_charsmap; " + e.getMessage());
        }
    }

    private PreTokenizer preTokenizer() throws CorruptFileException {
        Fields step = top.part("pre_tokenizer");
        return switch (step.type("BertPreTokenizer", "ByteLevel", "Metaspace", "Sequence")) {
            case "BertPreTokenizer" -> new BertWords();
            case "ByteLevel" -> new ByteLevelWords(step.flag("add_prefix_space", true), step.flag("use_regex", true));
            case "Metaspace" -> metaspace(step, false);
            default -> {
                List<Fields> steps = step.parts("pretokenizers");
                if (steps.size() != 2) {
                    throw step.corrupt("must be WhitespaceSplit and Metaspace; it has " + steps.size() + " steps");
                }
                steps.get(0).type("WhitespaceSplit");
                steps.get(1).type("Metaspace");
                yield metaspace(steps.get(1), true);
            }
        };
    }

    private static MetaspaceWords metaspace(Fields step, boolean everySpace) throws CorruptFileException {
        String prepend = step.text("prepend_scheme", step.flag("add_prefix_space", true) ? "always" : "never");
        boolean known = prepend.equals("always") || prepend.equals("never") && !everySpace;
        if (!known || !step.flag("split", true)
                || !step.text("replacement").equals(String.valueOf(MetaspaceWords.SPACE))) {
            throw step
                    .corrupt("must put \u2581 for spaces, split there, and prepend it always; it has " + step.values());
        }
        return new MetaspaceWords(everySpace, prepend.equals("always"));
    }

    private Subwords subwords() throws CorruptFileException {
        String former = !merges.isEmpty() ? "BPE" : scores.isEmpty() ? "WordPiece" : "Unigram"; // the first files did not say
        String type = model.text("type", former);
        return switch (type) {
            case "WordPiece" -> new WordPiece(vocabulary, model.text("continuing_subword_prefix"),
                    vocabulary.id(model.text("unk_token")), model.whole("max_input_chars_per_word"));
            case "BPE" -> bytePairs();
            case "Unigram" -> unigram();
            default -> throw model.corrupt("must be of type WordPiece, BPE or Unigram; it is " + type);
        };
    }

    private BytePairs bytePairs() throws CorruptFileException {
        if (!top.part("pre_tokenizer").text("type").equals("ByteLevel")) {
            throw model.corrupt(
                    "must stand behind the pre-tokenizer ByteLevel; byte-pair encoding of characters is not known");
        }
        boolean plain = model.text("continuing_subword_prefix", "").isEmpty()
                && model.text("end_of_word_suffix", "").isEmpty() && !model.has("dropout")
                && !model.flag("ignore_merges", false);
        if (!plain) {
            throw model
                    .corrupt("must merge words without prefix, suffix, dropout or ignore_merges; it has one of them");
        }
        return new BytePairs(vocabulary, merges);
    }

    private Unigram unigram() throws CorruptFileException {
        int unknown = model.whole("unk_id");
        if (unknown >= scores.size() || model.flag("byte_fallback", false)) {
            throw model.corrupt(
                    "must have an unk_id below " + scores.size() + ", its pieces, and no byte_fallback; unk_id is "
                            + unknown);
        }
        return new Unigram(vocabulary, scores.toArray(), unknown);
    }
}
