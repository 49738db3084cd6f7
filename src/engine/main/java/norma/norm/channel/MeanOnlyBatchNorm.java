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

/// y = x - mean + beta for each channel, with the mean over the batch and all positions (Salimans & Kingma 2016, arXiv
/// 1602.07868). It is meant for layers with weight norm, which fixes the scale.
///
/// Shapes: x (N, C) or (N, C, ...), beta C. dx = dy - mean(dy).
///
/// @param beta bias, zeros at first
/// @param running statistics for evaluation; their variance is not used
public record MeanOnlyBatchNorm(Param beta, RunningStatistics running) implements Norm {

    /// With a bias of zeros.
    public static MeanOnlyBatchNorm of(int channels) {
        return new MeanOnlyBatchNorm(Init.constant(0, channels),
                RunningStatistics.of(channels, RunningStatistics.WEIGHT));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = running.mean().value().size();
        Planes planes = ChannelAxis.planes("MeanOnlyBatchNorm", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        if (!Tape.isTraining()) {
            return ChannelAxis.affine(x.subtract(ChannelAxis.along(running.mean().value(), x)), null,
                    beta.value());
        }
        running.updateMean(ChannelAxis.moments(x, planes));
        return ChannelAxis.affine(ChannelAxis.centered(x, planes), null, beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("beta", beta).add("running_mean", running.mean());
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, channels) -> of(channels);
    }
}
