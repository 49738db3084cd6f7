package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Pre-norm with both sublayers side by side behind one norm (GPT-J, 2021; PaLM; ViT-22B with norms on queries and
/// keys as well, see [QkPre]):
///
///     y = x + Attention(N(x)) + MLP(N(x))
public record Parallel() implements Placement {
    @Override
    public Residual block(Attention attention, Mlp mlp, PlacementContext place) {
        return new SideBySide(place.norm("norm"), attention, mlp, place.dropout());
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
