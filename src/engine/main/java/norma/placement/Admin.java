package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Post-norm with learned factors on the skip, which start by how loud the branches before are (Admin; Liu et al. 2020, arXiv
/// 2004.08249):
///
///     y = N(omega * x + f(x))    omega_i^2 = 1 + sum over j < i of Var f_j    omega D
///
/// So no branch has more than its share of the output at first, however deep the model is. The variances are those of the
/// new model on one batch; before [Residual#prepare], omega is 1 and this is post-norm.
public record Admin() implements Placement {
    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        return new Block(around(attention, place.at("attention")), around(mlp, place.at("mlp")));
    }

    /// The residual branch around any sublayer.
    public Residual around(Layer f, PlacementContext place) {
        return new Weighed(f, place.dropout(), Init.constant(1, place.dim()), place.norm("norm"));
    }

    @Override
    public Layer exit(PlacementContext model) {
        return new Identity();
    }

    private record Weighed(Layer f, Dropout dropout, Param omega, Norm norm) implements Residual {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return norm.forward(x.multiply(omega.value()).add(branch(x, context)), context);
        }

        @Override
        public Tensor prepare(Tensor x, Variances variances) {
            omega.value().fill((float) Math.sqrt(variances.sum()));
            Tensor branch = branch(x, Context.NONE);
            variances.add(branch);
            return norm.forward(x.multiply(omega.value()).add(branch), Context.NONE);
        }

        private Tensor branch(Tensor x, Context context) {
            return dropout.forward(f.forward(x, context), context);
        }

        @Override
        public Weighed withNorms(UnaryOperator<Norm> other) {
            return new Weighed(f, dropout, omega, other.apply(norm));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("f", f).add("scale", omega).add("norm", norm);
        }
    }
}
