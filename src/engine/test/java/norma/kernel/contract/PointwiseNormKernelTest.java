package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;

import java.util.List;
import norma.kernel.Floats;
import norma.kernel.contract.PointwiseNormKernel.Curve;
import norma.kernel.contract.PointwiseNormKernel.Form;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PointwiseNormKernelTest {

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// One call forward and backward, and the same in float64.
    private static final class Case {
        final Curve f;
        final int rows;
        final int columns;
        final Floats x, gamma, beta, dy, y, dx, dAlpha = room(1), dShift = room(1), dGamma, dBeta;

        Case(Curve f, int rows, int columns, Floats x, Floats gamma, Floats beta) {
            this.f = f;
            this.rows = rows;
            this.columns = columns;
            this.x = x;
            this.gamma = gamma;
            this.beta = beta;
            dy = normal(rows * columns, 9);
            y = room(rows * columns);
            dx = room(rows * columns);
            dGamma = room(columns);
            dBeta = room(columns);
        }

        Case run(Kernels kernels) {
            Floats alpha = Floats.of(f.alpha()), shift = f.shift() == 0 ? null : Floats.of(f.shift());
            kernels.pointwiseNorm().forward(f.form(), alpha, shift, rows, columns, x, gamma, beta, y);
            kernels.pointwiseNorm().backward(f.form(), alpha, shift, rows, columns, dy, x, gamma, dx, dAlpha, dShift,
                    dGamma, dBeta);
            return this;
        }

        double yExact(int i) {
            int j = i % columns;
            return f.value(x.get(i)) * (gamma == null ? 1.0 : gamma.get(j)) + (beta == null ? 0.0 : beta.get(j));
        }

        double g(int i) {
            return dy.get(i) * (gamma == null ? 1.0 : gamma.get(i % columns)) * f.slope(x.get(i));
        }

        /// Sum of g, or of g x.
        double sum(boolean timesX) {
            double sum = 0;
            for (int i = 0; i < rows * columns; i++) {
                sum += g(i) * (timesX ? x.get(i) : 1);
            }
            return sum;
        }

        double parameterGradient(int j, boolean ofGamma) {
            double sum = 0;
            for (int i = j; i < rows * columns; i += columns) {
                sum += dy.get(i) * (ofGamma ? f.value(x.get(i)) : 1);
            }
            return sum;
        }

        /// The curve is right to three units in its last place, 2e-7, and 1 - tanh^2 to 2e-7 of 1, times up to three normal
        /// numbers, alpha up to 1.7 and x up to 8.
        void check() {
            double root = Math.sqrt(rows * columns);
            assertClose(this::yExact, y, 2e-6);
            assertClose(i -> f.alpha() * g(i), dx, 4e-6);
            assertClose(_ -> sum(true), dAlpha, 8e-6 * root);
            assertClose(_ -> sum(false), dShift, 4e-6 * root);
            assertClose(j -> parameterGradient(j, true), dGamma, 2e-6 * Math.sqrt(rows));
            assertClose(j -> parameterGradient(j, false), dBeta, 1e-6 * Math.sqrt(rows));
        }

        Floats everything() {
            return Samples.joined(y, dx, dAlpha, dShift, dGamma, dBeta);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithTheFormula(Kernels kernels) {
        for (Form form : Form.values()) {
            for (int n : SIZES) {
                Floats gamma = normal(n, 1), beta = normal(n, 2);
                for (int rows : new int[] {1, 3, 150}) {
                    Floats x = of(rows * n, i -> 8 * Math.sin(i));
                    new Case(new Curve(form, 0.5f, 0), rows, n, x, gamma, beta).run(kernels).check();
                    new Case(new Curve(form, -0.9f, 0.3f), rows, n, x, null, beta).run(kernels).check();
                    new Case(new Curve(form, 1.7f, -1), rows, n, x, gamma, null).run(kernels).check();
                }
            }
            new Case(new Curve(form, 1, 0), 0, 7, room(0), null, null).run(kernels).check();
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void infinityIsTheEndOfTheCurveAndNanStaysInPlace(Kernels kernels) {
        float[] special = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e30f, -1e30f, 0};
        for (Form form : Form.values()) {
            for (int n : new int[] {13, 63}) {
                Floats x = of(2 * n, i -> special[i % special.length]);
                Case c = new Case(new Curve(form, 0.5f, 0), 2, n, x, null, null).run(kernels);
                assertClose(i -> i % 6 == 2 ? Double.NaN : new double[] {1, -1, 0, 1, -1, 0}[i % 6], c.y, 1e-6);
                assertClose(i -> i % 6 == 2 ? Double.NaN : i % 6 == 5 ? c.dy.get(i) * 0.5 * c.f.slope(0) : 0, c.dx,
                        1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void gradientsMayBeLeftOut(Kernels kernels) {
        Case all = new Case(new Curve(Form.ERF, 0.5f, 0), 70, 33, normal(70 * 33, 7), null, null).run(kernels);
        Floats dx = room(70 * 33);
        kernels.pointwiseNorm().backward(Form.ERF, Floats.of(0.5f), null, 70, 33, all.dy, all.x, null, dx, null, null,
                null,
                null);
        assertSameBits(all.dx, dx);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (Form form : Form.values()) {
            for (int[] size : new int[][] {{3, 50}, {700, 207}}) {
                Floats x = normal(size[0] * size[1], 1), gamma = normal(size[1], 2);
                assertSteady(() -> new Case(new Curve(form, 0.5f, 0.1f), size[0], size[1], x, gamma, gamma).run(kernels)
                        .everything());
            }
        }
    }
}
