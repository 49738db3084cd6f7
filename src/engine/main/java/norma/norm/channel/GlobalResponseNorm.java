package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// Channels compete by the length of their planes (ConvNeXt V2; Woo et al. 2023, arXiv 2301.00808):
///
///     y = x + gamma * x * n + beta        n = ||x|| / (mean of ||x|| over the channels + eps)
///
/// Shapes: x (N, C, ...), gamma and beta C. With gamma and beta 0, as at first, y = x.
///
/// @param gamma gain, zeros at first
/// @param beta bias, zeros at first
/// @param eps added to the mean length
public record GlobalResponseNorm(Param gamma, Param beta, float eps) implements Norm {
    /// Epsilon of the paper.
    public static final float EPS = 1e-6f;

    /// The identity.
    public static GlobalResponseNorm of(int channels) {
        return new GlobalResponseNorm(Init.constant(0, channels), Init.constant(0, channels), EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("GlobalResponseNorm", x, channels, channels, false);
        Tensor images = x.reshape(planes.batch(), channels, planes.inner());
        Tensor length = length(images);
        Tensor scale =
                length.divide(length.mean(keepDims(1)).add(eps)).multiply(gamma.value().reshape(channels, 1)).add(1);
        return ChannelAxis.affine(images.multiply(scale).reshape(x.shape()), null, beta.value());
    }

    /// ||x|| of each plane. One of zeros has length 1e-19 and gradient 0, as in PyTorch, where the root alone would give NaN.
    private static Tensor length(Tensor images) {
        return images.square().sum(keepDims(2)).maximum(Float.MIN_NORMAL).sqrt();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, channels) -> of(channels);
    }
}
