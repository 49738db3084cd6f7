package norma.lab.plot;

import static norma.tensor.Axes.keepDims;

import norma.norm.feature.RmsNorm;
import norma.tensor.Tensor;

/// The size of the result by the size of the input: 1, except where eps dominates and where squares leave the range of float.
final class RmsNormPlot {
    private static final int DIM = 768;

    static Figure figure() {
        double[] scales = Numbers.geometric(1e-5, Math.sqrt(10), 85);
        Tensor noise = Numbers.normal("row", 1, DIM);
        return new Figure("RMSNorm of one row: 768 normal numbers times a factor", "factor", "quadratic mean of y")
                .decadesX()
                .rangeY(0, 1.2)
                .line("squares in float32", scales, Numbers.map(scales, s -> rms(inFloat(noise.multiply((float) s)))))
                .line("Norma", scales,
                        Numbers.map(scales,
                                s -> rms(RmsNorm.plain(DIM).forward(noise.multiply((float) s)))));
    }

    private static Tensor inFloat(Tensor x) {
        return x.divide(x.square().mean(keepDims(-1)).add(RmsNorm.EPS).sqrt());
    }

    private static double rms(Tensor y) {
        return Math.sqrt(y.square().mean().item());
    }
}
