package norma.embeddings;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import norma.json.JsonFields;

/// What sentence-transformers saves of its module around a network, `sentence_bert_config.json` or one of six names of earlier networks: the
/// first that says anything counts.
///
/// @param maxTokens how many a text may have
/// @param lowercase whether texts become small in front of the tokenizer
record ModuleSettings(OptionalInt maxTokens, boolean lowercase) {
    private static final List<String> NETWORKS =
            List.of("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet");

    private static final Set<String> KNOWN = Set.of("max_seq_length", "do_lower_case", "transformer_task",
            "modality_config", "module_output_name", "processing_kwargs", "unpad_inputs", "tokenizer_args",
            "processor_kwargs", "model_args", "model_kwargs", "config_args", "config_kwargs");

    /// What makes no difference here, since it is about speed, or where files come from.
    private static final Set<String> NO_MATTER = Set.of("trust_remote_code", "revision", "token", "cache_dir",
            "local_files_only", "use_fast", "padding_side", "add_pooling_layer", "attn_implementation", "torch_dtype",
            "dtype", "use_safetensors", "low_cpu_mem_usage", "device_map");

    /// @param task of the network
    /// @param result of the network
    /// @param name by which later modules know it
    static ModuleSettings read(Path network, String task, String result, String name) throws IOException {
        JsonFields json = file(network);
        requireKnown(json, KNOWN);
        require(json, "transformer_task", task);
        require(json, "module_output_name", name);
        requireText(json.optionalPart("modality_config"), result);
        for (String other : List.of("model_args", "model_kwargs", "config_args", "config_kwargs")) {
            requireKnown(json.optionalPart(other), NO_MATTER);
        }
        JsonFields tokenizer = json.optionalPart(json.has("tokenizer_args") ? "tokenizer_args" : "processor_kwargs");
        OptionalInt most = limit(json, "max_seq_length", OptionalInt.empty());
        return new ModuleSettings(called(json, limit(tokenizer, "model_max_length", most, NO_MATTER)),
                json.flag("do_lower_case", false));
    }

    private static JsonFields file(Path network) throws IOException {
        JsonFields json = null;
        for (String name : NETWORKS) {
            json = JsonFields.readIfThere(network.resolve("sentence_" + name + "_config.json"));
            if (!json.values().isEmpty()) {
                break;
            }
        }
        return json;
    }

    private static void requireKnown(JsonFields json, Set<String> known) throws IOException {
        for (String key : json.values().keySet()) {
            if (json.has(key) && !known.contains(key)) {
                throw json.incompatibility(key, "left out: it is not known here");
            }
        }
    }

    private static void require(JsonFields json, String key, String value) throws IOException {
        if (!json.text(key, value).equals(value)) {
            throw json.incompatibility(key, value);
        }
    }

    /// Texts only, and only by a forward pass.
    private static void requireText(JsonFields modalities, String result) throws IOException {
        requireKnown(modalities, Set.of("text"));
        JsonFields text = modalities.optionalPart("text");
        require(text, "method", "forward");
        require(text, "method_output_name", result);
    }

    /// What the tokenizer is called with stands above all.
    private static OptionalInt called(JsonFields json, OptionalInt otherwise) throws IOException {
        JsonFields calls = json.optionalPart("processing_kwargs");
        OptionalInt most = otherwise;
        for (String key : calls.values().keySet()) {
            JsonFields call = calls.part(key);
            if (!call.values().isEmpty() && !Set.of("common", "text").contains(key)) {
                throw calls.incompatibility(key, "empty");
            }
        }
        for (String key : List.of("common", "text")) {
            JsonFields call = calls.optionalPart(key);
            JsonElement cut = call.values().get("truncation");
            if (cut != null && !cut.equals(new JsonPrimitive(true))
                    && !cut.equals(new JsonPrimitive("longest_first"))) {
                throw call.incompatibility("truncation", "true or longest_first");
            }
            most = limit(call, "max_length", most, Set.of("truncation", "padding", "return_tensors"));
        }
        return most;
    }

    private static OptionalInt limit(JsonFields json, String key, OptionalInt otherwise, Set<String> others)
            throws IOException {
        for (String each : json.values().keySet()) {
            if (json.has(each) && !each.equals(key) && !others.contains(each)) {
                throw json.incompatibility(each, "left out: it is not known here");
            }
        }
        return limit(json, key, otherwise);
    }

    private static OptionalInt limit(JsonFields json, String key, OptionalInt otherwise) throws IOException {
        if (!json.has(key)) {
            return otherwise;
        }
        if (json.whole(key) < 1) {
            throw json.incompatibility(key, "positive");
        }
        return OptionalInt.of(json.whole(key));
    }
}
