package norma.lab.plot;

import java.io.IOException;
import java.nio.file.Path;
import norma.norm.feature.RmsNorm;
import norma.tensor.Tensor;

/// How large the result is for inputs of any size: 1, except where eps rules, and where squares leave float's range.
record RmsNormPlot() implements Plot {
    private static final int DIM = 768;

    @Override
    public String name() {
        return "rms_norm";
    }

    @Override
    public void write(Path file) throws IOException {
        double[] scales = Numbers.geometric(1e-5, Math.sqrt(10), 85);
        Tensor noise = Numbers.normal("row", 1, DIM);
        new Figure("RMSNorm of one row: 768 normal numbers times a factor", "factor", "quadratic mean of y").decadesX()
                .rangeY(0, 1.2)
                .line("squares in float32", scales, Numbers.map(scales, s -> rms(inFloat(noise.multiply((float) s)))))
                .line("Norma", scales,
                        Numbers.map(scales,
                                s -> rms(RmsNorm.plain(DIM, RmsNorm.EPS).forward(noise.multiply((float) s)))))
                .write(file);
    }

    private static Tensor inFloat(Tensor x) {
        return x.divide(x.square().mean(-1).add(RmsNorm.EPS).sqrt());
    }

    private static double rms(Tensor y) {
        return Math.sqrt(y.square().mean().item());
    }
}
