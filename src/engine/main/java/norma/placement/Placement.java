package norma.placement;

import norma.nn.Attention;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;

/// Where norms stand in a Transformer. Which norm stands there is another matter: a placement takes any norm of features.
///
/// Most are a [Recipe], a value; those that build blocks of their own have a file. [norma.catalogue.Placements] is the catalogue.
public interface Placement {

    /// A block of these sublayers.
    Residual block(Attention attention, Mlp mlp, PlacementContext place);

    /// Changes the initial values of a new block's sublayers.
    ///
    /// @param init of the block
    /// @param layers number of blocks
    default void initialize(Attention attention, Mlp mlp, Init init, int layers) {
        // most placements leave them to the model
    }

    /// From the embeddings to the stream.
    default Layer entry(PlacementContext model) {
        return new Identity();
    }

    /// From the stream behind the last block to what the output matrix reads.
    default Layer exit(PlacementContext model) {
        return model.plain("finalNorm", model.dim());
    }

    /// From there to logits.
    ///
    /// @param output the output matrix (V, D)
    default Layer head(Linear output, PlacementContext model) {
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
}
