package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.io.CorruptFileException;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.FeedForward;
import norma.model.SelfAttention;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;
import norma.nn.Rotary;
import norma.placement.Recipe;

/// Nussbaum et al. 2024, arXiv 2402.01613: BERT with rotary positions and gated feed-forward layers. config.json has
/// two forms, that of the authors' own code, with the names of GPT-2, and that of transformers; weights have the authors' names in both.
public final class NomicBertFamily implements Family {
    private static final Names NAMES = Names.of("nomic_bert.", "bert.")
            .with(".tokens.table", ".embeddings.word_embeddings.weight")
            .with(".types.table", ".embeddings.token_type_embeddings.weight")
            .with(".blocks.", ".encoder.layers.")
            .with(".attention.norm.", ".norm1.")
            .withPart(".attention.query.", ".attn.Wqkv.", 0, 3)
            .withPart(".attention.key.", ".attn.Wqkv.", 1, 3)
            .withPart(".attention.value.", ".attn.Wqkv.", 2, 3)
            .with(".attention.output.", ".attn.out_proj.")
            .with(".mlp.norm.", ".norm2.")
            .with(".mlp.up.", ".mlp.fc11.")
            .with(".mlp.gate.", ".mlp.fc12.")
            .with(".mlp.down.", ".mlp.fc2.")
            .with(".norm.", ".emb_ln.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("nomic_bert", "NomicBertModel");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public boolean writable() {
        return false;
    }

    private static boolean ofAuthors(NetworkConfig config) {
        return config.json().has("n_embd");
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        return ofAuthors(config) ? authors(config) : transformers(config);
    }

    private static BertConfig transformers(NetworkConfig config) throws IOException {
        int dim = config.size("hidden_size"), heads = config.size("num_attention_heads");
        SelfAttention attention = SelfAttention.of(heads, config.json().whole("head_dim", dim / heads)).withBias(false)
                .with(config.rotary(1000));
        FeedForward mlp = FeedForward.gated(config.size("intermediate_size"), config.activation("hidden_act", "silu"));
        return network(config, dim, config.size("num_hidden_layers"), attention, mlp.withBias(false),
                config.eps("layer_norm_eps", 1e-12), config.json().whole("max_position_embeddings", 2048));
    }

    private static BertConfig authors(NetworkConfig config) throws IOException {
        requireAuthorsChoices(config);
        int dim = config.size("n_embd"), heads = config.size("n_head");
        if (heads < 1 || dim % heads != 0) {
            throw config.json().incompatibility("n_head", "a divisor of n_embd");
        }
        SelfAttention attention = SelfAttention.of(heads, dim / heads)
                .withBias(config.json().flag("qkv_proj_bias", true))
                .with(new Rotary(config.json().number("rotary_emb_base", 10_000),
                        config.json().flag("rotary_emb_interleaved", false) ? Rotary.Layout.NEIGHBOURS
                                : Rotary.Layout.HALVES));
        // frequencies are scaled for texts that are longer than those of the training only
        int most = config.json().has("rotary_scaling_factor")
                ? Math.min(config.size("n_positions"), config.json().whole("max_trained_positions", 2048))
                : config.size("n_positions");
        return network(config, dim, config.size("n_layer"), attention,
                FeedForward.gated(config.json().whole("n_inner", 4 * dim), gate(config))
                        .withBias(config.json().flag("mlp_fc1_bias", true)),
                config.eps("layer_norm_epsilon", 1e-5), most);
    }

    private static Activation gate(NetworkConfig config) throws CorruptFileException {
        return switch (config.json().text("activation_function", "gelu")) {
            case "swiglu" -> Activation.SILU;
            case "geglu" -> Activation.GELU_ERF;
            default -> throw config.json().incompatibility("activation_function", "swiglu or geglu");
        };
    }

    private static void requireAuthorsChoices(NetworkConfig config) throws IOException {
        config.requireFlag("prenorm", false);
        config.requireFlag("causal", false);
        config.requireFlag("parallel_block", false);
        config.requireFlag("use_rms_norm", false);
        config.requireFlag("scale_attn_weights", true);
        config.requireFlag("scale_attn_by_inverse_layer_idx", false);
        config.requireNumber("rotary_emb_fraction", 1);
        config.requireNumber("num_experts", 0);
        config.requireNothing("rotary_emb_scale_base");
        if (config.json().flag("mlp_fc1_bias", true) != config.json().flag("mlp_fc2_bias", true)) {
            throw config.json().incompatibility("mlp_fc2_bias", "the same as mlp_fc1_bias");
        }
    }

    private static BertConfig network(NetworkConfig config, int dim, int layers, SelfAttention attention,
            FeedForward mlp, float eps, int maxTokens) throws IOException {
        TransformerConfig stack = TransformerConfig.of(dim, 1, layers).with(attention).with(mlp)
                .with(BertConfig.layerNorm(eps), Recipe.POST);
        return new BertConfig(TextEmbedding.Config.of(config.size("vocab_size"), dim).with(stack.norm())
                .withTypes(config.json().whole("type_vocab_size", 2)), maxTokens, stack);
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        throw config.withoutHead();
    }
}
