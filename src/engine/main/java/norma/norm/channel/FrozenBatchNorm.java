package norma.norm.channel;

import java.util.Optional;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// y = gamma * (x - mean) / sqrt(var + eps) + beta for each channel, all four of them constants: a batch norm that has stopped
/// learning, as detection networks keep it (torchvision's FrozenBatchNorm2d).
///
/// Shapes: x (N, C) or (N, C, ...), all buffers C.
///
/// @param gamma gain
/// @param beta bias
/// @param mean of the data it was trained on
/// @param variance of the data it was trained on
/// @param eps added to the variance
public record FrozenBatchNorm(Param gamma, Param beta, Param mean, Param variance, float eps) implements Norm {

    /// What a batch norm with running statistics has learned. The numbers are shared, not copied.
    public static FrozenBatchNorm of(BatchNorm norm) {
        RunningStatistics running = norm.running().orElseThrow(() -> new IllegalArgumentException(
                "FrozenBatchNorm: the batch norm must have running statistics; got none"));
        return new FrozenBatchNorm(frozen(norm.gamma(), 1, norm.channels()), frozen(norm.beta(), 0, norm.channels()),
                running.mean(), running.variance(), norm.eps());
    }

    private static Param frozen(Optional<Param> param, float otherwise, int channels) {
        return param.map(learned -> Param.buffer(learned.value().detach()))
                .orElseGet(() -> RunningStatistics.buffer(otherwise, channels));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = mean.value().size();
        Planes planes = ChannelAxis.planes("FrozenBatchNorm", x, channels, channels, true);
        return ChannelAxis.normalize(x, planes, ChannelAxis.statistics(mean.value(), variance.value()), true,
                gamma.value(), beta.value(), eps);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running_mean", mean).add("running_var", variance);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, channels) -> of(BatchNorm.of(channels));
    }
}
