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
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta, with statistics of each example over the positions of C / G consecutive
/// channels (Wu & He 2018, arXiv 1803.08494). With one group a layer norm over (C, ...), with C groups an instance norm.
///
/// Shapes: x (N, C) or (N, C, ...), gamma and beta C. Where a group has one element, y = beta.
///
/// @param channels C
/// @param groups G, a divisor of C
/// @param gamma gain, ones at first, if it has one
/// @param beta bias, zeros at first, if it has one
/// @param eps added to the variance
public record GroupNorm(int channels, int groups, Optional<Param> gamma, Optional<Param> beta, float eps)
        implements Norm {
    /// Epsilon if no other is given, as in PyTorch.
    public static final float EPS = 1e-5f;

    /// Checks that the groups are equal.
    public GroupNorm {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: groups must divide the channels; got %d channels in %d groups"
                            .formatted(channels, groups));
        }
        RunningStatistics.requireChannels("GroupNorm", channels, Optional.empty(), gamma, beta);
    }

    /// With gain and bias.
    public static GroupNorm of(int channels, int groups) {
        return new GroupNorm(channels, groups, Optional.of(Init.constant(1, channels)),
                Optional.of(Init.constant(0, channels)), EPS);
    }

    /// Without gain and bias.
    public static GroupNorm plain(int channels, int groups) {
        return new GroupNorm(channels, groups, Optional.empty(), Optional.empty(), EPS);
    }

    /// The same with another epsilon.
    public GroupNorm withEps(float other) {
        return new GroupNorm(channels, groups, gamma, beta, other);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("GroupNorm", x, channels, groups, false);
        return ChannelAxis.normalize(x, planes, RowLayout.valueOf(gamma), RowLayout.valueOf(beta), eps);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        float eps = spec.number("eps", EPS);
        return (_, channels) -> of(channels, groups).withEps(eps);
    }
}
