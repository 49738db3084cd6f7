package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Post-norm with one more skip, from the bottom of a block to its last norm (B2T; Takase et al. 2022, arXiv 2206.00330):
///
///     y = N1(x + Attention(x))    z = N2(x + y + MLP(y))
///
/// So on the way back a gradient passes one norm in a block instead of two.
public record BottomToTop() implements Placement {
    @Override
    public Residual block(Attention attention, Mlp mlp, PlacementContext place) {
        return new WithSkip(Recipe.POST.around(attention, place.at("attention")), mlp, place.dropout(),
                place.at("mlp").norm("norm"));
    }

    private record WithSkip(Residual attention, Mlp mlp, Dropout dropout, Norm norm) implements Residual {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor y = attention.forward(x, context);
            return norm.forward(x.add(y).add(dropout.forward(mlp.forward(y, context), context)), context);
        }

        @Override
        public WithSkip withNorms(UnaryOperator<Norm> other) {
            return new WithSkip(attention.withNorms(other), mlp, dropout, other.apply(norm));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("attention", attention).add("mlp.f", mlp).add("mlp.norm", norm);
        }
    }

    @Override
    public Layer exit(PlacementContext model) {
        return new Identity();
    }
}
