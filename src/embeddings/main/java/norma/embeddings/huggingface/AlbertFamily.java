package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;

/// Lan et al. 2019, arXiv 1909.11942: narrower embeddings, and blocks that share their parameters.
public final class AlbertFamily implements Family {
    private static final Names NAMES = Names.of("albert.")
            .with(".tokens.table", ".embeddings.word_embeddings.weight")
            .with(".positions.table", ".embeddings.position_embeddings.weight")
            .with(".types.table", ".embeddings.token_type_embeddings.weight")
            .with(".projection.", ".encoder.embedding_hidden_mapping_in.")
            .with(".attention.output.", ".attention.dense.")
            .with(".attention.", ".albert_layers.0.attention.")
            .with(".attention.norm.", ".attention.LayerNorm.")
            .with(".mlp.up.", ".albert_layers.0.ffn.")
            .with(".mlp.down.", ".albert_layers.0.ffn_output.")
            .with(".mlp.norm.", ".albert_layers.0.full_layer_layer_norm.")
            .with(".blocks.", ".encoder.albert_layer_groups.")
            .with(".norm.", ".embeddings.LayerNorm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("albert", "AlbertModel");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        config.requireEncoder();
        config.requireText("position_embedding_type", "absolute");
        config.requireNumber("inner_group_num", 1);
        TransformerConfig stack = config.postNorm("gelu_new");
        int groups = config.json().whole("num_hidden_groups", 1);
        if (groups < 1 || stack.layers() % groups != 0) {
            throw config.json().incompatibility("num_hidden_groups", "a divisor of num_hidden_layers");
        }
        TextEmbedding.Config embedding =
                BertFamily.embedding(config, config.json().whole("embedding_size", 128), 0, stack).withProjection();
        return new BertConfig(embedding, embedding.maxTokens(), stack.withSharing(stack.layers() / groups));
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        int dim = config.size("hidden_size");
        return new ClassificationHead(weights.linear("pooler", dim, dim), true,
                weights.linear("classifier", dim, labels));
    }
}
