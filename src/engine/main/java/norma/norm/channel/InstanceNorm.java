package norma.norm.channel;

import java.util.Optional;
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

/// y = gamma * (x - mean) / sqrt(var + eps) + beta for each example and channel, with statistics over the positions (Ulyanov,
/// Vedaldi & Lempitsky 2016, arXiv 1607.08022). It removes contrast and brightness from every image.
///
/// Shapes: x (N, C, ...), gamma and beta C.
///
/// @param channels C
/// @param gamma gain, ones at first, if it has one; usually not
/// @param beta bias, zeros at first, if it has one; usually not
/// @param running statistics for evaluation; without them, as usual, those of each example are used always
/// @param eps added to the variance
/// @param allowDegenerate whether a plane may have one element; y = beta there. Else it is an error, as in PyTorch
public record InstanceNorm(int channels, Optional<Param> gamma, Optional<Param> beta,
        Optional<RunningStatistics> running, float eps, boolean allowDegenerate) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that all are of the same channels.
    public InstanceNorm {
        RunningStatistics.requireChannels("InstanceNorm", channels, running, gamma, beta);
    }

    /// Without gain, bias and running statistics.
    public static InstanceNorm of(int channels) {
        return new InstanceNorm(channels, Optional.empty(), Optional.empty(), Optional.empty(), EPS, false);
    }

    /// With gain and bias.
    public static InstanceNorm affine(int channels) {
        return new InstanceNorm(channels, Optional.of(Init.constant(1, channels)),
                Optional.of(Init.constant(0, channels)), Optional.empty(), EPS, false);
    }

    /// The same with running statistics for evaluation.
    public InstanceNorm with(RunningStatistics other) {
        return new InstanceNorm(channels, gamma, beta, Optional.of(other), eps, allowDegenerate);
    }

    /// The same with another epsilon.
    public InstanceNorm withEps(float other) {
        return new InstanceNorm(channels, gamma, beta, running, other, allowDegenerate);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("InstanceNorm", x, channels, channels, false);
        Tensor g = RowLayout.valueOf(gamma), b = RowLayout.valueOf(beta);
        if (running.isPresent() && !Tape.isTraining()) {
            Planes batch = ChannelAxis.planes("InstanceNorm", x, channels, channels, true);
            return ChannelAxis.normalize(x, batch, running.get().statistics(), true, g, b, eps);
        }
        if (planes.run() == 1 && !allowDegenerate) {
            throw new IllegalArgumentException(
                    "InstanceNorm: a plane needs more than one element to have a variance; got x %s; allowDegenerate gives beta"
                            .formatted(x.shape()));
        }
        Tensor statistics = ChannelAxis.emptyStatistics(planes),
                y = ChannelAxis.normalizeByOwn(x, planes, statistics, g, b, eps);
        if (planes.batch() > 0) {
            running.ifPresent(averages -> averages.update(statistics, planes));
        }
        return y;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
        running.ifPresent(averages -> tree.add("running", averages));
    }

    public static NormFactory factory(NormSpec spec) {
        boolean affine = spec.flag("affine", false), track = spec.flag("track", false);
        boolean allowDegenerate = spec.flag("allow_degenerate", false);
        float eps = spec.number("eps", EPS), weight = RunningStatistics.weight(spec, RunningStatistics.WEIGHT);
        return (_, channels) -> {
            InstanceNorm norm = affine ? affine(channels) : of(channels);
            return new InstanceNorm(channels, norm.gamma, norm.beta,
                    track ? Optional.of(RunningStatistics.of(channels, weight)) : Optional.empty(), eps,
                    allowDegenerate);
        };
    }
}
