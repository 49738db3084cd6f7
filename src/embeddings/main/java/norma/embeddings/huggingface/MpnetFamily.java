package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.TransformerConfig;

/// Song et al. 2020, arXiv 2004.09297: no segments, and learned numbers on the logits by distance, which all blocks share.
public final class MpnetFamily implements Family {
    /// What transformers computes, whatever config.json says.
    private static final int BUCKETS = 32;

    /// Rows of the table of positions that are of no token, whatever the padding token is.
    private static final int FIRST_POSITION = 2;

    private static final Names NAMES = Names.of("mpnet.")
            .with(".tokens.table", ".embeddings.word_embeddings.weight")
            .with(".positions.table", ".embeddings.position_embeddings.weight")
            .with(".blocks.0.attention.distances.", ".distances.")
            .with(".distances.table", ".encoder.relative_attention_bias.weight")
            .with(".blocks.", ".encoder.layer.")
            .with(".attention.query.", ".attention.attn.q.")
            .with(".attention.key.", ".attention.attn.k.")
            .with(".attention.value.", ".attention.attn.v.")
            .with(".attention.output.", ".attention.attn.o.")
            .with(".attention.norm.", ".attention.LayerNorm.")
            .with(".mlp.up.", ".intermediate.dense.")
            .with(".mlp.down.", ".output.dense.")
            .with(".mlp.norm.", ".output.LayerNorm.")
            .with(".norm.", ".embeddings.LayerNorm.");

    @Override
    public Map<String, String> architectures() {
        return Map.of("mpnet", "MPNetModel");
    }

    @Override
    public Names names() {
        return NAMES;
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        config.requireEncoder();
        config.requireNumber("relative_attention_num_buckets", BUCKETS);
        TransformerConfig stack = config.postNorm("gelu");
        return new BertConfig(config.size("vocab_size"), config.size("max_position_embeddings"), FIRST_POSITION, 0,
                stack.with(stack.attention().getFirst().withBuckets(BUCKETS)));
    }

    @Override
    public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        return BertFamily.outProjection(config, labels, weights);
    }
}
