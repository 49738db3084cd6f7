package norma.optim;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import norma.nn.Param;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Optimizers that go by the direction of a gradient, and lengths of gradients that are spread over workers.
class DirectionsTest {

    private static void give(Param w, Tensor g) {
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(w.value().multiply(g).sum());
        }
    }

    private static double length(Tensor x) {
        return Math.sqrt(x.square().sum().item());
    }

    // ---- Normalized descent ----

    @Test
    void stepsHaveTheSameLengthHoweverSteepItIs() {
        for (float steep : new float[] {1e-10f, 1, 1e10f}) {
            Param w = Param.weight(normal(1, 3, 4));
            Tensor before = w.value().copy(), g = normal(2, 3, 4);
            give(w, g.multiply(steep));
            NormalizedSgd.of(Listed.of(Map.of("w", w)), 1, new NormalizedSgd.Config(0, 0)).step(0.5, 1);
            assertClose(before.subtract(g.multiply((float) (0.5 / length(g)))), w.value().detach(), 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.1", "0.9, 0", "0, 0.1"})
    void momentumIsWhatIsNormalized(double momentum, double decay) {
        Param param = Param.weight(normal(3, 6));
        var optimizer = NormalizedSgd.of(Listed.of(Map.of("w", param)), 1, new NormalizedSgd.Config(momentum, decay));
        double[][] w = rows(param.value()), m = new double[6][1];
        for (int t = 0; t < 5; t++) {
            Tensor g = normal(4 + t, 6);
            give(param, g);
            optimizer.step(0.3, 0.5);
            m = combined(momentum, m, (1 - momentum) * 0.5, rows(g));
            double length = Math.sqrt(product(transposed(m), m)[0][0]);
            w = combined(1 - 0.3 * decay, w, -0.3 / length, m);
            for (int i = 0; i < 6; i++) {
                assertEquals(w[i][0], param.value().data().get(i), 1e-6);
            }
        }
    }

    @Test
    void noGradientIsNoStep() {
        Param w = Param.weight(normal(5, 6));
        Tensor before = w.value().copy();
        give(w, Tensor.zeros(6));
        NormalizedSgd.of(Listed.of(Map.of("w", w)), 1, new NormalizedSgd.Config(0.9, 0)).step(1, 1);
        assertBits(before, w.value().detach());
    }

    // ---- Muon ----

    private static double polynomial(double s) {
        for (int i = 0; i < 5; i++) {
            s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * Math.pow(s, 5);
        }
        return s;
    }

    @Test
    void singularValuesGoByThePolynomialAndVectorsStay() {
        Tensor diagonal = Tensor.zeros(3, 5);
        float[] s = {3, 1, 0.2f};
        double length = Math.sqrt(9 + 1 + 0.04);
        for (int i = 0; i < 3; i++) {
            diagonal.data().set(6 * i, s[i]);
        }
        Tensor y = Muon.orthogonalized(diagonal, 5);
        for (int i = 0; i < 3; i++) {
            assertEquals(polynomial(s[i] / length), y.data().get(6 * i), 1e-5);
        }
        assertBits(Tensor.zeros(3, 5), Muon.orthogonalized(Tensor.zeros(3, 5), 5));
        assertClose(Muon.orthogonalized(normal(6, 7, 4), 5).transpose(0, 1),
                Muon.orthogonalized(normal(6, 7, 4).transpose(0, 1), 5), 1e-6);
        assertClose(Muon.orthogonalized(normal(6, 7, 4), 5), Muon.orthogonalized(normal(6, 7, 4).multiply(1e6f), 5),
                1e-5);
    }

    @Test
    void rowsOfAStepAreNearlyOrthogonal() {
        Tensor y = Muon.orthogonalized(normal(7, 8, 40), 5), products = y.matmulTransposed(y);
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 8; j++) {
                assertEquals(i == j ? 1 : 0, products.data().get(8 * i + j), i == j ? 0.5 : 0.25);
            }
        }
    }

    /// The iteration in double, by plain loops, on rows of x.
    private static double[][] iterated(double[][] x) {
        if (x.length > x[0].length) {
            return transposed(iterated(transposed(x)));
        }
        double squares = 0;
        for (double[] row : x) {
            for (double v : row) {
                squares += v * v;
            }
        }
        double[][] y = combined(1 / (Math.sqrt(squares) + 1e-7), x, 0, x);
        for (int i = 0; i < 5; i++) {
            double[][] a = product(y, transposed(y)), b = combined(-4.7750, a, 2.0315, product(a, a));
            y = combined(3.4445, y, 1, product(b, y));
        }
        return y;
    }

    private static double[][] transposed(double[][] x) {
        double[][] y = new double[x[0].length][x.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i][j] = x[j][i];
            }
        }
        return y;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] y = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    y[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return y;
    }

    /// s a + t b
    private static double[][] combined(double s, double[][] a, double t, double[][] b) {
        double[][] y = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                y[i][j] = s * a[i][j] + t * b[i][j];
            }
        }
        return y;
    }

    private static double[][] rows(Tensor x) {
        int rows = x.dim(0), columns = x.size() / rows;
        double[][] y = new double[rows][columns];
        for (int i = 0; i < x.size(); i++) {
            y[i / columns][i % columns] = x.data().get(i);
        }
        return y;
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "false, 0.1", "true, 0.1"})
    void muonIsItsFormula(boolean matched, double decay) {
        Param wide = Param.weight(normal(8, 6, 2, 2)), tall = Param.weight(normal(9, 8, 2));
        Optimizer optimizer = Muon.of(Listed.of(Map.of("wide", wide, "tall", tall)), 1,
                new Muon.Config(0.9, 5, matched, decay));
        for (Param param : List.of(wide, tall)) {
            int rows = param.shape().dim(0), columns = param.shape().size() / rows;
            double[][] w = rows(param.value()), velocity = new double[rows][columns];
            double scale =
                    matched ? 0.2 * Math.sqrt(Math.max(rows, columns))
                            : Math.sqrt(Math.max(1, rows / (double) columns));
            for (int t = 0; t < 4; t++) {
                Tensor g = normal(10 + t, param.shape().toArray());
                give(param, g);
                optimizer.step(0.1, 0.5);
                velocity = combined(0.9, velocity, 0.5, rows(g));
                double[][] u = iterated(combined(0.9, velocity, 0.5, rows(g)));
                w = combined(1 - 0.1 * decay, w, -0.1 * scale, u);
                for (int i = 0; i < w.length; i++) {
                    for (int j = 0; j < w[0].length; j++) {
                        assertEquals(w[i][j], param.value().data().get(i * columns + j), 5e-6);
                    }
                }
            }
        }
        assertEquals(Set.of("velocity.wide", "velocity.tall"), optimizer.state().keySet());
    }

    // ---- Lengths over workers ----

    @Test
    void replicatedParametersCountOnce() {
        Tensor whole = normal(13, 4, 6), gains = normal(14, 6);
        Param w = Param.weight(normal(15, 4, 6)), gain = Param.noDecay(normal(16, 6));
        give(w, whole);
        give(gain, gains);
        Param[] part = {Param.weight(normal(17, 1, 6)), Param.weight(normal(18, 3, 6))};
        Param[] copy = {Param.noDecay(normal(16, 6)), Param.noDecay(normal(16, 6))};
        for (int i = 0; i < 2; i++) {
            give(part[i], whole.slice(0, i, i == 0 ? 1 : 4));
            give(copy[i], gains);
        }
        var workers = List.of(Map.of("w", part[0], "gain", copy[0]), Map.of("w", part[1], "gain", copy[1]));
        for (double p : new double[] {1, 2, 3, Double.POSITIVE_INFINITY}) {
            double expected = Gradients.norm(Map.of("w", w, "gain", gain), p);
            assertEquals(expected, Gradients.norm(workers, Set.of("gain"), p), 1e-9 * expected);
        }
        assertTrue(Gradients.norm(workers, Set.of(), 2) > Gradients.norm(workers, Set.of("gain"), 2));
    }

    @Test
    void gradientsThatAreNotFiniteAreNamed() {
        Param good = Param.weight(normal(19, 3)), bad = Param.weight(normal(20, 2, 3));
        give(good, normal(21, 3));
        assertDoesNotThrow(() -> Gradients.requireFinite(Map.of("good", good)));
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            bad.value().clearGradient();
            give(bad, Tensor.full(Shape.of(2, 3), value));
            assertSays(assertThrows(ArithmeticException.class,
                    () -> Gradients.requireFinite(Map.of("good", good, "bad", bad))), "bad", "(2, 3)", "finite");
        }
    }
}
