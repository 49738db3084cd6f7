package norma.norm.channel;

import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// y = x / sqrt(mean(x^2) + eps), with the mean over the channels of each position (Karras et al. 2018, arXiv 1710.10196,
/// section 4.2). It bounds the signals of a GAN's generator.
///
/// Shapes: x (N, C, ...).
///
/// @param eps added to the mean square
public record PixelNorm(float eps) implements Norm {
    /// Epsilon of the paper.
    public static final float EPS = 1e-8f;

    @Override
    public Tensor forward(Tensor x, Context context) {
        return LayerNorm2d.normalize(false, x, null, null, eps);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS);
        return (_, _) -> new PixelNorm(eps);
    }
}
