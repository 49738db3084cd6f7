package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.FeedForward;
import norma.model.SelfAttention;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.placement.NormedEntry;

/// Warner et al. 2024, arXiv 2412.13663: rotary positions, most blocks with a window, gated feed-forward layers, hardly a bias.
public final class ModernBertFamily implements Family {
    private static final Names NAMES = Names.of("model.")
            .with(".tokens.table", ".embeddings.tok_embeddings.weight")
            .with(".blocks.", ".layers.")
            .withPart(".attention.query.", ".attn.Wqkv.", 0, 3)
            .withPart(".attention.key.", ".attn.Wqkv.", 1, 3)
            .withPart(".attention.value.", ".attn.Wqkv.", 2, 3)
            .with(".attention.output.", ".attn.Wo.")
            .with(".attention.norm.", ".attn_norm.")
            .withPart(".mlp.gate.", ".mlp.Wi.", 0, 2)
            .withPart(".mlp.up.", ".mlp.Wi.", 1, 2)
            .with(".mlp.down.", ".mlp.Wo.")
            .with(".mlp.norm.", ".mlp_norm.")
            .with(".norm.", ".embeddings.norm.")
            .with(".finalNorm.", ".final_norm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("modernbert", "ModernBertModel");
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
        config.requireText("position_embedding_type", "absolute");
        int dim = config.size("hidden_size"), layers = config.size("num_hidden_layers");
        NormFactory norm = norm(config);
        FeedForward mlp = FeedForward
                .gated(config.size("intermediate_size"), config.activation("hidden_activation", "gelu"))
                .withBias(config.json().flag("mlp_bias", false));
        TransformerConfig stack = TransformerConfig.of(dim, config.size("num_attention_heads"), layers)
                .with(attentions(config, layers)).with(mlp).with(norm, new NormedEntry());
        return new BertConfig(TextEmbedding.Config.of(config.size("vocab_size"), dim).with(norm),
                config.size("max_position_embeddings"), stack);
    }

    private static NormFactory norm(NetworkConfig config) throws IOException {
        float eps = config.eps("norm_eps", LayerNorm.EPS);
        NormFactory norm = BertConfig.layerNorm(eps);
        return config.json().flag("norm_bias", false) ? norm
                : NormFactory.named("layer_norm{eps=" + eps + ", bias=false}",
                        () -> (_, features) -> LayerNorm.of(features).withEps(eps).withoutBias());
    }

    private static List<SelfAttention> attentions(NetworkConfig config, int layers) throws IOException {
        int heads = config.size("num_attention_heads");
        SelfAttention plain = SelfAttention.of(heads, config.size("hidden_size") / heads)
                .withBias(config.json().flag("attention_bias", false));
        SelfAttention local = plain.with(config.rotary("sliding_attention", "local_rope_theta", 10_000))
                .withWindow(config.json().whole("local_attention", 128) / 2);
        SelfAttention global = plain.with(config.rotary("full_attention", "global_rope_theta", 160_000));
        int every = config.json().whole("global_attn_every_n_layers", 3);
        if (every < 1) {
            throw config.json().incompatibility("global_attn_every_n_layers", "positive");
        }
        return config.local(layers, i -> i % every > 0).stream().map(each -> each ? local : global).toList();
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        int dim = config.size("hidden_size");
        boolean mean = switch (config.json().text("classifier_pooling", "cls")) {
            case "cls" -> false;
            case "mean" -> true;
            default -> throw config.json().incompatibility("classifier_pooling", "cls or mean");
        };
        return new ClassificationHead(mean,
                weights.linear("head.dense", dim, dim, config.json().flag("classifier_bias", false))
                        .then(config.activation("classifier_activation", "gelu")),
                false, weights.norm("head.norm", dim, config.json().flag("norm_bias", false),
                        config.eps("norm_eps", LayerNorm.EPS)),
                weights.linear("classifier", dim, labels));
    }
}
