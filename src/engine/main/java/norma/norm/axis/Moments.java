package norma.norm.axis;

import static norma.tensor.Axes.keepDims;

import java.util.Arrays;
import norma.tensor.Tensor;

/// Mean and biased variance over some axes, which stay with size 1, as tensors that gradients flow through: for norms that mix
/// statistics of several kinds, so that no kernel takes them.
///
/// @param centered x - mean
/// @param mean of x
/// @param variance mean(centered^2)
public record Moments(Tensor centered, Tensor mean, Tensor variance) {

    /// Of x. The mean rounded to float is taken off first, as a constant, so nothing of small deviations is lost to a large
    /// mean.
    public static Moments of(Tensor x, int... axes) {
        Tensor shift = x.detach().mean(keepDims(axes));
        Tensor shifted = x.subtract(shift);
        Tensor rest = shifted.mean(keepDims(axes));
        Tensor centered = shifted.subtract(rest);
        return new Moments(centered, rest.add(shift), centered.square().mean(keepDims(axes)));
    }

    /// Mean and variance of parts of equal size taken together: the mean of their variances and the variance of their means.
    ///
    /// @param mean of each part
    /// @param variance of each part
    /// @param axis along which the parts lie
    public static Moments together(Tensor mean, Tensor variance, int axis) {
        Moments means = of(mean, axis);
        return new Moments(means.centered, means.mean, variance.mean(keepDims(axis)).add(means.variance));
    }

    /// Mean and variance of parts of any size taken together, exactly (Chan, Golub & LeVeque 1979):
    ///
    ///     n = sum n_i    mean = sum n_i mean_i / n    variance = sum n_i (variance_i + (mean_i - mean)^2) / n
    public static Moments merge(Moments... parts) {
        int n = Arrays.stream(parts).mapToInt(Moments::count).sum();
        Tensor mean =
                Arrays.stream(parts).map(p -> p.mean.multiply(p.count())).reduce(Tensor::add).orElseThrow().divide(n);
        Tensor squares = Arrays.stream(parts)
                .map(p -> p.variance.add(p.mean.subtract(mean).square()).multiply(p.count())).reduce(Tensor::add)
                .orElseThrow();
        return new Moments(null, mean, squares.divide(n));
    }

    /// Elements of a statistic.
    private int count() {
        return centered.size() / mean.size();
    }

    /// The variance divided by n - 1 instead of n.
    public Tensor unbiased() {
        double n = (double) centered.size() / mean.size();
        return variance.multiply((float) (n / (n - 1)));
    }

    /// sqrt(variance + eps), by the unbiased variance or the biased one.
    public Tensor std(boolean unbiased, float eps) {
        return (unbiased ? unbiased() : variance).add(eps).sqrt();
    }
}
