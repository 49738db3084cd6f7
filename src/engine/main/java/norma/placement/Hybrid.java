package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.nn.PerHead;
import norma.nn.Sequential;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// HybridNorm: norms on the queries, keys and values of each head instead of one in front of the attention, and a feed-forward
/// layer whose skip begins after its norm (Zhuo et al. 2025, arXiv 2503.04598):
///
///     y = x + Attention_qkv(x)    z = N(y) + MLP(N(y))
///
/// @param star HybridNorm*: in the first block norms stand before both sublayers too, and its skips begin before them
public record Hybrid(boolean star) implements Placement {
    private static final Recipe BARE = Recipe.of();

    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        PlacementContext forAttention = place.at("attention"), forMlp = place.at("mlp");
        int d = place.dim() / attention.heads();
        Attention normed =
                attention.withInputs(perHead(attention.query(), "queryNorm", attention.heads(), d, forAttention),
                        perHead(attention.key(), "keyNorm", attention.groups(), d, forAttention),
                        perHead(attention.value(), "valueNorm", attention.groups(), d, forAttention));
        return star && place.layer() == 1
                ? new Block(Recipe.PRE.around(normed, forAttention), Recipe.PRE.around(mlp, forMlp))
                : new Block(BARE.around(normed, forAttention),
                        new AfterNorm(forMlp.norm("norm"), BARE.around(mlp, forMlp)));
    }

    private static Layer perHead(Layer linear, String name, int heads, int d, PlacementContext place) {
        return Sequential.of(linear, new PerHead(place.plain(name, d), heads));
    }

    private record AfterNorm(Norm norm, Residual branch) implements Residual {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return branch.forward(norm.forward(x, context), context);
        }

        @Override
        public AfterNorm withNorms(UnaryOperator<Norm> other) {
            return new AfterNorm(other.apply(norm), branch.withNorms(other));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("0", norm).add("1", branch);
        }
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
