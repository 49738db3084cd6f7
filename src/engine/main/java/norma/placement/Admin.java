package norma.placement;

import java.util.List;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.tensor.Tensor;

/// Post-norm with learned factors on the skip, which start by how loud the branches before are (Admin; Liu et al. 2020, arXiv
/// 2004.08249):
///
///     y = N(omega * x + f(x))    omega_i^2 = 1 + sum over j < i of Var f_j    omega D
///
/// So no branch has more than its share of the output at first, however deep the model is. The variances are those of the
/// new model on one batch; without [#prepare], omega is 1 and this is [Post].
public record Admin() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).skip(Init.constant(1, place.dim())).outer(place.norm("norm"));
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }

    @Override
    public void prepare(List<Layer> blocks, Tensor x) {
        double sum = 1;
        Tensor stream = x;
        for (Layer layer : blocks) {
            var block = (Block) layer;
            for (Layer sublayer : List.of(block.attention(), block.mlp())) {
                var branch = (Branch) sublayer;
                branch.skip().value().fill((float) Math.sqrt(sum));
                sum += variance(branch.branch(stream, Context.NONE));
                stream = branch.forward(stream);
            }
        }
    }

    private static double variance(Tensor x) {
        return x.subtract(x.mean()).square().mean().item();
    }
}
