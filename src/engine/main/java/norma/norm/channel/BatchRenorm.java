package norma.norm.channel;

import norma.backend.Backend;
import norma.kernel.Planes;
import norma.kernel.contract.RunningAverageKernel;
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

/// A batch norm that corrects its batch towards the running statistics, so that training computes nearly what evaluation will
/// (Ioffe 2017, arXiv 1702.03275):
///
///     r = clip(s_B / s, 1 / rMax, rMax)    d = clip((mean_B - mean) / s, -dMax, dMax)
///     y = gamma * ((x - mean_B) / s_B * r + d) + beta        s_B = sqrt(var_B + eps)
///
/// No gradient flows through r and d. With rMax 1 and dMax 0 it is batch norm; the paper starts so and opens the bounds slowly.
///
/// Shapes: x (N, C) or (N, C, ...), gamma, beta and the running mean and s C.
///
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param mean running mean, zeros at first
/// @param std running s, ones at first
/// @param eps added to the variance
/// @param newStatWeight weight of the newest batch in the running statistics
/// @param rMax bound of r, at least 1
/// @param dMax bound of d, at least 0
public record BatchRenorm(Param gamma, Param beta, Param mean, Param std, float eps, float newStatWeight, float rMax,
        float dMax) implements Norm {
    /// Epsilon if no other is given.
    public static final float EPS = 1e-3f;

    /// Weight of the newest batch if no other is given, as in the paper.
    public static final float WEIGHT = 0.01f;

    /// Bounds if no others are given: those that the paper ends with.
    public static final float R_MAX = 3;
    public static final float D_MAX = 5;

    /// Steps of training during which the bounds are closed, by the schedule.
    private static final long CLOSED = 5000;

    /// Checks the bounds.
    public BatchRenorm {
        if (!(rMax >= 1 && dMax >= 0)) {
            throw new IllegalArgumentException(
                    "BatchRenorm: rMax must be at least 1 and dMax at least 0; got %s and %s".formatted(rMax, dMax));
        }
    }

    /// With the bounds that the paper ends with.
    public static BatchRenorm of(int channels) {
        RunningStatistics buffers = RunningStatistics.of(channels, WEIGHT);
        return new BatchRenorm(Init.constant(1, channels), Init.constant(0, channels), buffers.mean(),
                buffers.variance(), EPS, WEIGHT, R_MAX, D_MAX);
    }

    /// The same with other bounds.
    public BatchRenorm withBounds(float rMax, float dMax) {
        return new BatchRenorm(gamma, beta, mean, std, eps, newStatWeight, rMax, dMax);
    }

    /// The same norm with the bounds that the paper has at this step of training: rMax 1 and dMax 0 for 5000 steps, then
    /// rMax up to 3 at step 40000 and dMax up to 5 at step 25000, both along a line.
    public BatchRenorm at(long step) {
        float r = (float) (1 + (R_MAX - 1) * share(step, 40_000)), d = (float) (D_MAX * share(step, 25_000));
        return new BatchRenorm(gamma, beta, mean, std, eps, newStatWeight, r, d);
    }

    private static double share(long step, long end) {
        return Math.clamp((step - CLOSED) / (double) (end - CLOSED), 0.0, 1.0);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int channels = mean.value().size();
        Planes planes = ChannelAxis.planes("BatchRenorm", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        if (!Tape.isTraining()) {
            Tensor xhat = x.subtract(ChannelAxis.along(mean.value(), x)).divide(ChannelAxis.along(std.value(), x));
            return ChannelAxis.affine(xhat, gamma.value(), beta.value());
        }
        ChannelAxis.requireSeveral("BatchRenorm", x, planes);
        Tensor statistics = ChannelAxis.moments(x, planes);
        Tensor r = Tensor.empty(Shape.of(channels)), d = Tensor.empty(Shape.of(channels));
        Backend.kernels().runningAverage().renorm(new RunningAverageKernel.Renorm(eps, newStatWeight, rMax, dMax),
                statistics.data(), mean.value().data(), std.value().data(), r.data(), d.data());
        Tensor corrected = ChannelAxis.normalize(x, planes, statistics, false, r, d, eps);
        return ChannelAxis.affine(corrected, gamma.value(), beta.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running_mean", mean).add("running_std", std);
    }

    public static NormFactory factory(NormSpec spec) {
        float rMax = spec.number("r_max", R_MAX), dMax = spec.number("d_max", D_MAX);
        return (_, channels) -> of(channels).withBounds(rMax, dMax);
    }
}
