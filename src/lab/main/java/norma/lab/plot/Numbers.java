package norma.lab.plot;

import java.util.function.DoubleUnaryOperator;
import norma.nn.Init;
import norma.tensor.Tensor;

/// Inputs of plots, and statistics of their results.
final class Numbers {
    private Numbers() {
    }

    /// From, from * step, ... : count numbers.
    static double[] geometric(double from, double step, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = from * Math.pow(step, i);
        }
        return values;
    }

    /// From, from + 1, ..., to.
    static double[] range(int from, int to) {
        double[] values = new double[to - from + 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = from + i;
        }
        return values;
    }

    /// f of each.
    static double[] map(double[] xs, DoubleUnaryOperator f) {
        double[] ys = new double[xs.length];
        for (int i = 0; i < xs.length; i++) {
            ys[i] = f.applyAsDouble(xs[i]);
        }
        return ys;
    }

    /// Normal numbers, the same for the same name.
    static Tensor normal(String name, int... dims) {
        return new Init(1).normal(name, 1, dims).value().detach();
    }

    /// Standard deviation of all elements.
    static double deviation(Tensor x) {
        float[] values = x.toArray();
        double mean = 0, squares = 0;
        for (float v : values) {
            mean += v / (double) values.length;
        }
        for (float v : values) {
            squares += (v - mean) * (v - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    /// Largest distance of an element of y from what it should be.
    static double error(Tensor y, double[] right) {
        float[] values = y.toArray();
        double worst = 0;
        for (int i = 0; i < right.length; i++) {
            double error = Math.abs(values[i] - right[i]);
            worst = error > worst || Double.isNaN(error) ? error : worst;
        }
        return worst;
    }
}
