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

/// A batch norm that also removes the correlations between channels (Huang et al. 2018, arXiv 1804.08450):
///
///     y = gamma * (covariance + eps I)^(-1/2) (x - mean) + beta
///
/// The inverse root is the symmetric one (ZCA), which changes x least; other whitenings let channels trade places from batch to
/// batch. With Newton's iteration in place of eigenvalues it is IterNorm (Huang et al. 2019, arXiv 1904.03441): stopping early
/// leaves alone what the batch can't estimate.
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. Channels are whitened in groups, since the batch must estimate the
/// covariance of a group: usually 16 channels with eigenvalues, 64 with Newton's iteration.
///
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param whitening running statistics
/// @param root how the inverse root is found
public record DecorrelatedBatchNorm(Param gamma, Param beta, Whitening whitening, InverseRoot root) implements Norm {
    /// Epsilon with eigenvalues if no other is given.
    public static final float EPS = 1e-3f;

    /// Epsilon and number of iterations with Newton's iteration if no others are given.
    public static final float ITER_NORM_EPS = 1e-5f;
    public static final int ITERATIONS = 5;

    /// By eigenvalues.
    public static DecorrelatedBatchNorm of(int channels, int groups) {
        return of(Whitening.of(channels, groups, EPS), new InverseRoot.Eigenvalues());
    }

    /// By Newton's iteration.
    public static DecorrelatedBatchNorm iterNorm(int channels, int groups) {
        return of(Whitening.of(channels, groups, ITER_NORM_EPS), new InverseRoot.Newton(ITERATIONS));
    }

    /// With gains of ones and biases of zeros.
    static DecorrelatedBatchNorm of(Whitening whitening, InverseRoot root) {
        int channels = whitening.mean().value().size();
        return new DecorrelatedBatchNorm(Init.constant(1, channels), Init.constant(0, channels), whitening, root);
    }

    /// The same with other running statistics for evaluation.
    public DecorrelatedBatchNorm with(Whitening.Kept kept) {
        return new DecorrelatedBatchNorm(gamma, beta, whitening.with(kept), root);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return ChannelAxis.affine(whitening.forward(x, root), gamma.value(), beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("whitening", whitening);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        var kept = spec.choice("kept", Whitening.Kept.WHITENING);
        return (_, channels) -> of(channels, groups).with(kept);
    }

    public static NormFactory iterNormFactory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        var kept = spec.choice("kept", Whitening.Kept.WHITENING);
        return (_, channels) -> iterNorm(channels, groups).with(kept);
    }
}
