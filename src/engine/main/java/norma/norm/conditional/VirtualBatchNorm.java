package norma.norm.conditional;

import static norma.tensor.Axes.keepDims;

import norma.kernel.Planes;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A batch norm whose batch is the example itself and n examples chosen once, so that the result for one example doesn't depend
/// on the others (Salimans et al. 2016, arXiv 1606.03498, section 3.4). With mean and var of the
/// example's own positions, and d = mean - mean_ref,
///
///     y = gamma * (x - m) / sqrt(v + eps) + beta
///     m = mean_ref + d / (n + 1)    v = var / (n + 1) + var_ref n / (n + 1) + d^2 n / (n + 1)^2
///
/// which is E(x^2) - m^2 of the paper without its cancellation.
///
/// Shapes: x (N, C) or (N, C, ...), reference (n, C, ...), gamma and beta C. The reference batch goes through the network with
/// each batch, and through this norm by [#ofReference]; gradients flow into it too, unless it is detached.
///
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param eps added to the variance
public record VirtualBatchNorm(Param gamma, Param beta, float eps) implements ConditionalNorm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-5f;

    /// With gain and bias.
    public static VirtualBatchNorm of(int channels) {
        return new VirtualBatchNorm(Init.constant(1, channels), Init.constant(0, channels), EPS);
    }

    /// The norm of each example of x.
    @Override
    public Tensor forward(Tensor x, Tensor reference) {
        Tensor own = planes(x), fixed = planes(reference);
        int n = reference.dim(0);
        if (n == 0) {
            throw new IllegalArgumentException(
                    "VirtualBatchNorm: the reference batch must have an example; got " + reference.shape());
        }
        Tensor shift = fixed.detach().mean(keepDims(0, 2));
        Moments all = Moments.of(fixed.subtract(shift), 0, 2);
        Tensor shifted = own.subtract(shift);
        Moments each = Moments.of(shifted, 2);
        float share = 1f / (n + 1);
        Tensor d = each.mean().subtract(all.mean());
        Tensor mean = all.mean().add(d.multiply(share));
        Tensor variance = each.variance().multiply(share)
                .add(all.variance().add(d.square().multiply(share)).multiply(n * share));
        Tensor xhat = shifted.subtract(mean).divide(variance.add(eps).sqrt());
        return ChannelAxis.affine(xhat.reshape(x.shape()), gamma.value(), beta.value());
    }

    /// The reference batch normalized by its own statistics, as the layers above need it.
    public Tensor ofReference(Tensor reference) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("VirtualBatchNorm", reference, channels, channels, true);
        return ChannelAxis.normalize(reference, planes, gamma.value(), beta.value(), eps);
    }

    private Tensor planes(Tensor x) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("VirtualBatchNorm", x, channels, channels, true);
        return x.reshape(planes.batch(), channels, planes.inner());
    }

    /// Three examples: a small reference batch.
    @Override
    public Shape conditionShape(Shape x) {
        return x.with(0, 3);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        return (_, channels) -> of(channels);
    }
}
