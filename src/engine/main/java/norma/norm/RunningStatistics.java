package norma.norm;

import java.util.Optional;
import java.util.stream.Stream;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.kernel.contract.RunningAverageKernel;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// Mean and variance of each channel over the batches seen in training, for use in evaluation.
///
/// After each batch, running = (1 - w) running + w batch. The variance kept is the unbiased one, n / (n - 1) times that of the
/// batch, as in PyTorch; n counts the elements of a channel.
///
/// @param mean (C), zeros at first
/// @param variance (C), ones at first
/// @param batches how many were seen
/// @param newStatWeight w, the weight of the newest batch (PyTorch calls it momentum); or [#CUMULATIVE]
public record RunningStatistics(Param mean, Param variance, Param batches, float newStatWeight)
        implements Parameterized {
    /// Weight of the newest batch if no other is given, as in PyTorch.
    public static final float WEIGHT = 0.1f;

    /// In place of a weight: the mean over all batches, 1 / batches.
    public static final float CUMULATIVE = Float.NaN;

    /// Checks the weight.
    public RunningStatistics {
        requireWeight("RunningStatistics", newStatWeight);
    }

    /// Checks the weight of the newest batch.
    public static void requireWeight(String who, float newStatWeight) {
        if (newStatWeight < 0 || newStatWeight > 1) {
            throw new IllegalArgumentException(
                    "%s: the weight of the newest batch must be in [0, 1], or CUMULATIVE; got %s".formatted(who,
                            newStatWeight));
        }
    }

    /// Statistics of C channels before the first batch.
    public static RunningStatistics of(int channels, float newStatWeight) {
        return new RunningStatistics(buffer(0, channels), buffer(1, channels), buffer(0), newStatWeight);
    }

    /// The weight of the newest batch that options give: `new_stat_weight`, or [#CUMULATIVE] by `cumulative`.
    public static float weight(NormSpec spec, float otherwise) {
        float weight = spec.number("new_stat_weight", otherwise);
        return spec.flag("cumulative", false) ? CUMULATIVE : weight;
    }

    /// C.
    public int channels() {
        return mean.value().size();
    }

    /// A buffer with all elements equal at first.
    public static Param buffer(float value, int... dims) {
        return Param.buffer(Init.constant(value, dims).value().detach());
    }

    /// Checks that statistics, gains and biases, where there are any, are of C channels.
    public static void requireChannels(String who, int channels, Optional<RunningStatistics> running,
            Optional<Param> gamma, Optional<Param> beta) {
        Stream<Param> buffers = running.stream().flatMap(r -> Stream.of(r.mean, r.variance));
        Stream.of(gamma.stream(), beta.stream(), buffers).flatMap(params -> params)
                .filter(param -> param.value().size() != channels).findFirst().ifPresent(param -> {
                    throw new IllegalArgumentException(
                            "%s: gain, bias and running statistics must have %d channels each; got %s"
                                    .formatted(who, channels, param.shape()));
                });
    }

    /// Mean and variance as statistics (C, 3), which normalize a batch.
    public Tensor statistics() {
        return ChannelAxis.statistics(mean.value(), variance.value());
    }

    /// Adds a batch to the averages. One with a single element for each statistic has no unbiased variance and changes nothing.
    ///
    /// @param statistics (C, 3), or (N C, 3) for an instance norm, of which the mean over the examples counts
    public void update(Tensor statistics, Planes planes) {
        if (planes.count() < 2) {
            return;
        }
        double unbiased = planes.count() / (planes.count() - 1.0);
        Backend.kernels().runningAverage().moments(weight(), unbiased, statistics.data(), mean.value().data(),
                variance.value().data());
    }

    /// Adds a batch to the average of the mean alone.
    ///
    /// @param statistics (C, 3)
    public void updateMean(Tensor statistics) {
        Backend.kernels().runningAverage().means(weight(), statistics.data(), mean.value().data());
    }

    /// The weight of the next batch, which is counted.
    private RunningAverageKernel.Weight weight() {
        count(batches);
        return RunningAverageKernel.Weight.of(newStatWeight, batches.value().data());
    }

    /// Adds 1 to a counter.
    public static void count(Param counter) {
        Floats count = counter.value().data();
        Backend.kernels().elementwise().affine(count, 1, 1, count);
    }

    /// Adds the mean and variance (C) of a batch that is counted already.
    public void mix(Tensor batchMean, Tensor batchVariance) {
        var weight = RunningAverageKernel.Weight.of(newStatWeight, batches.value().data());
        mix(mean, weight, batchMean);
        mix(variance, weight, batchVariance);
    }

    /// running = (1 - w) running + w values
    public static void mix(Param running, float w, Tensor values) {
        mix(running, RunningAverageKernel.Weight.of(w, running.value().data()), values);
    }

    private static void mix(Param running, RunningAverageKernel.Weight w, Tensor values) {
        Backend.kernels().runningAverage().mix(w, values.data(), running.value().data());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("running_mean", mean).add("running_var", variance).add("num_batches_tracked", batches);
    }
}
