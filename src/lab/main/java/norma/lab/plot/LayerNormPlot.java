package norma.lab.plot;

import static norma.tensor.Axes.keepDims;

import norma.norm.feature.LayerNorm;
import norma.tensor.Tensor;

/// The error of a layer norm of rows with an offset: three ways to compute the variance in float32.
final class LayerNormPlot {
    private static final int ROWS = 32, DIM = 2000;

    static Figure figure() {
        double[] offsets = Numbers.geometric(1, Math.sqrt(10), 15);
        Tensor noise = Numbers.normal("rows", ROWS, DIM);
        return new Figure("Layer norm of rows of 2000 normal numbers on an offset", "offset in standard deviations",
                "largest error of y").decadesX().decadesY()
                .line("E[x²] − E[x]²", offsets, errors(offsets, noise, LayerNormPlot::oneFormula))
                .line("mean, then (x − mean)²", offsets, errors(offsets, noise, LayerNormPlot::twoPasses))
                .line("Norma", offsets, errors(offsets, noise, LayerNorm.plain(DIM)::forward));
    }

    private interface Way {
        Tensor of(Tensor x);
    }

    private static double[] errors(double[] offsets, Tensor noise, Way way) {
        return Numbers.map(offsets, offset -> {
            Tensor x = noise.add((float) offset);
            return Numbers.error(way.of(x), right(x.toArray()));
        });
    }

    private static Tensor oneFormula(Tensor x) {
        Tensor mean = x.mean(keepDims(-1));
        Tensor variance = x.square().mean(keepDims(-1)).subtract(mean.square()).maximum(0);
        return x.subtract(mean).divide(variance.add(LayerNorm.EPS).sqrt());
    }

    private static Tensor twoPasses(Tensor x) {
        Tensor centered = x.subtract(x.mean(keepDims(-1)));
        return centered.divide(centered.square().mean(keepDims(-1)).add(LayerNorm.EPS).sqrt());
    }

    /// In double.
    private static double[] right(float[] x) {
        double[] y = new double[x.length];
        for (int row = 0; row < x.length; row += DIM) {
            double mean = 0, variance = 0;
            for (int i = row; i < row + DIM; i++) {
                mean += x[i] / (double) DIM;
            }
            for (int i = row; i < row + DIM; i++) {
                variance += (x[i] - mean) * (x[i] - mean) / DIM;
            }
            for (int i = row; i < row + DIM; i++) {
                y[i] = (x[i] - mean) / Math.sqrt(variance + LayerNorm.EPS);
            }
        }
        return y;
    }
}
