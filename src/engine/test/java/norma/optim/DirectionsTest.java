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

    @Test
    void momentumIsWhatIsNormalized() {
        Param w = Param.weight(normal(3, 6));
        var optimizer = NormalizedSgd.of(Listed.of(Map.of("w", w)), 1, new NormalizedSgd.Config(0.9, 0.1));
        Tensor m = Tensor.zeros(6), expected = w.value().copy();
        for (int t = 0; t < 5; t++) {
            Tensor g = normal(4 + t, 6);
            give(w, g);
            optimizer.step(0.3, 0.5);
            m = m.multiply(0.9f).add(g.multiply(0.05f));
            expected = expected.multiply(1 - 0.03f).subtract(m.multiply((float) (0.3 / length(m))));
            assertClose(expected, w.value().detach(), 1e-6);
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

    @Test
    void muonIsItsFormula() {
        Param w = Param.weight(normal(8, 6, 2, 2)), tall = Param.weight(normal(9, 8, 2));
        var optimizer = Muon.of(Listed.of(Map.of("w", w, "tall", tall)), 1, new Muon.Config(0.9, 5, false, 0.1));
        for (Param param : List.of(w, tall)) {
            int rows = param.shape().dim(0), columns = param.shape().size() / rows;
            Tensor velocity = Tensor.zeros(rows, columns), expected = param.value().copy().reshape(rows, columns);
            for (int t = 0; t < 4; t++) {
                Tensor g = normal(10 + t, param.shape().toArray());
                give(param, g);
                optimizer.step(0.1, 0.5);
                Tensor half = g.multiply(0.5f).reshape(rows, columns);
                velocity = velocity.multiply(0.9f).add(half);
                Tensor step = Muon.orthogonalized(half.add(velocity.multiply(0.9f)), 5);
                float scale = (float) Math.sqrt(Math.max(1, rows / (double) columns));
                expected = expected.multiply(0.99f).subtract(step.multiply(0.1f * scale));
                assertClose(expected.reshape(param.shape()), param.value().detach(), 2e-6);
            }
        }
        assertTrue(optimizer.state().keySet().containsAll(Set.of("velocity.w", "velocity.tall")));
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
