package norma.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Embedding;
import norma.nn.LayerSource;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// An encoder of the BERT family (Devlin et al. 2018, arXiv 1810.04805): embeddings of token, position and segment, normalized; then
/// a [Transformer] that sees the whole text, in the paper with the norm behind each residual sum.
///
/// RoBERTa (Liu et al. 2019, arXiv 1907.11692) is the same with other positions, DistilBERT (Sanh et al. 2019,
/// arXiv 1910.01108) the same without segments.
///
/// Shapes: ids and types (B, T), result (B, T, D).
///
/// @param config its choices
/// @param tokens embedding (V, D)
/// @param positions embedding (positions, D)
/// @param types embedding (types, D), if it knows segments
/// @param norm of the embeddings' sum
/// @param transformer the blocks
public record Bert(BertConfig config, Embedding tokens, Embedding positions, Optional<Embedding> types, Norm norm,
        Transformer transformer) implements Parameterized {

    /// A model whose layers come from a source: `new Init(seed)` for a new one.
    ///
    /// @throws IllegalArgumentException if the source lacks a layer or has it in another shape
    public static Bert of(BertConfig c, LayerSource source) {
        Optional<Embedding> types =
                c.types() == 0 ? Optional.empty() : Optional.of(embedding(c, source.at("types"), c.types()));
        return new Bert(c, embedding(c, source.at("tokens"), c.vocabulary()),
                embedding(c, source.at("positions"), c.positions()), types,
                Transformer.place(c.transformer(), source, c.transformer().norm()).plain("norm", c.dim()),
                Transformer.of(c.transformer(), source));
    }

    private static Embedding embedding(BertConfig c, LayerSource source, int rows) {
        return source.embedding(rows, c.dim(), c.transformer().std(), 1);
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
        int[] lengths = context.lengths().orElseGet(() -> new int[] {ids.shape().dim(1)});
        Tensor x = tokens.forward(ids).add(positions.forward(places(lengths)));
        if (types.isPresent()) {
            x = x.add(types.get().forward(segments));
        }
        return new Dropout(config.transformer().dropout()).forward(norm.forward(x, context));
    }

    /// Positions count anew in each sequence.
    private Indices places(int... lengths) {
        int[] places = new int[Arrays.stream(lengths).sum()];
        int at = 0;
        for (int length : lengths) {
            if (length > config.maxTokens()) {
                throw new IllegalArgumentException("Bert: a text must have at most %d tokens; got %d"
                        .formatted(config.maxTokens(), length));
            }
            for (int t = 0; t < length; t++) {
                places[at++] = config.firstPosition() + t;
            }
        }
        return new Indices(places, Shape.of(places.length));
    }

    /// The same parameters around other norms in the blocks; the norm of the embeddings stays.
    ///
    /// @param other for each norm, in the order of computation, the one that takes its place
    public Bert withNorms(UnaryOperator<Norm> other) {
        return new Bert(config, tokens, positions, types, norm, transformer.withNorms(other));
    }

    @Override
    public boolean causal() {
        return false;
    }

    /// Entry, blocks and final norm of the stack stand beside the embeddings: `blocks.0.attention` ...
    @Override
    public void register(ParameterTree tree) {
        tree.add("tokens", tokens).add("positions", positions);
        types.ifPresent(table -> tree.add("types", table));
        tree.add("norm", norm);
        transformer.register(tree);
    }
}
