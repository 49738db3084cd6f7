package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import norma.embeddings.huggingface.BertNames;
import norma.io.AtomicFile;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import norma.kernel.Activation;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.model.TransformerConfig;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.feature.LayerNorm;

/// Writes a trained model as a folder: config.json and model.safetensors with the names that Hugging Face's BERT has, modules.json with the
/// pooling.
///
/// A model with adaptive norms has g0 and b0 where BERT has the layer norm's weight and bias, and the networks of the norm beside
/// them, as `LayerNorm.adaptive...`. Its `model_type` is none that other programs know, since without those networks its vectors would be wrong.
final class EncoderWriter {
    /// The `model_type` of one with adaptive norms.
    static final String ADAPTIVE_TYPE = "bert-adaptive-norm";

    private EncoderWriter() {
    }

    static void write(Path folder, Pretrained model, Optional<Linear> classifier) throws IOException {
        requireBert(model.bert().config());
        Map<String, Param> params = params(model.bert());
        boolean adaptive = params.keySet().stream().anyMatch(name -> name.contains(BertNames.ADAPTIVE));
        var arrays = new LinkedHashMap<String, Array>();
        params.forEach((name, param) -> arrays.put(name, Array.of(param.value())));
        classifier.ifPresent(head -> {
            arrays.put("classifier.weight", Array.of(head.weight().value()));
            arrays.put("classifier.bias", Array.of(head.bias().orElseThrow().value()));
        });
        Safetensors.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), arrays);
        AtomicFile.write(folder.resolve("config.json"), config(model.bert(), adaptive) + "\n");
        writeUse(folder, model);
    }

    private static void requireBert(BertConfig c) {
        if (c.firstPosition() != 0 || c.types() == 0) {
            throw new IllegalArgumentException(
                    "TrainableEncoder.save: must be of BERT's shape, with positions from 0 on and segments; got " + c);
        }
    }

    /// Its parameters by the names that they have in the file.
    static Map<String, Param> params(Bert bert) {
        var params = new LinkedHashMap<String, Param>();
        ParameterTree.of(bert).params().forEach((name, param) -> params.put(BertNames.stored(name), param));
        return params;
    }

    private static JsonObject config(Bert bert, boolean adaptive) {
        BertConfig c = bert.config();
        TransformerConfig t = c.transformer();
        var json = new JsonObject();
        json.addProperty("model_type", adaptive ? ADAPTIVE_TYPE : "bert");
        json.addProperty("vocab_size", c.vocabulary());
        json.addProperty("max_position_embeddings", c.positions());
        json.addProperty("type_vocab_size", c.types());
        json.addProperty("hidden_size", c.dim());
        json.addProperty("num_attention_heads", t.heads());
        json.addProperty("num_hidden_layers", t.layers());
        json.addProperty("intermediate_size", t.feedForward().hidden());
        json.addProperty("hidden_act", activation(t.feedForward().activation()));
        json.addProperty("layer_norm_eps", layerNorm(bert.norm()).eps());
        return json;
    }

    private static LayerNorm layerNorm(Norm norm) {
        if (norm instanceof LayerNorm layerNorm) {
            return layerNorm;
        }
        throw new IllegalArgumentException("TrainableEncoder.save: BERT has a layer norm on its embeddings; got "
                + norm.getClass().getSimpleName());
    }

    private static String activation(Activation f) {
        return switch (f) {
            case GELU_ERF -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SILU -> "silu";
            default -> throw new IllegalArgumentException("TrainableEncoder.save: BERT knows no activation " + f);
        };
    }

    /// What sentence-transformers reads: https://sbert.net/docs/sentence_transformer/usage/custom_models.html
    private static void writeUse(Path folder, Pretrained model) throws IOException {
        String pooling = switch (model.pooling().orElseThrow()) {
            case MEAN -> "mean_tokens";
            case CLS -> "cls_token";
            case LAST -> "lasttoken";
        };
        AtomicFile.write(folder.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
                """);
        var json = new JsonObject();
        json.addProperty("word_embedding_dimension", model.bert().config().dim());
        json.addProperty("pooling_mode_mean_tokens", false); // which would be true if nothing was said
        json.addProperty("pooling_mode_" + pooling, true);
        AtomicFile.write(folder.resolve("1_Pooling").resolve("config.json"), json + "\n");
        AtomicFile.write(folder.resolve("sentence_bert_config.json"), model.use().moduleToJson() + "\n");
        AtomicFile.write(folder.resolve("config_sentence_transformers.json"), model.use().modelToJson() + "\n");
    }
}
