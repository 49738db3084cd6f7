package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.ClassificationHead;

/// Sanh et al. 2019, arXiv 1910.01108: no segments.
public final class DistilBertFamily implements Family {
    static final float EPS = 1e-12f;

    private static final Names NAMES = Names.of("distilbert.")
            .with(".tokens.table", ".embeddings.word_embeddings.weight")
            .with(".positions.table", ".embeddings.position_embeddings.weight")
            .with(".blocks.", ".transformer.layer.")
            .with(".attention.query.", ".attention.q_lin.")
            .with(".attention.key.", ".attention.k_lin.")
            .with(".attention.value.", ".attention.v_lin.")
            .with(".attention.output.", ".attention.out_lin.")
            .with(".attention.norm.", ".sa_layer_norm.")
            .with(".mlp.up.", ".ffn.lin1.")
            .with(".mlp.down.", ".ffn.lin2.")
            .with(".mlp.norm.", ".output_layer_norm.")
            .with(".norm.", ".embeddings.LayerNorm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("distilbert", "DistilBertModel");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        config.requireEncoder();
        return new BertConfig(config.size("vocab_size"), config.size("max_position_embeddings"), 0, 0,
                NetworkConfig.postNorm(config.size("dim"), config.size("n_heads"), config.size("n_layers"),
                        config.size("hidden_dim"), config.activation("activation", "gelu"), EPS));
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        int dim = config.size("dim");
        return new ClassificationHead(weights.linear("pre_classifier", dim, dim).then(Activation.RELU), false,
                weights.linear("classifier", dim, labels));
    }
}
