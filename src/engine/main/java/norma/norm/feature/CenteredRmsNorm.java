package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// y = x / sqrt((sum x^2 + (sum x)^2) / D + eps) on D - 1 features: the RMS norm of the vector of mean zero that they are a
/// part of, since the last feature is minus the sum of the others (CRMSNorm; Jiang et al. 2023, arXiv 2305.14858). A
/// Transformer with layer norms whose stream has mean zero can be rewritten with it and computes the same.
///
/// Shapes: x (..., D - 1).
///
/// @param eps added to the mean square
public record CenteredRmsNorm(float eps) implements Norm {

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor squares = x.square().sum(keepDims(-1)).add(x.sum(keepDims(-1)).square());
        return x.divide(squares.divide(x.dim(-1) + 1).add(eps).sqrt());
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", RmsNorm.EPS);
        return (_, _) -> new CenteredRmsNorm(eps);
    }
}
