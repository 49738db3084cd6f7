package norma.norm.conditional;

import norma.kernel.Planes;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// y = std(style) * (content - mean(content)) / std(content) + mean(style): each channel of an image gets mean and spread of
/// the same channel of another (adaptive instance normalization; Huang & Belongie 2017, arXiv 1703.06868).
///
/// Statistics are taken over the positions of each example and channel, std = sqrt(var + eps) by the unbiased variance, as in
/// the authors' code. Gradients flow to both images. StyleGAN's form, whose gain and bias come from a vector, is [Film] after a
/// plain [norma.norm.channel.InstanceNorm].
///
/// Shapes: content and y (N, C, ...), style (N, C, ...) with as many axes; each has at least two positions.
///
/// @param eps added to the variances
/// @param unbiased whether variances are divided by n - 1, as the authors have it, or by n
public record AdaIn(float eps, boolean unbiased) implements ConditionalNorm {
    /// Epsilon of the authors' code.
    public static final float EPS = 1e-5f;

    /// The content in the other style.
    @Override
    public Tensor forward(Tensor content, Tensor style) {
        requireFit(content, style);
        Planes planes = ChannelAxis.planes("AdaIn", content, style.dim(1), style.dim(1), false);
        double biased = unbiased ? (planes.run() - 1.0) / planes.run() : 1;
        // 1 / sqrt(var / biased + eps) = sqrt(biased) / sqrt(var + biased eps), with the kernel's biased variance
        Tensor xhat = ChannelAxis.normalize(content, planes, null, null, (float) (biased * eps));
        Moments given = Moments.of(style, ChannelAxis.planeAxes(style));
        return xhat.multiply((float) Math.sqrt(biased)).multiply(given.std(unbiased, eps)).add(given.mean());
    }

    private static void requireFit(Tensor content, Tensor style) {
        if (content.shape().rank() < 3 || content.shape().rank() != style.shape().rank()
                || content.dim(0) != style.dim(0) || positions(content) < 2 || positions(style) < 2) {
            throw new IllegalArgumentException(
                    ("AdaIn: content and style must have the same examples, channels and number of axes, and two "
                            + "positions or more; got %s and %s").formatted(content.shape(), style.shape()));
        }
    }

    private static int positions(Tensor x) {
        return x.shape().slice(2, x.shape().rank()).size();
    }

    @Override
    public Shape conditionShape(Shape x) {
        return x;
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        return (_, _) -> new AdaIn(EPS, true);
    }
}
