package norma.kernel.contract;

import norma.kernel.Floats;

/// Averages over the batches seen in training, which norms keep in buffers: running = (1 - w) running + w new, in double.
///
/// Statistics (C, 3) are those of [PlaneNormalizationKernel]: mean, what its rounding left, variance.
public interface RunningAverageKernel {

    /// The weight w of what is new.
    ///
    /// @param fixed w; NaN for 1 / count, which makes the average that of all that was counted
    /// @param count (1), read only for that
    /// @param until from this count on, what is new has no weight any more
    record Weight(float fixed, Floats count, float until) {

        /// A fixed weight, or 1 / count for NaN.
        public static Weight of(float fixed, Floats count) {
            return new Weight(fixed, count, Float.POSITIVE_INFINITY);
        }

        double value() {
            if (!Float.isNaN(fixed)) {
                return fixed;
            }
            float n = count.get(0);
            return n < until ? 1.0 / n : 0;
        }
    }

    /// running = (1 - w) running + w values; lengths equal.
    default void mix(Weight weight, Floats values, Floats running) {
        double w = weight.value();
        for (int i = 0; i < running.length(); i++) {
            mix(running, i, w, values.get(i));
        }
    }

    private static void mix(Floats running, int i, double w, double value) {
        running.array()[running.offset() + i] = (float) ((1 - w) * running.get(i) + w * value);
    }

    /// Takes in the statistics of a batch, of which the mean over the examples counts.
    ///
    /// @param unbiased factor on the variances: n / (n - 1)
    /// @param statistics (N C, 3)
    /// @param mean (C)
    /// @param variance (C)
    default void moments(Weight weight, double unbiased, Floats statistics, Floats mean, Floats variance) {
        int channels = mean.length(), examples = statistics.length() / (3 * channels);
        double w = weight.value();
        for (int c = 0; c < channels; c++) {
            double m = 0, v = 0;
            for (int i = 0; i < examples; i++) {
                int at = 3 * (i * channels + c);
                m += mean(statistics, at) / examples;
                v += statistics.get(at + 2) * unbiased / examples;
            }
            mix(mean, c, w, m);
            mix(variance, c, w, v);
        }
    }

    /// Takes in the means of a batch.
    ///
    /// @param statistics (C, 3)
    /// @param mean (C)
    default void means(Weight weight, Floats statistics, Floats mean) {
        double w = weight.value();
        for (int c = 0; c < mean.length(); c++) {
            mix(mean, c, w, mean(statistics, 3 * c));
        }
    }

    private static double mean(Floats statistics, int at) {
        return statistics.get(at) + (double) statistics.get(at + 1);
    }

    /// The constants of batch renormalization.
    ///
    /// @param eps added to the variance
    /// @param weight of the newest batch
    /// @param rMax bound of r
    /// @param dMax bound of d
    record Renorm(float eps, float weight, float rMax, float dMax) {
    }

    /// With s_B = sqrt(var_B + eps) writes r = clip(s_B / s, 1 / rMax, rMax) and d = clip((mean_B - mean) / s, -dMax, dMax), then
    /// takes the batch into the running mean and s.
    ///
    /// @param statistics (C, 3), all else (C)
    default void renorm(Renorm f, Floats statistics, Floats mean, Floats std, Floats r, Floats d) {
        for (int c = 0; c < mean.length(); c++) {
            double batchMean = mean(statistics, 3 * c);
            double batchStd = Math.sqrt((double) statistics.get(3 * c + 2) + f.eps);
            double runningMean = mean.get(c), runningStd = std.get(c);
            r.array()[r.offset() + c] = (float) Math.clamp(batchStd / runningStd, 1.0 / f.rMax, f.rMax);
            d.array()[d.offset() + c] = (float) Math.clamp((batchMean - runningMean) / runningStd, -f.dMax, f.dMax);
            mean.array()[mean.offset() + c] = (float) (runningMean + f.weight * (batchMean - runningMean));
            std.array()[std.offset() + c] = (float) (runningStd + f.weight * (batchStd - runningStd));
        }
    }
}
