package norma.norm.channel;

import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// A batch norm that takes out correlations between channels too (Huang et al. 2018, arXiv 1804.08450):
///
///     y = gamma * (covariance + eps I)^(-1/2) (x - mean) + beta
///
/// The inverse root is the symmetric one (ZCA), which changes x least: other whitenings let channels trade places from batch to
/// batch. It comes from the eigenvalues, see [InverseRoot].
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. Channels are whitened in groups, of 16 as a rule: the covariance of a
/// group must be estimated from the batch.
///
/// @param gamma gain, ones at first, or null
/// @param beta bias, zeros at first, or null
/// @param whitening running statistics
public record DecorrelatedBatchNorm(Param gamma, Param beta, Whitening whitening) implements Norm {
    /// Epsilon and weight of the newest batch if no others are given.
    public static final float EPS = 1e-3f;
    public static final float WEIGHT = 0.1f;

    /// With gain and bias.
    public static DecorrelatedBatchNorm of(int channels, int groups) {
        return of(channels, groups, Whitening.Kept.WHITENING);
    }

    /// With that for evaluation.
    public static DecorrelatedBatchNorm of(int channels, int groups, Whitening.Kept kept) {
        return new DecorrelatedBatchNorm(Init.constant(1, channels), Init.constant(0, channels),
                Whitening.of("DecorrelatedBatchNorm", channels, groups, kept, WEIGHT, EPS));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor xhat = whitening.forward("DecorrelatedBatchNorm", x, InverseRoot::of);
        return ChannelAxis.affine(xhat, Param.valueOf(gamma), Param.valueOf(beta));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("whitening", whitening);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        var kept = spec.choice("kept", Whitening.Kept.WHITENING);
        return (_, channels) -> of(channels, groups, kept);
    }
}
