package norma.norm.weight;

import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.nn.Weight;
import norma.norm.Factory;
import norma.norm.NormSpec;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;

/// y_i = cos(w_i, x): a linear layer with the cosine in place of the dot product, so outputs lie in `[-1, 1]` (Luo et al. 2017,
/// arXiv 1702.05870).
///
/// Shapes: x (..., in), w (out, in), y (..., out).
///
/// @param weight w
/// @param eps least length of a vector
public record CosineNormalization(Weight weight, float eps) implements Layer {

    /// With this weight.
    public static CosineNormalization of(Weight weight) {
        return new CosineNormalization(weight, LpNormalize.EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        var unit = new LpNormalize(2, -1, eps);
        return Linear.apply(unit.forward(x, context), unit.forward(weight.value(), context));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("weight", weight);
    }

    public static Factory<Layer> factory(NormSpec spec) {
        return (init, dim) -> of(init.normal("weight", 1, dim, dim));
    }
}
