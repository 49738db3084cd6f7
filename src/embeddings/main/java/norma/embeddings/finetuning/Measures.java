package norma.embeddings.finetuning;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Figures that say how well predictions fit.
public final class Measures {
    private Measures() {
    }

    /// The correlation of two series, sum (x - mx) (y - my) / sqrt(sum (x - mx)^2 sum (y - my)^2); NaN if one of them is constant.
    public static double pearson(double[] x, double[] y) {
        requireSame("pearson", x.length, y.length);
        double mx = Arrays.stream(x).average().orElse(0), my = Arrays.stream(y).average().orElse(0);
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - mx, dy = y[i] - my;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        return xy / Math.sqrt(xx * yy);
    }

    /// The correlation of ranks (Spearman 1904), where equal values share the mean of their ranks.
    public static double spearman(double[] x, double[] y) {
        requireSame("spearman", x.length, y.length);
        return pearson(ranks(x), ranks(y));
    }

    private static double[] ranks(double... values) {
        int[] order = order(values);
        double[] ranks = new double[values.length];
        for (int from = 0, to; from < order.length; from = to) {
            to = equal(values, order, from);
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + to - 1) / 2.0;
            }
        }
        return ranks;
    }

    /// Average precision, sum_n (R_n - R_(n-1)) P_n: P_n and R_n are precision and recall of those with the n largest scores; equal
    /// scores come together. NaN if nothing is relevant.
    ///
    /// @param scores the larger, the more relevant
    /// @param relevant whether they are
    public static double averagePrecision(double[] scores, boolean[] relevant) {
        requireSame("averagePrecision", scores.length, relevant.length);
        int[] order = order(Arrays.stream(scores).map(score -> -score).toArray());
        double sum = 0;
        int found = 0;
        for (int from = 0, to; from < order.length; from = to) {
            to = equal(scores, order, from);
            int more = (int) IntStream.range(from, to).filter(i -> relevant[order[i]]).count();
            found += more;
            sum += more * (double) found / to;
        }
        return sum / found;
    }

    /// The places of the values, smallest first.
    private static int[] order(double... values) {
        return IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i).toArray();
    }

    /// The end of those in order that are equal to the one at `from`.
    private static int equal(double[] values, int[] order, int from) {
        int to = from + 1;
        while (to < order.length && values[order[to]] == values[order[from]]) {
            to++;
        }
        return to;
    }

    private static void requireSame(String name, int one, int other) {
        if (one != other) {
            throw new IllegalArgumentException(
                    "Measures.%s: both must have one length; got %d and %d".formatted(name, one, other));
        }
    }
}
