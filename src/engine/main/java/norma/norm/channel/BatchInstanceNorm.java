package norma.norm.channel;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// y = gamma * (rho * BN(x) + (1 - rho) * IN(x)) + beta: each channel learns how much of the style of an image to keep (Nam
/// & Kim 2018, arXiv 1805.07925).
///
/// Shapes: x (N, C, ...), rho, gamma and beta C. rho belongs into [0, 1] and is put back there after each step of the
/// optimizer.
///
/// @param rho share of the batch norm, ones at first
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param running statistics of the batch norm for evaluation
/// @param eps added to the variances
public record BatchInstanceNorm(Param rho, Param gamma, Param beta, RunningStatistics running, float eps)
        implements Norm {

    /// A batch norm at first.
    public static BatchInstanceNorm of(int channels) {
        return new BatchInstanceNorm(Init.constant(1, channels), Init.constant(1, channels), Init.constant(0, channels),
                RunningStatistics.of(channels, RunningStatistics.WEIGHT), BatchNorm.EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("BatchInstanceNorm", x, channels, channels, false);
        Tensor batch = BatchNorm.plain(running).withEps(eps).forward(x, context);
        Tensor instance = ChannelAxis.normalize(x, planes, null, null, eps);
        Tensor share = ChannelAxis.along(rho.value(), x);
        return ChannelAxis.affine(instance.add(share.multiply(batch.subtract(instance))), gamma.value(), beta.value());
    }

    @Override
    public void afterStep() {
        Tensor share = rho.value().detach();
        rho.value().set(share.clip(0, 1));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("rho", rho).add("gamma", gamma).add("beta", beta).add("running", running);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, channels) -> of(channels);
    }
}
