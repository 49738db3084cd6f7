package norma.tornado.code;

/// Averages over batches: running = (1 - w) running + w new, in double.
public final class RunningAverageCode {

    private RunningAverageCode() {
    }

    /// running = (1 - w) running + w values
    ///
    /// @param m n; values, running, count or -1
    /// @param f w without a count, until
    public static void mean(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double w = weight(s, m[3], f[0], f[1]);
            s[m[2] + i] = average(w, s[m[2] + i], s[m[1] + i]);
        }
    }

    /// Takes in mean and variance of a batch, of which the mean over its examples counts.
    ///
    /// @param m channels; statistics (examples, channels, 3), mean, variance, count or -1, examples
    /// @param f w without a count, until, factor on the variances as a float and what its rounding left
    public static void moments(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double w = weight(s, m[4], f[0], f[1]);
            double unbiased = (double) f[2] + f[3];
            double mean = 0;
            double variance = 0;
            for (int k = 0; k < m[5]; k++) {
                int at = m[1] + 3 * (k * m[0] + i);
                mean += batchMean(s, at) / m[5];
                variance += s[at + 2] * unbiased / m[5];
            }
            s[m[2] + i] = average(w, s[m[2] + i], mean);
            s[m[3] + i] = average(w, s[m[3] + i], variance);
        }
    }

    /// Takes in the means of a batch.
    ///
    /// @param m channels; statistics (channels, 3), mean, count or -1
    /// @param f w without a count, until
    public static void means(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            double w = weight(s, m[3], f[0], f[1]);
            s[m[2] + i] = average(w, s[m[2] + i], batchMean(s, m[1] + 3 * i));
        }
    }

    /// The factors r and d of batch renormalization; then takes the batch in.
    ///
    /// @param m channels; statistics (channels, 3), mean, std, r, d
    /// @param f eps, weight, rMax, dMax
    public static void renorm(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int at = m[1] + 3 * i;
            double batchMean = batchMean(s, at);
            // The reciprocal keeps the square root in double.
            double batchStd = 1 / (1 / Math.sqrt((double) s[at + 2] + f[0]));
            double mean = s[m[2] + i];
            double std = s[m[3] + i];
            s[m[4] + i] = (float) within(1.0 / f[2], f[2], batchStd / std);
            s[m[5] + i] = (float) within(-f[3], f[3], (batchMean - mean) / std);
            s[m[2] + i] = (float) (mean + f[1] * (batchMean - mean));
            s[m[3] + i] = (float) (std + f[1] * (batchStd - std));
        }
    }

    /// A fixed weight; or 1 / count, and 0 from some count on.
    private static double weight(float[] s, int count, float fixed, float until) {
        double weight = fixed;
        if (count >= 0) {
            weight = s[count] < until ? 1.0 / s[count] : 0;
        }
        return weight;
    }

    private static float average(double w, float old, double value) {
        return (float) ((1 - w) * old + w * value);
    }

    private static double batchMean(float[] s, int at) {
        return s[at] + (double) s[at + 1];
    }

    private static double within(double least, double most, double x) {
        return x < least ? least : x > most ? most : x;
    }
}
