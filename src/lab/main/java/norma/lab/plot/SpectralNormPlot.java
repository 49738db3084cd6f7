package norma.lab.plot;

import norma.nn.Param;
import norma.norm.weight.SpectralNorm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// How fast the power method finds the largest singular value, which is 1 here, by how far the second one lies behind.
final class SpectralNormPlot {
    private static final int SIZE = 64, STEPS = 40;

    static Figure figure() {
        double[] steps = Numbers.range(1, STEPS);
        var figure = new Figure("Singular values 1, r, r², …: the power method", "steps", "relative error of sigma")
                .decadesY();
        for (double r : new double[] {0.5, 0.8, 0.95, 0.99}) {
            figure.line("r = " + r, steps, errors(r));
        }
        return figure;
    }

    /// A diagonal matrix is enough: rotating it rotates u and v too.
    private static double[] errors(double ratio) {
        float[] singular = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            singular[i] = (float) Math.pow(ratio, i);
        }
        Tensor diagonal = Tensor.eye(SIZE).multiply(Tensor.of(Shape.of(SIZE), singular));
        Tensor u = Numbers.normal("u", SIZE), v = Tensor.zeros(SIZE);
        var norm = new SpectralNorm(Param.weight(diagonal), Param.buffer(u), Param.buffer(v), 1, SpectralNorm.EPS);
        double[] errors = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            try (Tape _ = Tape.training(new BufferPool(), i)) {
                double sigma = 1.0 / norm.value().toArray()[0];
                errors[i] = Math.abs(1 - sigma);
            }
        }
        return errors;
    }
}
