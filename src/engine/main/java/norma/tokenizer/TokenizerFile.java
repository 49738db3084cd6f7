package norma.tokenizer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// A `tokenizer.json`, as https://github.com/huggingface/tokenizers writes it: one object for each step of the tokenizer, with a
/// `type` that says which step it is. A step or an option that we do not know is refused: skipped, it would give wrong ids.
///
/// The two long lists, vocabulary and merges, are read as they come; all the rest is small.
final class TokenizerFile {
    private final Vocabulary vocabulary;
    private double[] scores = {};
    private final List<String[]> merges = new ArrayList<>();
    private final JsonFields top;
    private final JsonFields model;

    private TokenizerFile(Path file) {
        vocabulary = new Vocabulary(file);
        top = new JsonFields(file, "$", new JsonObject());
        model = new JsonFields(file, "$.model", new JsonObject());
    }

    static Tokenizer read(Path file, InputStream in) throws IOException {
        TokenizerFile parsed = new TokenizerFile(file);
        return JsonFields.read(file, in, json -> {
            parsed.parse(json);
            return parsed.tokenizer();
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
        int id = 0;
        json.beginArray();
        while (json.hasNext()) {
            scores = id < scores.length ? scores : Arrays.copyOf(scores, Math.max(1024, 2 * id));
            json.beginArray();
            vocabulary.add(json.nextString(), id);
            scores[id++] = json.nextDouble();
            json.endArray();
        }
        json.endArray();
        scores = Arrays.copyOf(scores, id);
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

    private Tokenizer tokenizer() throws CorruptFileException {
        if (top.has("format")) {
            return EarlierFile.read(top);
        }
        TextNormalizer normalizer = TextNormalizer.read(top);
        PreTokenizer preTokenizer = PreTokenizer.read(top);
        SubwordModel subwords = subwords(normalizer.makesBytes() || preTokenizer.makesBytes());
        List<AddedToken> added = new ArrayList<>();
        for (JsonFields token : top.parts("added_tokens")) {
            added.add(AddedToken.read(token));
            vocabulary.addWhole(added.getLast().content(), added.getLast().id());
        }
        PostProcessor post = PostProcessor.read(top);
        return new Tokenizer(vocabulary, added, normalizer, preTokenizer, subwords, post);
    }

    private SubwordModel subwords(boolean byteLevel) throws CorruptFileException {
        String former = !merges.isEmpty() ? "BPE" : scores.length == 0 ? "WordPiece" : "Unigram"; // the first files did not say
        String type = model.text("type", former);
        return switch (type) {
            case "WordPiece" -> WordPiece.read(model, vocabulary);
            case "WordLevel" -> WordLevel.read(model, vocabulary);
            case "BPE" -> Bpe.read(model, vocabulary, merges, byteLevel);
            case "Unigram" -> Unigram.read(model, vocabulary, scores);
            default -> throw model.corrupt("must be of type WordPiece, WordLevel, BPE or Unigram; it is " + type);
        };
    }
}
