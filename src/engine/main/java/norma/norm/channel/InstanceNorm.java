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
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta for each example and channel, with statistics over the positions (Ulyanov,
/// Vedaldi & Lempitsky 2016, arXiv 1607.08022). It takes contrast and brightness out of every image.
///
/// Shapes: x (N, C, ...), gamma and beta C.
///
/// @param channels C
/// @param gamma gain, or null, as usual
/// @param beta bias, or null, as usual
/// @param running statistics used in evaluation, or null, as usual: each example's own are used always
/// @param eps added to the variance
/// @param allowDegenerate whether a plane may have one element; y = beta there. Else it is an error, as in PyTorch
public record InstanceNorm(int channels, Param gamma, Param beta, RunningStatistics running, float eps,
        boolean allowDegenerate) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that all are of the same channels.
    public InstanceNorm {
        RunningStatistics.requireChannels("InstanceNorm", channels, running, gamma, beta);
    }

    /// Without gain, bias and running statistics.
    public static InstanceNorm of(int channels) {
        return new InstanceNorm(channels, null, null, null, EPS, false);
    }

    /// With gain and bias.
    public static InstanceNorm affine(int channels) {
        return new InstanceNorm(channels, Init.constant(1, channels), Init.constant(0, channels), null, EPS, false);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("InstanceNorm", x, channels, channels, false);
        Tensor g = Param.valueOf(gamma), b = Param.valueOf(beta);
        if (running != null && !Tape.isTraining()) {
            Planes batch = ChannelAxis.planes("InstanceNorm", x, channels, channels, true);
            return ChannelAxis.normalize(x, batch, running.statistics(), true, g, b, eps);
        }
        if (planes.run() == 1 && !allowDegenerate) {
            throw new IllegalArgumentException(
                    "InstanceNorm: a plane needs more than one element to have a variance; got x %s; allowDegenerate gives beta"
                            .formatted(x.shape()));
        }
        Tensor statistics = ChannelAxis.room(planes), y = ChannelAxis.normalizeByOwn(x, planes, statistics, g, b, eps);
        if (running != null && planes.batch() > 0) {
            running.update(statistics, planes);
        }
        return y;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running", running);
    }

    public static NormFactory factory(NormSpec spec) {
        boolean affine = spec.flag("affine", false), track = spec.flag("track", false);
        boolean allowDegenerate = spec.flag("allow_degenerate", false);
        float eps = spec.number("eps", EPS), weight = spec.number("new_stat_weight", RunningStatistics.WEIGHT);
        float newStatWeight = spec.flag("cumulative", false) ? RunningStatistics.CUMULATIVE : weight;
        return (_, channels) -> new InstanceNorm(channels, affine ? Init.constant(1, channels) : null,
                affine ? Init.constant(0, channels) : null,
                track ? RunningStatistics.of(channels, newStatWeight) : null, eps, allowDegenerate);
    }
}
