package norma.norm.feature;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// y = g * x / max(||x||, eps): vectors of one learned length (Nguyen & Salazar 2019, arXiv 1910.05895).
///
/// Shapes: x (..., D), g (1).
///
/// @param g length, sqrt(D) at first
/// @param eps least length of x
public record ScaleNorm(Param g, float eps) implements Norm {
    /// Least length if no other is given, as in the paper.
    public static final float EPS = 1e-5f;

    /// For D features.
    public static ScaleNorm of(int dim) {
        return new ScaleNorm(Init.constant((float) Math.sqrt(dim), 1), EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return LpNormalize.euclidean(x, g.value(), eps, false);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("g", g);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, dim) -> of(dim);
    }
}
