package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.FeedForward;
import norma.model.SelfAttention;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;
import norma.norm.NormFactory;
import norma.norm.feature.RmsNorm;
import norma.placement.Recipe;

/// Yang et al. 2025, arXiv 2505.09388; as an encoder, arXiv 2506.05176: a decoder whose last token's vector is the text's.
public final class Qwen3Family implements Family {
    private static final Names NAMES = Names.ofDecoders().with(".mlp.norm.", ".post_attention_layernorm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("qwen3", "Qwen3Model");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public boolean writable() {
        return false;
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        config.requireFlag("use_sliding_window", false);
        int dim = config.size("hidden_size"), layers = config.size("num_hidden_layers");
        if (config.local(layers, _ -> false).contains(true)) {
            throw config.json().incompatibility("layer_types", "full_attention only");
        }
        FeedForward mlp = FeedForward.gated(config.size("intermediate_size"), config.activation("hidden_act", "silu"));
        TransformerConfig stack = TransformerConfig.of(dim, 1, layers)
                .with(attention(config).with(config.rotary(10_000)).withCausal()).with(mlp.withBias(false))
                .with(norm(config.eps("rms_norm_eps", RmsNorm.EPS)), Recipe.QK_NORM);
        return new BertConfig(TextEmbedding.Config.of(config.size("vocab_size"), dim),
                config.json().whole("max_position_embeddings", 32_768), stack);
    }

    private static SelfAttention attention(NetworkConfig config) throws IOException {
        int heads = config.size("num_attention_heads");
        return SelfAttention.of(heads, config.json().whole("head_dim", 128))
                .withGroups(config.json().whole("num_key_value_heads", heads))
                .withBias(config.json().flag("attention_bias", false));
    }

    private static NormFactory norm(float eps) {
        return NormFactory.named("rms_norm{eps=" + eps + "}", () -> (_, features) -> RmsNorm.of(features).withEps(eps));
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        throw config.withoutHead();
    }
}
