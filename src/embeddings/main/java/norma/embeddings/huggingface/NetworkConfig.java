package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.FeedForward;
import norma.model.TransformerConfig;
import norma.nn.Rotary;
import norma.placement.Recipe;

/// What families read of a config.json in the same way.
///
/// @param json its fields
public record NetworkConfig(JsonFields json) {

    /// A positive number that must be there.
    int size(String name) throws IOException {
        return json.whole(name);
    }

    /// The epsilon of the norms.
    float eps(String name, double otherwise) throws IOException {
        return (float) json.number(name, otherwise);
    }

    /// Refuses another word.
    void requireText(String name, String must) throws IOException {
        if (!json.text(name, must).equals(must)) {
            throw json.incompatibility(name, must);
        }
    }

    /// Refuses another number.
    void requireNumber(String name, double must) throws IOException {
        if (json.number(name, must) != must) {
            throw json.incompatibility(name, JsonFields.object("must", must).get("must").toString());
        }
    }

    /// Refuses another choice.
    void requireFlag(String name, boolean must) throws IOException {
        if (json.flag(name, must) != must) {
            throw json.incompatibility(name, Boolean.toString(must));
        }
    }

    /// Refuses fields that say something.
    void requireNothing(String... names) throws IOException {
        for (String name : names) {
            if (json.has(name)) {
                throw json.incompatibility(name, "null, or not there");
            }
        }
    }

    /// Refuses decoders.
    void requireEncoder() throws IOException {
        requireFlag("is_decoder", false);
        requireFlag("add_cross_attention", false);
    }

    /// The function of the feed-forward layers.
    Activation activation(String name, String otherwise) throws IOException {
        return switch (json.text(name, otherwise)) {
            case "gelu", "gelu_python" -> Activation.GELU_ERF;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            default -> throw json.incompatibility(name, "gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu or silu");
        };
    }

    /// BERT's stack of blocks, with the names that most families have for its sizes.
    TransformerConfig postNorm(String activation) throws IOException {
        return postNorm(size("hidden_size"), size("num_attention_heads"), size("num_hidden_layers"),
                size("intermediate_size"), activation("hidden_act", activation), eps("layer_norm_eps", 1e-12));
    }

    /// BERT's stack of blocks.
    ///
    /// @param hidden F
    /// @param f of the feed-forward layers
    /// @param eps of the layer norms
    public static TransformerConfig postNorm(int dim, int heads, int layers, int hidden, Activation f, float eps) {
        return TransformerConfig.of(dim, heads, layers).with(FeedForward.of(hidden, f))
                .with(BertConfig.layerNorm(eps), Recipe.POST);
    }

    /// Rotary positions of halves.
    ///
    /// @param parameters an object of `rope_parameters` or `rope_scaling`, where other kinds than the plain one stand, too
    Rotary rotary(JsonFields parameters, double base) throws IOException {
        for (String kind : new String[] {"rope_type", "type"}) {
            if (!parameters.text(kind, "default").equals("default")) {
                throw parameters.incompatibility(kind, "default");
            }
        }
        if (parameters.number("partial_rotary_factor", 1) != 1) {
            throw parameters.incompatibility("partial_rotary_factor", "1: all of a head is turned");
        }
        return Rotary.HALVES.withBase(parameters.number("rope_theta", base));
    }

    /// Rotary positions of all blocks, from `rope_parameters`, or from `rope_theta` and `rope_scaling` as they were called before.
    Rotary rotary(double base) throws IOException {
        requireNumber("partial_rotary_factor", 1);
        if (json.has("rope_scaling")) {
            rotary(json.part("rope_scaling"), base);
        }
        return rotary(json.optionalPart("rope_parameters"), json.number("rope_theta", base));
    }

    /// Rotary positions of the blocks of one kind, from `rope_parameters`.
    ///
    /// @param kind as in `layer_types`
    /// @param old what the base was called before
    Rotary rotary(String kind, String old, double base) throws IOException {
        requireNothing("rope_scaling");
        JsonFields kinds = json.optionalPart("rope_parameters");
        if (kinds.has("rope_theta") || kinds.has("rope_type")) {
            throw json.incompatibility("rope_parameters", "an object for each kind of block");
        }
        return rotary(kinds.optionalPart(kind), json.number(old, base));
    }

    /// Whether each block is a local one.
    ///
    /// @param otherwise for each block, if `layer_types` does not say it
    List<Boolean> local(int layers, IntPredicate otherwise) throws IOException {
        var local = new ArrayList<Boolean>();
        if (!json.has("layer_types")) {
            for (int i = 0; i < layers; i++) {
                local.add(otherwise.test(i));
            }
            return local;
        }
        for (String type : json.texts("layer_types")) {
            switch (type) {
                case "sliding_attention" -> local.add(true);
                case "full_attention" -> local.add(false);
                default -> throw json.incompatibility("layer_types", "full_attention and sliding_attention");
            }
        }
        if (local.size() != layers) {
            throw json.incompatibility("layer_types", "one for each of the %d blocks".formatted(layers));
        }
        return local;
    }

    /// How many labels it names.
    public int labels() throws IOException {
        int labels = json.has("id2label") ? json.part("id2label").values().size() : json.whole("num_labels", 2);
        if (labels < 1) {
            throw json.incompatibility("id2label", "at least one label");
        }
        return labels;
    }

    /// Refuses a network with a head that is not known here.
    CorruptFileException withoutHead() {
        return json.incompatibility("model_type", "that of a family whose classification head is known");
    }
}
