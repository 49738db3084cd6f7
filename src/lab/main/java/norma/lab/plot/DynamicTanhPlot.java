package norma.lab.plot;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import norma.nn.Init;
import norma.norm.Norm;
import norma.norm.feature.DynamicErf;
import norma.norm.feature.DynamicIsru;
import norma.norm.feature.DynamicTanh;
import norma.norm.feature.LayerNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What a layer norm does to the elements of rows with different spreads, and the curves that replace it.
final class DynamicTanhPlot {
    private static final int ROWS = 24, DIM = 24;
    private static final Norm ISRU = new DynamicIsru(Init.constant(2, 1), Init.constant(1, 1), Init.constant(0, 1), 0);

    static Figure figure() {
        Tensor rows =
                Numbers.normal("rows", ROWS, DIM).multiply(Numbers.normal("spreads", ROWS, 1).multiply(0.8f).exp());
        Tensor normed = LayerNorm.of(DIM).forward(rows);
        double[] xs = Numbers.map(Numbers.range(-45, 45), x -> x / 5);
        return new Figure("Layer norm of 24 rows of different spread, and three curves", "x", "y").rangeX(-9, 9)
                .rangeY(-4, 4)
                .points("layer norm", doubles(rows), doubles(normed))
                .line("2 tanh(x / 2)", xs, curve(xs, x -> twice(DynamicTanh.of(1).forward(x))))
                .line("2 erf(x / 2)", xs, curve(xs, x -> twice(DynamicErf.of(1).forward(x))))
                .line("2 x / √(x² + 4)", xs, curve(xs, x -> twice(ISRU.forward(x))));
    }

    private static Tensor twice(Tensor y) {
        return y.multiply(2);
    }

    private static double[] curve(double[] xs, UnaryOperator<Tensor> norm) {
        float[] values = new float[xs.length];
        for (int i = 0; i < xs.length; i++) {
            values[i] = (float) xs[i];
        }
        return doubles(norm.apply(Tensor.of(Shape.of(xs.length, 1), values)));
    }

    private static double[] doubles(Tensor x) {
        float[] values = x.toArray();
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }
}
