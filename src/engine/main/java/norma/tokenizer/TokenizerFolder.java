package norma.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What stands beside a tokenizer's vocabulary, as transformers 5 reads it: `tokenizer_config.json`; where that does not list the
/// added tokens, in older folders, `special_tokens_map.json` and `added_tokens.json`; and `config.json` for the tokenizer's class, if nothing
/// else says it.
final class TokenizerFolder {
    private static final String LISTED = "added_tokens_decoder";

    private static final String OTHERS = "extra_special_tokens";

    /// In earlier files.
    private static final String EARLIER_OTHERS = "additional_special_tokens";

    /// The parts that special tokens have in all models, in the order in which they are added.
    private static final List<String> PARTS = List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
            "cls_token", "mask_token");

    private final JsonFields config;
    private final TokenizerClass tokenizerClass;
    private final JsonFields older;
    private final Map<Integer, AddedToken> listed = new TreeMap<>();
    private final Map<String, AddedToken> parts = new LinkedHashMap<>();
    private final Set<String> said = new HashSet<>();
    private List<AddedToken> others;

    private TokenizerFolder(Path folder, TokenizerClass otherwise) throws IOException {
        config = JsonFields.readIfThere(folder.resolve("tokenizer_config.json"));
        older = JsonFields.readIfThere(folder.resolve("added_tokens.json"));
        tokenizerClass = tokenizerClass(folder, otherwise);
        refuse("truncation_side", "left or right", List.of("left", "right").contains(side()));
        refuse("split_special_tokens", "false", !config.flag("split_special_tokens", false));
        refuse("fast_tokenizer_files", "left out: the file is tokenizer.json", !config.has("fast_tokenizer_files"));
        others = tokenizerClass.others();
        PARTS.forEach(part -> parts.put(part, null));
        parts.putAll(tokenizerClass.parts());
        addParts(config);
        readOthers(config, config.values().has(OTHERS) ? OTHERS : EARLIER_OTHERS);
        if (config.values().has(LISTED)) {
            readListed();
        } else {
            readOlder(JsonFields.readIfThere(folder.resolve("special_tokens_map.json")));
        }
        parts.values().removeIf(token -> token == null);
    }

    /// @param otherwise the class if no file says it
    static TokenizerFolder read(Path folder, TokenizerClass otherwise) throws IOException {
        return new TokenizerFolder(folder, otherwise);
    }

    private void refuse(String field, String must, boolean holds) throws CorruptFileException {
        if (!holds) {
            throw config.incompatibility(field, must);
        }
    }

    private TokenizerClass tokenizerClass(Path folder, TokenizerClass otherwise) throws IOException {
        JsonFields network = JsonFields.readIfThere(folder.resolve("config.json"));
        if (network.text("model_type", "").equals("modernbert")) {
            return TokenizerClass.FILE; // whatever class is named
        }
        JsonFields says = config.has("tokenizer_class") ? config : network;
        if (!says.has("tokenizer_class")) {
            return TokenizerClass.ofNetwork(network.text("model_type", "")).orElse(otherwise);
        }
        return TokenizerClass.of(says.text("tokenizer_class")).orElseThrow(() -> says.incompatibility("tokenizer_class",
                "BertTokenizer, DistilBertTokenizer, RobertaTokenizer, GPT2Tokenizer, XLMRobertaTokenizer, CamembertTokenizer, "
                        + "MPNetTokenizer, AlbertTokenizer, Qwen2Tokenizer, GemmaTokenizer or PreTrainedTokenizerFast"));
    }

    /// Special tokens such as `"cls_token": "[CLS]"`, of any name that ends so.
    private void addParts(JsonFields from) throws CorruptFileException {
        for (String name : from.values().keySet()) {
            JsonElement value = from.values().get(name);
            if (name.endsWith("_token") && (isText(value) || value.isJsonObject())) {
                parts.put(name, token(from, name, value));
                said.add(parts.get(name).content());
            } else if (PARTS.contains(name) && value.isJsonNull()) {
                parts.put(name, null);
            }
        }
    }

    private void readOthers(JsonFields from, String name) throws CorruptFileException {
        if (!from.has(name)) {
            return;
        }
        List<AddedToken> tokens = new ArrayList<>();
        if (from.values().get(name) instanceof JsonObject byPart) {
            addParts(new JsonFields(from.file(), from.path() + "." + name, byPart));
        } else if (from.values().get(name) instanceof JsonArray list) {
            for (JsonElement each : list) {
                tokens.add(token(from, name + "[" + tokens.size() + "]", each));
            }
        } else {
            throw from.incompatibility(name, "a list of tokens, or tokens by their parts");
        }
        others = tokens;
    }

    private void readListed() throws CorruptFileException {
        JsonFields tokens = config.optionalPart(LISTED);
        for (String id : tokens.values().keySet()) {
            if (!id.matches("[0-9]{1,9}")) {
                throw tokens.corrupt("must have ids as names; got " + id);
            }
            AddedToken token = AddedToken.read(tokens.part(id), Integer.parseInt(id));
            listed.put(token.id(), token);
        }
    }

    private void readOlder(JsonFields map) throws CorruptFileException {
        addParts(map);
        if (map.has(OTHERS)) {
            List<AddedToken> before = others;
            readOthers(map, OTHERS);
            others = Stream.concat(before.stream(), others.stream()).toList();
        }
        Set<String> special = new HashSet<>(said);
        others.forEach(token -> special.add(token.content()));
        for (String content : older.values().keySet()) {
            boolean isSpecial = special.contains(content);
            int id = older.whole(content);
            listed.put(id, new AddedToken(content, id, false, false, false, !isSpecial, isSpecial));
        }
        if (!map.has(OTHERS) && !config.values().has(OTHERS) && !config.values().has(EARLIER_OTHERS)) {
            readOthers(map, EARLIER_OTHERS);
        }
    }

    private static boolean isText(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static AddedToken token(JsonFields from, String name, JsonElement value) throws CorruptFileException {
        if (isText(value)) {
            return AddedToken.special(value.getAsString(), AddedToken.NO_ID);
        }
        if (value instanceof JsonObject object) {
            return AddedToken.read(new JsonFields(from.file(), from.path() + "." + name, object), AddedToken.NO_ID)
                    .asSpecial();
        }
        throw from.incompatibility(name, "a token");
    }

    /// `tokenizer_config.json`
    JsonFields config() {
        return config;
    }

    TokenizerClass tokenizerClass() {
        return tokenizerClass;
    }

    /// Whether texts that are too long are cut at their beginning.
    boolean cutsBeginning() throws CorruptFileException {
        return side().equals("left");
    }

    private String side() throws CorruptFileException {
        return config.text("truncation_side", "right");
    }

    /// Whether the network is told which of two texts a token is of.
    boolean types() throws CorruptFileException {
        return config.has("model_input_names") ? config.texts("model_input_names").contains("token_type_ids")
                : tokenizerClass.types();
    }

    /// The special token that is the `cls_token`, for example.
    AddedToken part(String name) throws CorruptFileException {
        if (parts.containsKey(name)) {
            return parts.get(name);
        }
        throw config.incompatibility(name, "a token");
    }

    /// All added tokens. Those that the vocabulary has get its ids, the others follow behind it, in this order: those that are listed, by their
    /// ids; special tokens by their parts; other special ones.
    ///
    /// @param file those of `tokenizer.json`
    List<AddedToken> tokens(List<AddedToken> file, Vocabulary vocabulary) throws CorruptFileException {
        Map<String, AddedToken> tokens = new LinkedHashMap<>();
        if (!tokenizerClass.makesSteps()) {
            for (AddedToken token : file) {
                vocabulary.addWhole(token.content(), token.id());
                tokens.put(token.content(), token);
            }
        }
        Map<Integer, AddedToken> first = new TreeMap<>(listed);
        if (!config.values().has(LISTED)) {
            file.forEach(token -> first.put(token.id(), token));
        }
        for (AddedToken token : first.values()) {
            boolean special = parts.values().stream().anyMatch(each -> each.content().equals(token.content()));
            add(special ? token.asSpecial() : token, tokens, vocabulary);
        }
        List<AddedToken> rest = new ArrayList<>(parts.values());
        rest.addAll(others);
        for (AddedToken token : rest) {
            if (!tokens.containsKey(token.content())) {
                add(token, tokens, vocabulary);
            }
        }
        return List.copyOf(tokens.values());
    }

    private void add(AddedToken token, Map<String, AddedToken> tokens, Vocabulary vocabulary)
            throws CorruptFileException {
        OptionalInt known = vocabulary.find(token.content());
        int id = known.orElse(vocabulary.size());
        if (token.id() != AddedToken.NO_ID && token.id() != id) {
            throw config.corrupt("and the files beside it must give each added token the id that it has in the "
                    + "vocabulary, or the next one behind it, which is %d for \"%s\"; got %d".formatted(id,
                            token.content(), token.id()));
        }
        if (known.isEmpty() && vocabulary.hasGaps()) {
            throw config.corrupt(("must not add tokens such as \"%s\" to a vocabulary in which two lines are the same "
                    + "or ids are left out: those behind it would not be its own").formatted(token.content()));
        }
        vocabulary.addWhole(token.content(), id);
        tokens.put(token.content(), token.withId(id));
    }
}
