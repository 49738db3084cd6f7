package norma.bench;

import java.util.Arrays;

/// The median and the spread of some measurements.
///
/// @param median of all of them
/// @param spread half the distance between the quartiles, as a share of the median
record Timing(double median, double spread) {

    static Timing of(double... seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        double median = quantile(sorted, 0.5);
        return new Timing(median, (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median);
    }

    /// Linear between neighbours.
    private static double quantile(double[] sorted, double q) {
        double place = q * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
