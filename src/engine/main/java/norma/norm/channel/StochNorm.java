package norma.norm.channel;

import java.util.SplittableRandom;
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
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A batch norm that in training takes, for each channel by a coin, the statistics of the batch or the running ones: a
/// regularizer for fine-tuning (Kou et al., NeurIPS 2020).
///
///     y = gamma * (s * BN(x) + (1 - s) * (x - mean) / sqrt(var + eps)) + beta    s = 1 with probability p
///
/// with the running mean and variance from before this batch. No gradient flows through those.
///
/// Shapes: x (N, C) or (N, C, ...), gamma, beta and s C. In evaluation the running statistics are used, as in batch norm.
///
/// @param gamma gain, ones at first; the authors take that of the network to be tuned
/// @param beta bias, zeros at first
/// @param running statistics
/// @param p probability of the batch's statistics
/// @param eps added to the variance
public record StochNorm(Param gamma, Param beta, RunningStatistics running, float p, float eps) implements Norm {
    /// Probability if no other is given.
    public static final float P = 0.5f;

    /// Checks the probability.
    public StochNorm {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("StochNorm: p must be in [0, 1]; got " + p);
        }
    }

    /// With gain, bias and running statistics.
    public static StochNorm of(int channels) {
        return new StochNorm(Init.constant(1, channels), Init.constant(0, channels),
                RunningStatistics.of(channels, RunningStatistics.WEIGHT), P, BatchNorm.EPS);
    }

    /// The same with another probability.
    public StochNorm withP(float p) {
        return new StochNorm(gamma, beta, running, p, eps);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("StochNorm", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        return Tape.isTraining() ? forward(x, coins(channels))
                : ChannelAxis.normalize(x, planes, running.statistics(), true, gamma.value(), beta.value(), eps);
    }

    private Tensor coins(int channels) {
        var random = new SplittableRandom(Tape.current().orElseThrow().nextKey());
        float[] coins = new float[channels];
        for (int c = 0; c < channels; c++) {
            coins[c] = random.nextDouble() < p ? 1 : 0;
        }
        return Tensor.adopt(Shape.of(channels), coins);
    }

    /// As in training, with the coins already thrown.
    ///
    /// @param select (C), 1 for the batch's statistics, 0 for the running ones
    public Tensor forward(Tensor x, Tensor select) {
        int channels = gamma.value().size();
        Planes planes = ChannelAxis.planes("StochNorm", x, channels, channels, true);
        ChannelAxis.requireSeveral("StochNorm", x, planes);
        Tensor moving = ChannelAxis.normalize(x, planes, running.statistics(), true, null, null, eps);
        Tensor statistics = ChannelAxis.moments(x, planes);
        running.update(statistics, planes);
        Tensor batch = ChannelAxis.normalize(x, planes, statistics, false, null, null, eps);
        return ChannelAxis.affine(ChannelAxis.along(select, x).where(batch, moving), gamma.value(), beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running", running);
    }

    public static NormFactory factory(NormSpec spec) {
        float p = spec.number("p", P);
        return (_, channels) -> of(channels).withP(p);
    }
}
