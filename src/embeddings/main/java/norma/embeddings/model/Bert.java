package norma.embeddings.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Part;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.norm.feature.LayerNorm;
import norma.placement.Block;
import norma.placement.Place;
import norma.placement.Post;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// An encoder of the BERT family with pretrained weights (Devlin et al. 2018, arXiv 1810.04805): embeddings of token, position
/// and segment, normalized; then Transformer blocks that see the whole text, with the norm behind each residual sum.
///
/// RoBERTa (Liu et al. 2019, arXiv 1907.11692) is the same with other positions, DistilBERT (Sanh et al. 2019,
/// arXiv 1910.01108) the same without segments.
///
/// Shapes: ids and types (B, T), stream (B, T, D).
///
/// @param config its shape
/// @param tokens embedding (V, D)
/// @param positions embedding (positions, D)
/// @param types embedding (types, D), or null
/// @param norm of the embeddings' sum
/// @param blocks in order
public record Bert(BertConfig config, Embedding tokens, Embedding positions, Embedding types, Norm norm,
        List<Layer> blocks) implements Part {

    /// A model with these weights.
    ///
    /// @throws IllegalArgumentException if a weight is missing or has another shape
    public static Bert of(BertConfig c, Weights weights, Purpose purpose) {
        var reader = new Reader(c, weights, purpose);
        Embedding types = c.types() == 0 ? null : reader.embedding("embeddings.token_type_embeddings", c.types());
        var blocks = new ArrayList<Layer>();
        for (int i = 0; i < c.layers(); i++) {
            blocks.add(reader.block("encoder.layer." + i + "."));
        }
        return new Bert(c, reader.embedding("embeddings.word_embeddings", c.vocabulary()),
                reader.embedding("embeddings.position_embeddings", c.positions()), types,
                reader.norm("embeddings.LayerNorm"),
                List.copyOf(blocks));
    }

    /// Makes layers of weights.
    private record Reader(BertConfig c, Weights weights, Purpose purpose) {

        Layer block(String prefix) {
            var attention = new Attention(linear(prefix + "attention.self.query", c.dim(), c.dim()),
                    linear(prefix + "attention.self.key", c.dim(), c.dim()),
                    linear(prefix + "attention.self.value", c.dim(), c.dim()),
                    linear(prefix + "attention.output.dense", c.dim(), c.dim()), c.heads(), false, null);
            var mlp =
                    new Mlp(linear(prefix + "intermediate.dense", c.dim(), c.hidden()).then(c.activation()), null, null,
                            linear(prefix + "output.dense", c.hidden(), c.dim()));
            return new Block(residual(attention, prefix + "attention.output.LayerNorm"),
                    residual(mlp, prefix + "output.LayerNorm"));
        }

        /// N(x + f(x)) with a norm that is there already.
        private Layer residual(Layer f, String normName) {
            Norm norm = norm(normName);
            return new Post().around(f, new Place(new Init(0), c.dim(), (_, _) -> norm, new Dropout(0), 1, c.layers()));
        }

        Embedding embedding(String name, int rows) {
            Shape shape = Shape.of(rows, c.dim());
            return new Embedding(Param.weight(Tensor.of(shape, weights.take(name + ".weight", shape))), 1);
        }

        Norm norm(String name) {
            return new LayerNorm(Shape.of(c.dim()), gain(name + ".weight", c.dim()), gain(name + ".bias", c.dim()),
                    c.eps());
        }

        Linear linear(String name, int in, int out) {
            return new Linear(purpose.weight(weights.linear(name + ".weight", out, in)), gain(name + ".bias", out),
                    Activation.IDENTITY);
        }

        private Param gain(String name, int size) {
            return Param.gain(Tensor.of(Shape.of(size), weights.take(name, Shape.of(size))));
        }
    }

    /// The stream (B, T, D) behind the last block.
    ///
    /// @param ids (B, T)
    /// @param segments (B, T), or null if all tokens are of the first
    public Tensor stream(Indices ids, Indices segments, Context context) {
        Tensor x = embedded(ids, segments, context);
        for (Layer block : blocks) {
            x = block.forward(x, context);
        }
        return x;
    }

    /// The stream (B, T, D) in front of the first block.
    public Tensor embedded(Indices ids, Indices segments, Context context) {
        if (ids.shape().rank() != 2) {
            throw new IllegalArgumentException("Bert: ids must be (B, T); got " + ids.shape());
        }
        ids.check("Bert", config.vocabulary());
        int[] lengths = context.lengths() == null ? new int[] {ids.shape().dim(1)} : context.lengths();
        Tensor x = tokens.forward(ids).add(positions.forward(places(lengths)));
        if (types != null) {
            x = x.add(types.forward(segments == null ? Indices.of(new int[1], 1, 1) : segments));
        }
        return norm.forward(x, context);
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

    @Override
    public boolean causal() {
        return false;
    }

    @Override
    public void list(Parts parts) {
        parts.add("tokens", tokens).add("positions", positions).add("types", types).add("norm", norm).add("blocks",
                blocks);
    }
}
