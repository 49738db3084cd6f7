package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.FeedForward;
import norma.model.TransformerConfig;
import norma.nn.LayerSource;
import norma.nn.Linear;
import norma.placement.Recipe;

/// The models of BERT's shape, and what their files call the same things.
public enum BertVariant {
    /// Devlin et al. 2018, arXiv 1810.04805.
    BERT("bert.", "bert", "BertModel"),
    /// Liu et al. 2019, arXiv 1907.11692: positions count from behind the padding token's.
    ROBERTA("roberta.",
            "roberta", "RobertaModel", "xlm-roberta", "XLMRobertaModel", "camembert", "CamembertModel"),
    /// Sanh et al. 2019, arXiv 1910.01108: no segments.
    DISTILBERT("distilbert.", "distilbert", "DistilBertModel");

    static final float DISTILBERT_EPS = 1e-12f;

    /// What BERT calls it, what DistilBERT does; in this order, since some are parts of others.
    private static final String[][] DISTILBERT_NAMES = {
            {"encoder.layer.", "transformer.layer."},
            {"attention.self.query.", "attention.q_lin."},
            {"attention.self.key.", "attention.k_lin."},
            {"attention.self.value.", "attention.v_lin."},
            {"attention.output.dense.", "attention.out_lin."},
            {"attention.output.LayerNorm.", "sa_layer_norm."},
            {"intermediate.dense.", "ffn.lin1."},
            {"output.dense.", "ffn.lin2."},
            {"output.LayerNorm.", "output_layer_norm."}};

    private final String prefix;
    private final Map<String, String> architectures = new LinkedHashMap<>();

    /// @param architectures each `model_type`, and what transformers calls its class of a network without a head
    BertVariant(String prefix, String... architectures) {
        this.prefix = prefix;
        for (int i = 0; i < architectures.length; i += 2) {
            this.architectures.put(architectures[i], architectures[i + 1]);
        }
    }

    /// The one that a config.json describes.
    ///
    /// @throws CorruptFileException if it is another one
    public static BertVariant of(JsonFields config) throws IOException {
        String type = config.text("model_type", "");
        for (BertVariant variant : values()) {
            if (variant.architectures.containsKey(type)) {
                return variant;
            }
        }
        throw config.incompatibility("model_type",
                "one of " + Arrays.stream(values()).flatMap(f -> f.architectures.keySet().stream()).toList());
    }

    /// The `model_type` of those that are like its paper's.
    String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What transformers calls the class of a network without a head.
    String architecture(String type) {
        return architectures.get(type);
    }

    /// What names of the encoder's weights begin with when there is a head beside it in the file.
    public String prefix() {
        return prefix;
    }

    /// The name that this variant has for one of BERT's weights.
    public String name(String name) {
        return this == DISTILBERT ? BertNames.renamed(name, DISTILBERT_NAMES) : name;
    }

    /// The shape of the network, from config.json.
    ///
    /// @throws CorruptFileException if it asks for what this encoder does not do
    public BertConfig config(JsonFields json) throws IOException {
        requirePlain(json);
        try {
            return this == DISTILBERT ? distilbert(json) : bert(json);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(json.file(), e.getMessage(), e);
        }
    }

    private BertConfig bert(JsonFields json) throws IOException {
        int first = this == ROBERTA ? Math.addExact(json.whole("pad_token_id", 1), 1) : 0;
        return new BertConfig(json.whole("vocab_size"), json.whole("max_position_embeddings"), first,
                json.whole("type_vocab_size", 2),
                transformer(json.whole("hidden_size"), json.whole("num_attention_heads"),
                        json.whole("num_hidden_layers"), json.whole("intermediate_size"),
                        activation(json, "hidden_act"), (float) json.number("layer_norm_eps", 1e-12)));
    }

    private BertConfig distilbert(JsonFields json) throws IOException {
        return new BertConfig(json.whole("vocab_size"), json.whole("max_position_embeddings"), 0, 0,
                transformer(json.whole("dim"), json.whole("n_heads"), json.whole("n_layers"), json.whole("hidden_dim"),
                        activation(json, "activation"), DISTILBERT_EPS));
    }

    /// The stack of blocks that all variants have.
    ///
    /// @param hidden F
    /// @param f of the feed-forward layers
    /// @param eps of the layer norms
    public static TransformerConfig transformer(int dim, int heads, int layers, int hidden, Activation f, float eps) {
        return TransformerConfig.of(dim, heads, layers).with(FeedForward.of(hidden, f))
                .with(BertConfig.layerNorm(eps), Recipe.POST);
    }

    private static void requirePlain(JsonFields json) throws IOException {
        if (!json.text("position_embedding_type", "absolute").equals("absolute")) {
            throw json.incompatibility("position_embedding_type", "absolute");
        }
        if (json.flag("is_decoder", false)) {
            throw json.incompatibility("is_decoder", "false: this is an encoder");
        }
    }

    private static Activation activation(JsonFields json, String key) throws IOException {
        return switch (json.text(key, "gelu")) {
            case "gelu", "gelu_python" -> Activation.GELU_ERF;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            default -> throw json.incompatibility(key, "gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu or silu");
        };
    }

    /// A head for classification, as transformers has it.
    ///
    /// @param source of its layers: the files of a model that was saved with one, or first values
    /// @throws IllegalArgumentException if the files have none
    public ClassificationHead head(BertConfig c, int labels, LayerSource source) {
        double std = c.transformer().std();
        Linear dense = source.at(headName("dense")).linear(c.dim(), c.dim(), std);
        Linear output = source.at(headName("output")).linear(c.dim(), labels, std);
        return this == DISTILBERT ? new ClassificationHead(dense.then(Activation.RELU), false, output)
                : new ClassificationHead(dense, true, output);
    }

    /// What files call a layer of the head.
    ///
    /// @param layer dense or output
    public String headName(String layer) {
        boolean dense = layer.equals("dense");
        return switch (this) {
            case BERT -> dense ? "pooler.dense" : "classifier";
            case ROBERTA -> dense ? "classifier.dense" : "classifier.out_proj";
            case DISTILBERT -> dense ? "pre_classifier" : "classifier";
        };
    }

    /// How many labels config.json names.
    public static int labels(JsonFields config) throws IOException {
        int labels = config.has("id2label") ? config.part("id2label").values().size() : config.whole("num_labels", 2);
        if (labels < 1) {
            throw config.incompatibility("id2label", "at least one label");
        }
        return labels;
    }
}
