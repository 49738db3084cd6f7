package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.Map;
import norma.kernel.Activation;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.model.TextEmbedding;
import norma.model.TransformerConfig;

/// BERT and those that differ from it in positions, the width of the embeddings or the head only.
public enum BertFamily implements Family {
    /// Devlin et al. 2018, arXiv 1810.04805.
    BERT("bert.", Map.of("bert", "BertModel")) {
        @Override
        public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
            int dim = config.size("hidden_size");
            return new ClassificationHead(weights.linear("pooler.dense", dim, dim), true,
                    weights.linear("classifier", dim, labels));
        }
    },
    /// Liu et al. 2019, arXiv 1907.11692: positions count from behind the padding token's.
    ROBERTA("roberta.",
            Map.of("roberta", "RobertaModel", "xlm-roberta", "XLMRobertaModel", "camembert", "CamembertModel")) {
        @Override
        int firstPosition(NetworkConfig config) throws IOException {
            return Math.addExact(config.json().whole("pad_token_id", 1), 1);
        }

        @Override
        public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
            return outProjection(config, labels, weights);
        }
    },
    /// Clark et al. 2020, arXiv 2003.10555: narrower embeddings.
    ELECTRA("electra.", Map.of("electra", "ElectraModel")) {
        @Override
        TextEmbedding.Config embedding(NetworkConfig config, TransformerConfig stack) throws IOException {
            TextEmbedding.Config embedding =
                    BertFamily.embedding(config, config.json().whole("embedding_size", 128), 0, stack);
            return embedding.width() == stack.dim() ? embedding : embedding.withProjection();
        }

        @Override
        public ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
            int dim = config.size("hidden_size");
            return new ClassificationHead(weights.linear("classifier.dense", dim, dim).then(Activation.GELU_ERF), false,
                    weights.linear("classifier.out_proj", dim, labels));
        }
    };

    /// What BERT's files call the parameters.
    public static final Names NAMES = names("bert.");

    private final Names names;
    private final Map<String, String> architectures;

    BertFamily(String prefix, Map<String, String> architectures) {
        this.names = names(prefix);
        this.architectures = architectures;
    }

    private static Names names(String prefix) {
        return Names.of(prefix).with(".tokens.table", ".embeddings.word_embeddings.weight")
                .with(".positions.table", ".embeddings.position_embeddings.weight")
                .with(".types.table", ".embeddings.token_type_embeddings.weight")
                .with(".projection.", ".embeddings_project.")
                .with(".blocks.", ".encoder.layer.")
                .with(".attention.output.", ".attention.output.dense.")
                .with(".attention.query.", ".attention.self.query.")
                .with(".attention.key.", ".attention.self.key.")
                .with(".attention.value.", ".attention.self.value.")
                .with(".attention.norm.", ".attention.output.LayerNorm.")
                .with(".mlp.up.", ".intermediate.dense.")
                .with(".mlp.down.", ".output.dense.")
                .with(".mlp.norm.", ".output.LayerNorm.")
                .with(".norm.", ".embeddings.LayerNorm.");
    }

    @Override
    public Map<String, String> architectures() {
        return architectures;
    }

    @Override
    public Names names() {
        return names;
    }

    @Override
    public BertConfig network(NetworkConfig config) throws IOException {
        config.requireEncoder();
        config.requireText("position_embedding_type", "absolute");
        TransformerConfig stack = config.postNorm("gelu");
        TextEmbedding.Config embedding = embedding(config, stack);
        return new BertConfig(embedding, embedding.maxTokens(), stack);
    }

    int firstPosition(NetworkConfig config) throws IOException {
        return 0;
    }

    TextEmbedding.Config embedding(NetworkConfig config, TransformerConfig stack) throws IOException {
        return embedding(config, stack.dim(), firstPosition(config), stack);
    }

    /// Tokens, positions and segments, normalized.
    static TextEmbedding.Config embedding(NetworkConfig config, int width, int firstPosition, TransformerConfig stack)
            throws IOException {
        return TextEmbedding.Config.of(config.size("vocab_size"), width).with(stack.norm())
                .withPositions(config.size("max_position_embeddings"), firstPosition)
                .withTypes(config.json().whole("type_vocab_size", 2));
    }

    /// RoBERTa's head.
    static ClassificationHead outProjection(NetworkConfig config, int labels, HeadWeights weights) throws IOException {
        int dim = config.size("hidden_size");
        return new ClassificationHead(weights.linear("classifier.dense", dim, dim), true,
                weights.linear("classifier.out_proj", dim, labels));
    }
}
