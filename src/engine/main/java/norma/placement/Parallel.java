package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Pre-norm with both sublayers side by side behind one norm (GPT-J, 2021; PaLM):
///
///     y = x + Attention(N(x)) + MLP(N(x))
///
/// @param queryKeyNorm whether norms stand on queries and keys too, as in ViT-22B (Dehghani et al. 2023, arXiv 2302.05442)
public record Parallel(boolean queryKeyNorm) implements Placement {
    @Override
    public Residual block(Attention attention, Mlp mlp, PlacementContext place) {
        Attention f = queryKeyNorm ? Recipe.withQueryKeyNorm(attention, place) : attention;
        return new SideBySide(place.norm("norm"), f, mlp, place.dropout());
    }

    private record SideBySide(Norm norm, Attention attention, Mlp mlp, Dropout dropout) implements Residual {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor normed = norm.forward(x, context);
            return x.add(dropout.forward(attention.forward(normed, context), context))
                    .add(dropout.forward(mlp.forward(normed, context), context));
        }

        @Override
        public SideBySide withNorms(UnaryOperator<Norm> other) {
            return new SideBySide(other.apply(norm), attention, mlp, dropout);
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("norm", norm).add("attention.f", attention).add("mlp.f", mlp);
        }
    }
}
