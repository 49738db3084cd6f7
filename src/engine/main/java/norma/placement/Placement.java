package norma.placement;

import java.util.List;
import norma.nn.Attention;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.tensor.Tensor;

/// Where norms stand in a Transformer. Which norm stands there is another matter: a placement takes any norm of features.
///
/// Most placements say how a sublayer becomes a residual branch, [#around]; the others are for those that differ between
/// attention and feed-forward layer, or reach beyond a branch. [Placements] is the catalogue.
public interface Placement {

    /// The residual branch around any sublayer f.
    Layer around(Layer f, Place place);

    /// The residual branch around the attention.
    default Layer aroundAttention(Attention f, Place place) {
        return around(f, place);
    }

    /// The residual branch around the feed-forward layer with F hidden features.
    default Layer aroundMlp(Mlp f, Place place) {
        return around(f, place);
    }

    /// A whole block.
    default Layer block(Attention attention, Mlp mlp, Place place) {
        return new Block(aroundAttention(attention, place.at("attention")), aroundMlp(mlp, place.at("mlp")));
    }

    /// From the embeddings to the stream, or null if they are the stream.
    default Layer entry(Place model) {
        return null;
    }

    /// From the stream behind the last block to what the output matrix reads, or null if that is the stream. By default, the
    /// final norm.
    default Layer exit(Place model) {
        return model.plain("finalNorm", model.dim());
    }

    /// From there to logits.
    ///
    /// @param output the output matrix (V, D)
    default Layer head(Linear output, Place model) {
        return output;
    }

    /// Whether there is a place for a norm at all.
    default boolean takesNorm() {
        return true;
    }

    /// Whether token embeddings must have unit variance, so that the branches don't drown them.
    default boolean unitEmbeddings() {
        return false;
    }

    /// Sets first values that depend on data.
    ///
    /// @param blocks of a new model
    /// @param x the stream in front of them, for one batch
    default void prepare(List<Layer> blocks, Tensor x) {
        // most placements know theirs without
    }
}
