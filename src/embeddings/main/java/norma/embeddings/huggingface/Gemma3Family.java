package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.FeedForward;
import norma.model.SelfAttention;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;
import norma.nn.Init;
import norma.norm.NormFactory;
import norma.norm.feature.RmsNorm;
import norma.placement.Recipe;
import norma.placement.Recipe.Site;
import norma.tensor.Shape;

/// The texts' part of Gemma 3 (arXiv 2503.19786) and EmbeddingGemma (arXiv 2509.20354), which sees the whole text: norms around each
/// sublayer and on queries and keys, most blocks with a window.
public final class Gemma3Family implements Family {
    private static final Recipe PLACEMENT = Recipe.of(Site.BEFORE, Site.AFTER, Site.QUERY_KEY, Site.EXIT);

    private static final Names NAMES = Names.ofDecoders().with(".attention.after.", ".post_attention_layernorm.")
            .with(".mlp.norm.", ".pre_feedforward_layernorm.")
            .with(".mlp.after.", ".post_feedforward_layernorm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("gemma3_text", "Gemma3TextModel");
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
        config.requireNothing("attn_logit_softcapping");
        int dim = config.size("hidden_size"), layers = config.size("num_hidden_layers");
        Activation f = config.activation("hidden_activation", "gelu_pytorch_tanh");
        TransformerConfig stack = TransformerConfig.of(dim, 1, layers).with(attentions(config, layers))
                .with(FeedForward.gated(config.size("intermediate_size"), f).withBias(false))
                .with(norm(config.eps("rms_norm_eps", RmsNorm.EPS)), PLACEMENT);
        return new BertConfig(
                TextEmbedding.Config.of(config.size("vocab_size"), dim).withScale((float) Math.sqrt(dim)),
                config.json().whole("max_position_embeddings", 131_072), stack);
    }

    private static List<SelfAttention> attentions(NetworkConfig config, int layers) throws IOException {
        boolean causal = !config.json().flag("use_bidirectional_attention", false);
        int size = config.json().whole("head_dim", 256);
        config.requireNumber("query_pre_attn_scalar", size);
        SelfAttention plain = SelfAttention.of(config.size("num_attention_heads"), size)
                .withGroups(config.json().whole("num_key_value_heads", 4))
                .withBias(config.json().flag("attention_bias", false));
        SelfAttention seeing = causal ? plain.withCausal() : plain;
        int window = config.json().whole("sliding_window", 4096);
        SelfAttention local = seeing.with(config.rotary("sliding_attention", "rope_local_base_freq", 10_000))
                .withWindow(causal ? window - 1 : window / 2);
        SelfAttention global = seeing.with(config.rotary("full_attention", "rope_theta", 1_000_000));
        int pattern = config.json().whole("sliding_window_pattern", 6);
        if (pattern < 1) {
            throw config.json().incompatibility("sliding_window_pattern", "positive");
        }
        return config.local(layers, i -> (i + 1) % pattern > 0).stream().map(each -> each ? local : global).toList();
    }

    private static NormFactory norm(float eps) {
        return NormFactory.named("rms_norm{form=unit_offset, eps=" + eps + "}",
                () -> (_, features) -> new RmsNorm(Shape.of(features), Optional.of(Init.constant(0, features)), eps,
                        RmsNorm.Form.UNIT_OFFSET));
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        throw config.withoutHead();
    }
}
