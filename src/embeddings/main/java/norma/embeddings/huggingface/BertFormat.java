package norma.embeddings.huggingface;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import norma.json.JsonFields;
import norma.kernel.Activation;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;
import norma.nn.Layer;
import norma.norm.feature.LayerNorm;

/// How a model is written: with the names of its family, and with the config.json that it was read from.
///
/// A model with adaptive norms is the same and has a `model_type` that other programs do not know, since without the networks of its
/// norms its vectors would be wrong.
///
/// @param family whose names its weights have
/// @param adaptive whether its norms are adaptive
/// @param config the rest of what is written
public record BertFormat(Family family, boolean adaptive, JsonObject config) {
    private static final String TYPE = "model_type";
    private static final String ADAPTIVE = "-adaptive-norm";

    /// Of a folder, by its config.json.
    ///
    /// @throws norma.io.CorruptFileException if it is another model's
    public static BertFormat of(JsonFields config) throws IOException {
        String type = config.text(TYPE, "");
        boolean adaptive = type.endsWith(ADAPTIVE);
        JsonObject plain = config.values().deepCopy();
        if (adaptive) {
            plain.addProperty(TYPE, type.substring(0, type.length() - ADAPTIVE.length()));
        }
        JsonFields json = new JsonFields(config.file(), config.path(), plain);
        return new BertFormat(Family.of(json), adaptive, plain);
    }

    /// Of a model without a config.json.
    ///
    /// @throws IllegalArgumentException if it is not like one of BERT, RoBERTa and DistilBERT
    public static BertFormat of(Bert bert) {
        BertConfig c = bert.config();
        TransformerConfig t = c.transformer();
        TextEmbedding.Config e = c.embedding();
        float eps = layerNorm(bert.embedding().norm()).eps();
        boolean distil = c.types() == 0, roberta = !distil && e.firstPosition() > 0;
        if (distil && (e.firstPosition() != 0 || eps != DistilBertFamily.EPS)) {
            throw new IllegalArgumentException(
                    "TrainableEncoder: a model must be like BERT, RoBERTa or DistilBERT to be saved; without segments its positions must begin at 0 and eps must be %s; got %d and %s"
                            .formatted(DistilBertFamily.EPS, e.firstPosition(), eps));
        }
        JsonObject json = JsonFields.object(TYPE, distil ? "distilbert" : roberta ? "roberta" : "bert", "vocab_size",
                e.vocabulary(), "max_position_embeddings", e.positions(),
                distil ? "dim" : "hidden_size", c.dim(), distil ? "n_heads" : "num_attention_heads", t.heads(),
                distil ? "n_layers" : "num_hidden_layers", t.layers(), distil ? "hidden_dim" : "intermediate_size",
                t.feedForward().hidden(), distil ? "activation" : "hidden_act",
                activation(t.feedForward().activation()));
        if (!distil) {
            json.addProperty("type_vocab_size", c.types());
            json.addProperty("layer_norm_eps", eps);
        }
        if (roberta) {
            json.addProperty("pad_token_id", e.firstPosition() - 1);
        }
        return new BertFormat(distil ? new DistilBertFamily() : roberta ? BertFamily.ROBERTA : BertFamily.BERT, false,
                json);
    }

    /// The same with adaptive norms.
    public BertFormat withAdaptiveNorms() {
        return new BertFormat(family, true, config);
    }

    /// What is read of the configuration.
    public BertConfig shape(JsonFields file) throws IOException {
        return family.network(new JsonFields(file.file(), file.path(), config));
    }

    /// Refuses families that can only be read, before somebody trains what can't be saved.
    public void requireWritable() {
        if (!family.writable()) {
            throw new IllegalArgumentException(
                    "TrainableEncoder: a model must be of a family that is written, too, one of %s; got %s, which is only read"
                            .formatted(Family.all().stream().filter(Family::writable)
                                    .flatMap(each -> each.architectures().keySet().stream()).sorted().toList(),
                                    config.get(TYPE).getAsString()));
        }
    }

    /// The config.json of weights without a head, in float32.
    public JsonObject written() {
        JsonObject json = config.deepCopy();
        String type = json.get(TYPE).getAsString();
        json.addProperty(TYPE, adaptive ? type + ADAPTIVE : type);
        for (String dtype : new String[] {"dtype", "torch_dtype"}) {
            if (json.has(dtype)) {
                json.addProperty(dtype, "float32");
            }
        }
        var classes = new JsonArray();
        classes.add(family.architectures().get(type));
        json.add("architectures", classes);
        return json;
    }

    private static LayerNorm layerNorm(Layer norm) {
        if (norm instanceof LayerNorm layerNorm) {
            return layerNorm;
        }
        throw new IllegalArgumentException("TrainableEncoder: BERT has a layer norm on its embeddings; got "
                + norm.getClass().getSimpleName());
    }

    private static String activation(Activation f) {
        return switch (f) {
            case GELU_ERF -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SILU -> "silu";
            default -> throw new IllegalArgumentException("TrainableEncoder: BERT knows no activation " + f);
        };
    }
}
