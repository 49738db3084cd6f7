package norma.norm.channel;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta, with statistics of each example over the positions of C / G consecutive
/// channels (Wu & He 2018, arXiv 1803.08494). With one group a layer norm over (C, ...), with C groups an instance norm.
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. Where a group has one element, y = beta.
///
/// @param channels C
/// @param groups G, a divisor of C
/// @param gamma gain, ones at first, or null
/// @param beta bias, zeros at first, or null
/// @param eps added to the variance
public record GroupNorm(int channels, int groups, Param gamma, Param beta, float eps) implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that the groups are equal.
    public GroupNorm {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: groups must divide the channels; got %d channels in %d groups"
                            .formatted(channels, groups));
        }
        RunningStatistics.requireChannels("GroupNorm", channels, null, gamma, beta);
    }

    /// With gain and bias.
    public static GroupNorm of(int channels, int groups) {
        return new GroupNorm(channels, groups, Init.constant(1, channels), Init.constant(0, channels), EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("GroupNorm", x, channels, groups, false);
        return ChannelAxis.normalize(x, planes, Param.valueOf(gamma), Param.valueOf(beta), eps);
    }

    @Override
    public void list(Parts parts) {
        parts.add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        float eps = spec.number("eps", EPS);
        return (_, channels) -> new GroupNorm(channels, groups, Init.constant(1, channels), Init.constant(0, channels),
                eps);
    }
}
