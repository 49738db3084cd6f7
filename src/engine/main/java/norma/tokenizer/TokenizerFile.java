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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// A `tokenizer.json`, as https://github.com/huggingface/tokenizers writes it: one object for each step of the tokenizer, with a
/// `type` that says which step it is. A step or an option that we do not know is refused: skipped, it would give wrong ids.
///
/// The two long lists, vocabulary and merges, are read as they come; all the rest is small.
final class TokenizerFile {
    private static final Set<String> FIELDS = new TreeSet<>(Set.of("version", "truncation", "padding", "added_tokens",
            "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"));

    private final Vocabulary vocabulary;
    private double[] scores = {};
    private final List<String[]> merges;
    private final JsonFields top;
    private final JsonFields model;

    private TokenizerFile(Vocabulary vocabulary, List<String[]> merges, JsonFields top, JsonFields model) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.top = top;
        this.model = model;
    }

    private static TokenizerFile empty(Path file) {
        return new TokenizerFile(new Vocabulary(file), new ArrayList<>(), new JsonFields(file, "$", new JsonObject()),
                new JsonFields(file, "$.model", new JsonObject()));
    }

    /// The file alone.
    static Tokenizer read(Path file, InputStream in) throws IOException {
        TokenizerFile parsed = empty(file);
        return JsonFields.read(file, in, json -> {
            parsed.parse(json);
            return parsed.tokenizer();
        });
    }

    /// The file and what stands beside it.
    static Tokenizer read(Path file, InputStream in, TokenizerFolder folder) throws IOException {
        TokenizerFile parsed = empty(file);
        return JsonFields.read(file, in, json -> {
            parsed.parse(json);
            return parsed.tokenizer(folder);
        });
    }

    /// The same of files that have been read.
    ///
    /// @param merges of a byte-pair encoding
    static Tokenizer of(Vocabulary vocabulary, List<String[]> merges, JsonFields top, JsonFields model,
            TokenizerFolder folder) throws CorruptFileException {
        return new TokenizerFile(vocabulary, merges, top, model).tokenizer(folder);
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
        if (!top.has("format") && !FIELDS.containsAll(top.values().keySet())) {
            throw top.corrupt("must have no fields but " + FIELDS + "; it has " + top.values().keySet());
        }
    }

    private void parseModel(JsonReader json) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (name.equals("vocab") && json.peek() == JsonToken.BEGIN_OBJECT) {
                vocabulary.addAll(json);
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
        SubwordModel subwords = subwords();
        List<AddedToken> added = added();
        for (AddedToken token : added) {
            vocabulary.addWhole(token.content(), token.id());
        }
        return tokenizer(subwords, added, PostProcessor.read(top));
    }

    private Tokenizer tokenizer(TokenizerFolder folder) throws CorruptFileException {
        TokenizerClass made = folder.tokenizerClass();
        if (top.has("format")) {
            return tokenizer();
        }
        if (made.makesSteps() && !type().equals(made.model())) {
            throw model.corrupt("must be of type %s, which the tokenizer_class in %s stands for; it is %s"
                    .formatted(made.model(), folder.config().file().getFileName(), type()));
        }
        made.setSteps(folder, top, model, vocabulary);
        SubwordModel subwords = subwords();
        List<AddedToken> added = folder.tokens(added(), vocabulary);
        Optional<PostProcessor> around = made.around(folder, vocabulary);
        PostProcessor post = around.isPresent() ? around.get() : PostProcessor.read(top);
        Tokenizer tokenizer = tokenizer(subwords, added, folder.types() ? post : post.withoutTypes());
        return folder.cutsBeginning() ? tokenizer.cuttingBeginning() : tokenizer;
    }

    private Tokenizer tokenizer(SubwordModel subwords, List<AddedToken> added, PostProcessor post)
            throws CorruptFileException {
        return new Tokenizer(vocabulary, added, TextNormalizer.read(top), PreTokenizer.read(top), subwords, post);
    }

    private List<AddedToken> added() throws CorruptFileException {
        List<AddedToken> added = new ArrayList<>();
        for (JsonFields token : top.parts("added_tokens")) {
            added.add(AddedToken.read(token));
        }
        return added;
    }

    private String type() throws CorruptFileException {
        String former = !merges.isEmpty() ? "BPE" : scores.length == 0 ? "WordPiece" : "Unigram"; // the first files did not say
        return model.text("type", former);
    }

    private SubwordModel subwords() throws CorruptFileException {
        String type = type();
        return switch (type) {
            case "WordPiece" -> WordPiece.read(model, vocabulary);
            case "WordLevel" -> WordLevel.read(model, vocabulary);
            case "BPE" -> Bpe.read(model, vocabulary, merges,
                    TextNormalizer.read(top).makesBytes() || PreTokenizer.read(top).makesBytes());
            case "Unigram" -> Unigram.read(model, vocabulary, scores);
            default -> throw model.corrupt("must be of type WordPiece, WordLevel, BPE or Unigram; it is " + type);
        };
    }
}
