package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.json.JsonFields;
import norma.tokenizer.Tokenizer;

/// How a network is used, as sentence-transformers 6 reads it from a folder: the limit of `tokenizer_config.json`, and, if there is
/// a `modules.json`, the settings of the network's module and `config_sentence_transformers.json`. What stands there and is not
/// done here is refused.
///
/// @param folder of the tokenizer
/// @param maxTokens how many a text may have
/// @param lowercase whether texts become small in front of the tokenizer
/// @param prompts put in front of texts
/// @param dimensions how many of a vector's first elements are kept; 0 for all
record EncoderSettings(Path folder, int maxTokens, boolean lowercase, Prompts prompts, int dimensions) {

    /// What a kind of model must say of itself.
    ///
    /// @param type of the model
    /// @param task of the network
    /// @param result of the network
    /// @param name by which later modules know it
    private record Kind(String type, String task, String result, String name) {
        static final Kind ENCODER =
                new Kind("SentenceTransformer", "feature-extraction", "last_hidden_state", "token_embeddings");
        static final Kind CLASSIFIER = new Kind("CrossEncoder", "sequence-classification", "logits", "scores");
    }

    /// Of a network that comes without a folder.
    static EncoderSettings of(int maxTokens, Prompts prompts) {
        return new EncoderSettings(Path.of(""), maxTokens, false, prompts, 0);
    }

    /// Of an encoder.
    ///
    /// @param network the folder of the network, in `folder`
    /// @param positions how many tokens the network can read
    static EncoderSettings ofEncoder(Path folder, Path network, int positions) throws IOException {
        return read(folder, network, positions, Kind.ENCODER);
    }

    /// Of a network with a classification head. Which of two texts is cut at its beginning by one token more is not known here.
    static EncoderSettings ofClassifier(Path folder, Path network, int positions) throws IOException {
        JsonFields config = JsonFields.readIfThere(network.resolve("tokenizer_config.json"));
        if (!config.text("truncation_side", "right").equals("right")) {
            throw config.incompatibility("truncation_side", "right, where two texts are read together");
        }
        return read(folder, network, positions, Kind.CLASSIFIER);
    }

    private static EncoderSettings read(Path folder, Path network, int positions, Kind kind) throws IOException {
        if (!Files.exists(folder.resolve("modules.json"))) {
            return new EncoderSettings(network, limit(network, positions), false, Prompts.NONE, 0);
        }
        JsonFields model = JsonFields.readIfThere(folder.resolve("config_sentence_transformers.json"));
        if (!model.text("model_type", Kind.ENCODER.type).equals(kind.type)) {
            throw model.incompatibility("model_type", kind.type);
        }
        if (model.has("truncate_dim") && model.whole("truncate_dim") < 1) {
            throw model.incompatibility("truncate_dim", "positive");
        }
        ModuleSettings settings = ModuleSettings.read(network, kind.task, kind.result, kind.name);
        int most = settings.maxTokens().isPresent() ? settings.maxTokens().getAsInt() : limit(network, positions);
        return new EncoderSettings(network, Math.min(most, positions), settings.lowercase(), Prompts.read(model),
                model.whole("truncate_dim", 0));
    }

    /// The tokenizer's own limit. Tokenizers without one have a number of thirty digits there.
    private static int limit(Path folder, int positions) throws IOException {
        JsonFields config = JsonFields.readIfThere(folder.resolve("tokenizer_config.json"));
        String name = config.values().has("model_max_length") ? "model_max_length" : "max_len";
        if (config.number(name, Integer.MAX_VALUE) >= Integer.MAX_VALUE) {
            return positions;
        }
        if (config.whole(name) < 1) {
            throw config.incompatibility(name, "positive");
        }
        return Math.min(config.whole(name), positions);
    }

    /// The tokenizer that the folder has.
    Tokenizer tokenizer() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(folder);
        return lowercase ? tokenizer.lowercased() : tokenizer;
    }

    /// The same with the options' choices, where some were made.
    EncoderSettings with(Options options) {
        return new EncoderSettings(folder, options.maxTokens() == 0 ? maxTokens : options.maxTokens(), lowercase,
                new Prompts(prompts.text(), options.queryPrefix().orElse(prompts.query()),
                        options.passagePrefix().orElse(prompts.passage())),
                dimensions);
    }

    /// How many elements of a vector are kept.
    int dimensions(int all) {
        return dimensions == 0 ? all : Math.min(dimensions, all);
    }

    /// `sentence_bert_config.json`
    JsonObject moduleToJson() {
        return JsonFields.object("max_seq_length", maxTokens, "do_lower_case", lowercase);
    }

    /// `config_sentence_transformers.json`
    JsonObject modelToJson() {
        JsonObject json = prompts.toJson();
        if (dimensions > 0) {
            json.addProperty("truncate_dim", dimensions);
        }
        return json;
    }
}
