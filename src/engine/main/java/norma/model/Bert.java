package norma.model;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.LayerSource;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// An encoder of texts, of which BERT is the first (Devlin et al. 2018, arXiv 1810.04805): embeddings of token, position and segment,
/// normalized; then a [Transformer] that sees the whole text, in the paper with the norm behind each residual sum.
///
/// Later ones differ in their choices only: RoBERTa (Liu et al. 2019, arXiv 1907.11692) has other positions, DistilBERT (Sanh et al.
/// 2019, arXiv 1910.01108) no segments, ModernBERT (Warner et al. 2024, arXiv 2412.13663) rotary positions and windows.
///
/// Shapes: ids and types (B, T), result (B, T, D).
///
/// @param config its choices
/// @param embedding from tokens to what the blocks read
/// @param transformer the blocks
public record Bert(BertConfig config, TextEmbedding embedding, Transformer transformer) implements Parameterized {

    /// A model whose layers come from a source: `new Init(seed)` for a new one.
    ///
    /// @throws IllegalArgumentException if the source lacks a layer or has it in another shape
    public static Bert of(BertConfig c, LayerSource source) {
        return new Bert(c, TextEmbedding.of(c.embedding(), c.dim(), c.transformer().std(), source),
                Transformer.of(c.transformer(), source));
    }

    /// What the blocks make of texts of one segment, (B, T, D).
    ///
    /// @param ids (B, T)
    public Tensor forward(Indices ids, Context context) {
        return forward(ids, Indices.of(new int[1], 1, 1), context);
    }

    /// What the blocks make of texts, (B, T, D).
    ///
    /// @param ids (B, T)
    /// @param segments (B, T)
    public Tensor forward(Indices ids, Indices segments, Context context) {
        return transformer.forward(embedded(ids, segments, context), context);
    }

    /// The same, without a backward pass and in less memory.
    public Tensor infer(Indices ids, Indices segments, Context context) {
        return transformer.forwardInPlace(embedded(ids, segments, context), context);
    }

    private Tensor embedded(Indices ids, Indices segments, Context context) {
        if (ids.shape().rank() != 2) {
            throw new IllegalArgumentException("Bert: ids must be (B, T); got " + ids.shape());
        }
        ids.check("Bert", config.vocabulary());
        int longest = context.lengths().map(lengths -> Arrays.stream(lengths).max().orElse(0))
                .orElse(ids.shape().dim(1));
        if (longest > config.maxTokens()) {
            throw new IllegalArgumentException("Bert: a text must have at most %d tokens; got %d"
                    .formatted(config.maxTokens(), longest));
        }
        return new Dropout(config.transformer().dropout()).forward(embedding.forward(ids, segments, context));
    }

    /// The same parameters around other norms in the blocks; the norm of the embeddings stays.
    ///
    /// @param other for each norm, in the order of computation, the one that takes its place
    public Bert withNorms(UnaryOperator<Norm> other) {
        return new Bert(config, embedding, transformer.withNorms(other));
    }

    @Override
    public boolean causal() {
        return false;
    }

    /// All stand beside one another: `tokens`, `norm`, `blocks.0.attention` ...
    @Override
    public void register(ParameterTree tree) {
        tree.addAll(embedding).addAll(transformer);
    }
}
