package norma.lab.run;

import java.util.Arrays;
import java.util.List;

/// Some measurements of the same thing. Those that aren't finite are left out of every figure.
///
/// @param values those that are finite
public record Measurements(double... values) {

    /// Keeps what is finite.
    public Measurements {
        values = Arrays.stream(values).filter(Double::isFinite).toArray();
    }

    public static Measurements of(List<Double> values) {
        return new Measurements(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /// The mean, NaN of nothing.
    public double mean() {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /// The sample standard deviation, divided by n - 1; NaN of fewer than two.
    public double deviation() {
        double mean = mean();
        return values.length < 2 ? Double.NaN
                : Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    }

    /// The middle one, or the mean of the middle two; NaN of nothing.
    public double median() {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
