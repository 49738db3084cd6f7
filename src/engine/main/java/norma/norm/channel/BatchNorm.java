package norma.norm.channel;

import java.util.function.Function;
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

/// y = gamma * (x - mean) / sqrt(var + eps) + beta for each channel, with statistics over the batch and all positions
/// (Ioffe & Szegedy 2015, arXiv 1502.03167).
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. In training (on a training tape) statistics are those of the batch,
/// by the biased variance, and go into the running ones; elsewhere the running ones are used, and y is affine in x.
///
/// Examples see each other: the result for one depends on which others are in its batch. Frozen, it does not.
///
/// @param gamma gain, ones at first, or null
/// @param beta bias, zeros at first, or null
/// @param running statistics for evaluation, or null: then those of the batch are used always
/// @param eps added to the variance
/// @param frozen whether the running statistics are used, and left alone, in training too
public record BatchNorm(Param gamma, Param beta, RunningStatistics running, float eps, boolean frozen) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that all are of the same channels.
    public BatchNorm {
        Param any = gamma != null ? gamma : beta != null ? beta : running == null ? null : running.mean();
        if (any != null) {
            RunningStatistics.requireChannels("BatchNorm", any.value().size(), running, gamma, beta);
        }
    }

    /// With gain, bias and running statistics.
    public static BatchNorm of(int channels) {
        return new BatchNorm(Init.constant(1, channels), Init.constant(0, channels),
                RunningStatistics.of(channels, RunningStatistics.WEIGHT), EPS, false);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return forward("BatchNorm", x, planes -> ChannelAxis.moments(x, planes));
    }

    /// @param moments how the statistics of a batch are taken
    Tensor forward(String who, Tensor x, Function<Planes, Tensor> moments) {
        Planes planes = ChannelAxis.planes(who, x, channels(x), channels(x), true);
        if (planes.count() == 0) {
            return x;
        }
        Tensor g = Param.valueOf(gamma), b = Param.valueOf(beta);
        if (running != null && (frozen || !Tape.isTraining())) {
            return ChannelAxis.normalize(x, planes, running.statistics(), true, g, b, eps);
        }
        ChannelAxis.requireSeveral(who, x, planes);
        Tensor statistics = moments.apply(planes);
        if (running != null) {
            running.update(statistics, planes);
        }
        return ChannelAxis.normalize(x, planes, statistics, false, g, b, eps);
    }

    private int channels(Tensor x) {
        return gamma != null ? gamma.value().size() : running != null ? running.mean().value().size() : x.dim(1);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running", running);
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS), weight = spec.number("new_stat_weight", RunningStatistics.WEIGHT);
        float newStatWeight = spec.flag("cumulative", false) ? RunningStatistics.CUMULATIVE : weight;
        boolean track = spec.flag("track", true), affine = spec.flag("affine", true);
        return (_, channels) -> new BatchNorm(affine ? Init.constant(1, channels) : null,
                affine ? Init.constant(0, channels) : null,
                track ? RunningStatistics.of(channels, newStatWeight) : null, eps, false);
    }

    BatchNorm with(boolean frozen) {
        return new BatchNorm(gamma, beta, running, eps, frozen);
    }
}
