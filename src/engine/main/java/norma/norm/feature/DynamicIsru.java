package norma.norm.feature;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.RowLayout;
import norma.tensor.Tensor;

/// y = gamma * x / sqrt(x^2 + b^2 + eps) + beta, in place of a norm: an RMS norm as a function of one feature, the others being
/// constant (inverse square root unit).
///
/// Shapes: x (..., D), b (1) or D, gamma and beta D.
///
/// @param bend b, ones at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param eps where the root must not vanish
public record DynamicIsru(Param bend, Param gamma, Param beta, float eps) implements Norm {

    /// For D features.
    public static DynamicIsru of(int dim) {
        return new DynamicIsru(Init.constant(1, 1), Init.constant(1, dim), Init.constant(0, dim), 0);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor g = gamma.value(), b = beta.value();
        RowLayout.check("DynamicIsru", x, g, b);
        Tensor root = x.square().add(bend.value().square()).add(eps).sqrt();
        return RowLayout.affine(x.divide(root), g, b);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("bend", bend).add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, dim) -> of(dim);
    }
}
