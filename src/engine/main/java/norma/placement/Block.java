package norma.placement;

import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Parts;
import norma.tensor.Tensor;

/// One block of a Transformer: the attention's residual branch, then the feed-forward layer's.
///
/// @param attention (B, T, D) to (B, T, D)
/// @param mlp (B, T, D) to (B, T, D)
public record Block(Layer attention, Layer mlp) implements Layer {
    @Override
    public Tensor forward(Tensor x, Context context) {
        return mlp.forward(attention.forward(x, context), context);
    }

    @Override
    public void list(Parts parts) {
        parts.add("attention", attention).add("mlp", mlp);
    }
}
