package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// One block of a Transformer: the attention's residual branch, then the feed-forward layer's.
///
/// @param attention (B, T, D) to (B, T, D)
/// @param mlp (B, T, D) to (B, T, D)
public record Block(Layer attention, Layer mlp) implements Layer {

    /// The same parameters around other norms: how a trained model gets another normalization.
    ///
    /// @param other for each norm of the branches, in the order of computation, the one that takes its place
    public Block withNorms(UnaryOperator<Norm> other) {
        return new Block(withNorms(attention, other), withNorms(mlp, other));
    }

    private static Layer withNorms(Layer layer, UnaryOperator<Norm> other) {
        return layer instanceof Branch branch ? branch.withNorms(other) : layer;
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return mlp.forward(attention.forward(x, context), context);
    }

    @Override
    public void list(Parts parts) {
        parts.add("attention", attention).add("mlp", mlp);
    }
}
