package norma.embeddings;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.embeddings.huggingface.BertFormat;
import norma.embeddings.huggingface.Names;
import norma.io.AtomicFile;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import norma.json.JsonFields;
import norma.nn.Linear;
import norma.nn.ParameterTree;

/// Writes a trained model as a folder: config.json and model.safetensors with the names of its family, modules.json with the
/// pooling and what follows.
///
/// A model with adaptive norms has g0 and b0 where BERT has the layer norm's weight and bias, and the networks of the norm beside
/// them, as `LayerNorm.adaptive...`.
final class EncoderWriter {
    private static final String CLASSIFICATION = "ForSequenceClassification";
    private static final String MODELS = "sentence_transformers.models.";

    private EncoderWriter() {
    }

    /// A linear layer on top of the pooling.
    ///
    /// @param layer W (labels, D) and b
    /// @param labels names by row
    record Head(Linear layer, List<String> labels) {
    }

    static void write(Path folder, Pretrained model, Optional<Head> head) throws IOException {
        BertFormat format = model.format().orElseThrow();
        JsonObject config = format.written();
        var arrays = new LinkedHashMap<String, Array>();
        ParameterTree.of(model.bert()).params().forEach(
                (name, param) -> arrays.put(format.family().names().place(name).name(), Array.of(param.value())));
        head.ifPresent(on -> {
            arrays.put("classifier.weight", Array.of(on.layer().weight().value()));
            arrays.put("classifier.bias", Array.of(on.layer().bias().orElseThrow().value()));
            addLabels(config, on.labels());
        });
        write(folder, arrays);
        AtomicFile.write(folder.resolve("config.json"), config + "\n");
        writeModules(folder, model);
        writeUse(folder, model);
    }

    /// Writes a network with its own head, as transformers has it: names of the network's weights have a prefix.
    static void write(Path folder, Pretrained.Classifier model, List<String> labels) throws IOException {
        Names names = model.format().family().names();
        String prefix = names.prefixes().getFirst();
        JsonObject config = model.format().written();
        var arrays = new LinkedHashMap<String, Array>();
        ParameterTree.of(model.bert()).params()
                .forEach((name, param) -> arrays.put(prefix + names.place(name).name(), Array.of(param.value())));
        // a pooler is a part of the network there
        model.stored().forEach((name, param) -> arrays.put(name.startsWith("pooler") ? prefix + name : name,
                Array.of(param.value())));
        write(folder, arrays);
        String network = config.getAsJsonArray("architectures").get(0).getAsString();
        config.add("architectures", JsonFields.object("a", List.of(network.replace("Model", CLASSIFICATION))).get("a"));
        addLabels(config, labels);
        AtomicFile.write(folder.resolve("config.json"), config + "\n");
    }

    private static void addLabels(JsonObject config, List<String> labels) {
        var names = new JsonObject();
        var numbers = new JsonObject();
        for (int i = 0; i < labels.size(); i++) {
            names.addProperty("" + i, labels.get(i));
            numbers.addProperty(labels.get(i), i);
        }
        config.add("id2label", names);
        config.add("label2id", numbers);
        config.remove("num_labels");
    }

    private static void write(Path folder, LinkedHashMap<String, Array> arrays) throws IOException {
        Safetensors.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), arrays);
    }

    /// What sentence-transformers reads: https://sbert.net/docs/sentence_transformer/usage/custom_models.html
    private static void writeModules(Path folder, Pretrained model) throws IOException {
        var steps = new JsonArray();
        add(steps, "Transformer", "");
        List<Pooling> poolings = model.readout().poolings();
        JsonObject pooling = JsonFields.object("word_embedding_dimension", model.bert().config().dim());
        if (poolings.stream().sorted().distinct().toList().equals(poolings)) {
            // mean would be true if nothing was said
            for (Pooling each : Pooling.values()) {
                pooling.addProperty(each.flag(), poolings.contains(each));
            }
        } else {
            pooling.add("pooling_mode", JsonFields
                    .object("modes", poolings.stream().map(Pooling::mode).toList()).get("modes"));
        }
        AtomicFile.write(add(steps, "Pooling", folder).resolve("config.json"), pooling + "\n");
        for (VectorModule module : model.readout().modules()) {
            Path path = add(steps, module.type(), folder);
            AtomicFile.write(path.resolve("config.json"), module.config() + "\n");
            var arrays = new LinkedHashMap<String, Array>();
            ParameterTree.of(module).params().forEach((name, param) -> arrays.put(name, Array.of(param.value())));
            if (!arrays.isEmpty()) {
                write(path, arrays);
            }
        }
        AtomicFile.write(folder.resolve("modules.json"), steps + "\n");
    }

    /// Adds a module with a folder of its own.
    private static Path add(JsonArray steps, String type, Path folder) {
        return folder.resolve(add(steps, type, steps.size() + "_" + type));
    }

    private static String add(JsonArray steps, String type, String path) {
        steps.add(JsonFields.object("idx", steps.size(), "name", "" + steps.size(), "path", path, "type",
                MODELS + type));
        return path;
    }

    private static void writeUse(Path folder, Pretrained model) throws IOException {
        AtomicFile.write(folder.resolve("sentence_bert_config.json"), model.settings().moduleToJson() + "\n");
        AtomicFile.write(folder.resolve("config_sentence_transformers.json"), model.settings().modelToJson() + "\n");
    }
}
