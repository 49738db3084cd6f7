package norma.norm.axis;

import java.util.Arrays;
import java.util.stream.IntStream;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Normalization by channel of x (N, C, ...), whose channels stand on axis 1: what batch, group and instance norms are made of.
///
/// Statistics are a tensor (S, 3), without gradient: mean, what rounding the mean to float left, biased variance.
public final class ChannelAxis {

    private ChannelAxis() {
    }

    /// The planes of x that share a statistic, after checking that it has `channels` channels.
    public static Planes planes(String who, Tensor x, int channels, int groups, boolean acrossBatch) {
        if (x.shape().rank() < 2 || x.dim(1) != channels) {
            throw new IllegalArgumentException(
                    "%s: x must be (N, %d) or (N, %d, ...), channels on axis 1; got %s; transpose x?"
                            .formatted(who, channels, channels, x.shape()));
        }
        int inner = x.shape().slice(2, x.shape().rank()).size();
        return new Planes(x.dim(0), channels, inner, groups, acrossBatch);
    }

    /// The planes of x, for methods that take any number of channels.
    public static Planes planes(String who, Tensor x) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException("%s: x must be (N, C) or (N, C, ...), channels on axis 1; got %s"
                    .formatted(who, x.shape()));
        }
        return planes(who, x, x.dim(1), 1, false);
    }

    /// Checks that each statistic is taken over more than one value.
    public static void requireSeveral(String who, Tensor x, Planes planes) {
        if (planes.count() == 1) {
            throw new IllegalArgumentException(
                    ("%s: a channel needs more than one value to have a variance; got x %s; use a larger batch, or freeze the "
                            + "norm").formatted(who, x.shape()));
        }
    }

    /// Checks that a plane has more than one element.
    public static void requirePlanes(String who, Tensor x, Planes planes) {
        if (planes.inner() == 1) {
            throw new IllegalArgumentException(
                    "%s: a plane needs more than one element to have a variance; got x %s".formatted(who, x.shape()));
        }
    }

    /// The statistics of x.
    public static Tensor moments(Tensor x, Planes planes) {
        Tensor statistics = emptyStatistics(planes);
        Backend.kernels().planeNormalization().moments(planes, x.data(), statistics.data());
        return statistics;
    }

    /// gamma * (x - mean) / sqrt(var + eps) + beta by statistics of x itself, through which gradients flow.
    public static Tensor normalize(Tensor x, Planes planes, Tensor gamma, Tensor beta, float eps) {
        return normalizeByOwn(x, planes, emptyStatistics(planes), gamma, beta, eps);
    }

    /// Statistics to be written.
    public static Tensor emptyStatistics(Planes planes) {
        return Tensor.empty(Shape.of(planes.statistics(), 3));
    }

    /// The same for norms that use the statistics too.
    ///
    /// @param statistics (S, 3), written; see [#emptyStatistics]
    public static Tensor normalizeByOwn(Tensor x, Planes planes, Tensor statistics, Tensor gamma, Tensor beta,
            float eps) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().planeNormalization().forward(planes, x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, planes, statistics, false, eps), y);
    }

    /// gamma * (x - mean) / sqrt(var + eps) + beta
    ///
    /// @param statistics (S, 3)
    /// @param constant whether they don't depend on x, so that no gradient flows through them
    /// @param gamma C, or null
    /// @param beta C, or null
    public static Tensor normalize(Tensor x, Planes planes, Tensor statistics, boolean constant, Tensor gamma,
            Tensor beta, float eps) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().planeNormalization().normalize(planes, x.data(), statistics.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data());
        return Tape.record(new Fused(x, gamma, beta, planes, statistics, constant, eps), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), or rstd g where statistics are constants;
    /// dGamma = sum dy xhat, dBeta = sum dy over all but the channel.
    public record Fused(Tensor x, Tensor gamma, Tensor beta, Planes planes, Tensor statistics, boolean constant,
            float eps) implements NormOp {

        @Override
        public void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta) {
            Backend.kernels().planeNormalization().backward(planes, dy, x.data(), statistics.data(), constant,
                    RowLayout.floats(gamma), eps, dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor groups = x.reshape(planes.batch(), planes.groups(), planes.run());
            int[] axes = planes.acrossBatch() ? new int[] {0, 2} : new int[] {2};
            Tensor xhat = constant
                    ? groups.subtract(column(0)).subtract(column(1)).divide(column(2).add(eps).sqrt())
                    : NormOp.normalized(groups, true, eps, axes);
            return affine(xhat.reshape(x.shape()), gamma, beta);
        }

        /// One number of each statistic, in the axes of (N, G, run).
        private Tensor column(int i) {
            Tensor column = statistics.slice(1, i, i + 1);
            return planes.acrossBatch() ? column.reshape(1, planes.groups(), 1)
                    : column.reshape(planes.batch(), planes.groups(), 1);
        }

        @Override
        public String name() {
            return "channel norm";
        }
    }

    /// x - mean over the batch and all positions.
    public static Tensor centered(Tensor x, Planes planes) {
        Tensor groups = x.reshape(planes.batch(), planes.groups(), planes.run());
        return Moments.of(groups, 0, 2).centered().reshape(x.shape());
    }

    /// gamma * xhat + beta, in tensor algebra; both may be null.
    public static Tensor affine(Tensor xhat, Tensor gamma, Tensor beta) {
        Tensor scaled = gamma == null ? xhat : xhat.multiply(along(gamma, xhat));
        return beta == null ? scaled : scaled.add(along(beta, xhat));
    }

    /// One number a channel, with axes of size 1 behind it: it broadcasts along axis 1 of x.
    public static Tensor along(Tensor perChannel, Tensor x) {
        return perChannel.reshape(Shape.ones(x.shape().rank() - 1).with(0, perChannel.size()));
    }

    /// One number (N, C) for each example and channel, with axes of size 1 behind them.
    public static Tensor alongEach(Tensor perExample, Tensor x) {
        return perExample.reshape(Shape.ones(x.shape().rank()).with(0, perExample.dim(0)).with(1, perExample.dim(1)));
    }

    /// The axes behind the channel: those of a plane.
    public static int[] planeAxes(Tensor x) {
        return IntStream.range(2, x.shape().rank()).toArray();
    }

    /// Statistics (C, 3) from a mean and a variance for each channel.
    public static Tensor statistics(Tensor mean, Tensor variance) {
        Tensor column = mean.detach().reshape(mean.size(), 1);
        return Tensor.concat(1, column, Tensor.zeros(mean.size(), 1), variance.detach().reshape(mean.size(), 1));
    }

    /// The statistics of shards together, as if they were one batch (Chan, Golub & LeVeque 1979).
    ///
    /// @param shards (C, 3) for each
    /// @param counts elements that each shard has of a statistic
    public static Tensor merge(Tensor[] shards, int[] counts) {
        float[][] each = Arrays.stream(shards).map(Tensor::toArray).toArray(float[][]::new);
        float[] merged = new float[shards[0].size()];
        for (int c = 0; c < shards[0].dim(0); c++) {
            double n = 0, mean = 0, squares = 0;
            for (int i = 0; i < shards.length; i++) {
                if (counts[i] == 0) {
                    continue;
                }
                float[] s = each[i];
                double difference = s[3 * c] + (double) s[3 * c + 1] - mean;
                double all = n + counts[i];
                mean += difference * counts[i] / all;
                squares += s[3 * c + 2] * (double) counts[i] + difference * difference * n * counts[i] / all;
                n = all;
            }
            merged[3 * c] = (float) mean;
            merged[3 * c + 1] = (float) (mean - (float) mean);
            merged[3 * c + 2] = (float) (squares / n);
        }
        return Tensor.adopt(shards[0].shape(), merged);
    }
}
