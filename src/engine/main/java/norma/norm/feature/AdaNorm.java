package norma.norm.feature;

import norma.nn.Context;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = C (1 - k xhat) * xhat with xhat = (x - mean) / sqrt(var + eps): a layer norm whose gain is a function of its input
/// instead of learned, since a learned one overfits (Xu et al. 2019, arXiv 1911.07013).
///
/// No gradient flows through the factor C (1 - k xhat): dx is that of the layer norm with this factor as its gain, and not the
/// derivative.
///
/// Shapes: x (..., D).
///
/// @param dim D
/// @param scale C
/// @param k how much large elements are damped
/// @param eps added to the variance
public record AdaNorm(int dim, float scale, float k, float eps) implements Norm {
    /// k of the paper, so that C (1 - k xhat) > 0 for nearly all xhat.
    public static final float K = 0.1f;

    /// With C = 1 and the paper's k.
    public static AdaNorm of(int dim) {
        return new AdaNorm(dim, 1, K, LayerNorm.EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor xhat = LayerNorm.layerNorm(x, Shape.of(dim), null, null, eps);
        Tensor factor = xhat.detach().multiply(-scale * k).add(scale);
        return xhat.multiply(factor);
    }

    @Override
    public void list(Parts parts) {
        // nothing is learned
    }

    public static NormFactory factory(NormSpec spec) {
        float k = spec.number("k", K), eps = spec.number("eps", LayerNorm.EPS);
        return (_, dim) -> new AdaNorm(dim, 1, k, eps);
    }
}
