package norma.norm.feature;

import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// y = x / sqrt(mean(x^2) + eps) over the last axis: an RMS norm that learns nothing (Qin et al. 2023, TransNormer, arXiv
/// 2307.14995).
///
/// Shapes: x (..., D).
///
/// @param eps added to the mean square
public record SimpleRmsNorm(float eps) implements Norm {

    @Override
    public Tensor forward(Tensor x, Context context) {
        return RmsNorm.plain(x.dim(-1)).withEps(eps).forward(x, context);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", RmsNorm.EPS);
        return (_, _) -> new SimpleRmsNorm(eps);
    }
}
