package norma.norm.channel;

import java.util.Optional;
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
import norma.norm.axis.RowLayout;
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
/// @param channels C
/// @param gamma gain, ones at first, if it has one
/// @param beta bias, zeros at first, if it has one
/// @param running statistics for evaluation; without them those of the batch are used always
/// @param eps added to the variance
/// @param frozen whether the running statistics are used, and left alone, in training too
public record BatchNorm(int channels, Optional<Param> gamma, Optional<Param> beta, Optional<RunningStatistics> running,
        float eps, boolean frozen) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that all are of the same channels.
    public BatchNorm {
        RunningStatistics.requireChannels("BatchNorm", channels, running, gamma, beta);
    }

    /// With gain, bias and running statistics.
    public static BatchNorm of(int channels) {
        return of(RunningStatistics.of(channels, RunningStatistics.WEIGHT));
    }

    /// With gain, bias and these running statistics.
    public static BatchNorm of(RunningStatistics running) {
        int channels = running.channels();
        return new BatchNorm(channels, Optional.of(Init.constant(1, channels)), Optional.of(Init.constant(0, channels)),
                Optional.of(running), EPS, false);
    }

    /// With these running statistics, without gain and bias.
    public static BatchNorm plain(RunningStatistics running) {
        return new BatchNorm(running.channels(), Optional.empty(), Optional.empty(), Optional.of(running), EPS, false);
    }

    /// The same with another epsilon.
    public BatchNorm withEps(float other) {
        return new BatchNorm(channels, gamma, beta, running, other, frozen);
    }

    /// The same without running statistics.
    public BatchNorm untracked() {
        return new BatchNorm(channels, gamma, beta, Optional.empty(), eps, frozen);
    }

    /// The same, frozen or not.
    public BatchNorm with(boolean frozen) {
        return new BatchNorm(channels, gamma, beta, running, eps, frozen);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return forward("BatchNorm", x, planes -> ChannelAxis.moments(x, planes));
    }

    /// @param moments how the statistics of a batch are taken
    Tensor forward(String who, Tensor x, Function<Planes, Tensor> moments) {
        Planes planes = ChannelAxis.planes(who, x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        Tensor g = RowLayout.valueOf(gamma), b = RowLayout.valueOf(beta);
        if (running.isPresent() && (frozen || !Tape.isTraining())) {
            return ChannelAxis.normalize(x, planes, running.get().statistics(), true, g, b, eps);
        }
        ChannelAxis.requireSeveral(who, x, planes);
        Tensor statistics = moments.apply(planes);
        running.ifPresent(averages -> averages.update(statistics, planes));
        return ChannelAxis.normalize(x, planes, statistics, false, g, b, eps);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
        running.ifPresent(averages -> tree.add("running", averages));
    }

    public static NormFactory factory(NormSpec spec) {
        float eps = spec.number("eps", EPS), weight = RunningStatistics.weight(spec, RunningStatistics.WEIGHT);
        boolean track = spec.flag("track", true), affine = spec.flag("affine", true);
        return (_, channels) -> {
            var running = RunningStatistics.of(channels, weight);
            BatchNorm norm = (affine ? of(running) : plain(running)).withEps(eps);
            return track ? norm : norm.untracked();
        };
    }
}
