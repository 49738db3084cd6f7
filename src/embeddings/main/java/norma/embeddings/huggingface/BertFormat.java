package norma.embeddings.huggingface;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import norma.json.JsonFields;
import norma.kernel.Activation;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.model.TransformerConfig;
import norma.norm.Norm;
import norma.norm.feature.LayerNorm;

/// How a model is written: with the names of its variant, and with the config.json that it was read from.
///
/// A model with adaptive norms is the same and has a `model_type` that other programs do not know, since without the networks of its
/// norms its vectors would be wrong.
///
/// @param variant whose names its weights have
/// @param adaptive whether its norms are adaptive
/// @param config the rest of what is written
public record BertFormat(BertVariant variant, boolean adaptive, JsonObject config) {
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
        return new BertFormat(BertVariant.of(json), adaptive, plain);
    }

    /// Of a model without a config.json.
    ///
    /// @throws IllegalArgumentException if no variant is like that
    public static BertFormat of(Bert bert) {
        BertConfig c = bert.config();
        TransformerConfig t = c.transformer();
        float eps = layerNorm(bert.norm()).eps();
        BertVariant variant = c.types() == 0 ? BertVariant.DISTILBERT
                : c.firstPosition() == 0 ? BertVariant.BERT : BertVariant.ROBERTA;
        boolean distil = variant == BertVariant.DISTILBERT;
        if (distil && (c.firstPosition() != 0 || eps != BertVariant.DISTILBERT_EPS)) {
            throw new IllegalArgumentException(
                    "TrainableEncoder: a model must be like BERT, RoBERTa or DistilBERT to be saved; without segments its positions must begin at 0 and eps must be %s; got %d and %s"
                            .formatted(BertVariant.DISTILBERT_EPS, c.firstPosition(), eps));
        }
        JsonObject json = JsonFields.object(TYPE, variant.type(), "vocab_size", c.vocabulary(),
                "max_position_embeddings", c.positions(),
                distil ? "dim" : "hidden_size", c.dim(), distil ? "n_heads" : "num_attention_heads", t.heads(),
                distil ? "n_layers" : "num_hidden_layers", t.layers(), distil ? "hidden_dim" : "intermediate_size",
                t.feedForward().hidden(), distil ? "activation" : "hidden_act",
                activation(t.feedForward().activation()));
        if (!distil) {
            json.addProperty("type_vocab_size", c.types());
            json.addProperty("layer_norm_eps", eps);
        }
        if (variant == BertVariant.ROBERTA) {
            json.addProperty("pad_token_id", c.firstPosition() - 1);
        }
        return new BertFormat(variant, false, json);
    }

    /// The same with adaptive norms.
    public BertFormat withAdaptiveNorms() {
        return new BertFormat(variant, true, config);
    }

    /// What is read of the configuration.
    public BertConfig shape(JsonFields file) throws IOException {
        return variant.config(new JsonFields(file.file(), file.path(), config));
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
        classes.add(variant.architecture(type));
        json.add("architectures", classes);
        return json;
    }

    private static LayerNorm layerNorm(Norm norm) {
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
