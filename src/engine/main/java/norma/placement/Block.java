package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// One block of a Transformer: the attention's residual branch, then the feed-forward layer's.
///
/// @param attention (B, T, D) to (B, T, D)
/// @param mlp (B, T, D) to (B, T, D)
public record Block(Residual attention, Residual mlp) implements Residual {

    @Override
    public Tensor forward(Tensor x, Context context) {
        return mlp.forward(attention.forward(x, context), context);
    }

    @Override
    public Block withNorms(UnaryOperator<Norm> other) {
        return new Block(attention.withNorms(other), mlp.withNorms(other));
    }

    @Override
    public Tensor prepare(Tensor x, Variances variances) {
        return mlp.prepare(attention.prepare(x, variances), variances);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("attention", attention).add("mlp", mlp);
    }
}
