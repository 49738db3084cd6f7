package norma.nn;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.awayFromZero;
import static norma.tensor.Numbers.normal;
import static norma.tensor.Numbers.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Losses against their formulas in double, their derivatives, and what they do at edges.
class LossesTest {

    // ---- Cross entropy ----

    private static final Indices TARGETS = Indices.of(new int[] {0, 4, -1, 2, -1, 2}, 2, 3);

    /// The terms of the rows, then the sum of the weights of those that count.
    private static double[] terms(Tensor logits, int[] targets, int ignored, double smoothing, float[] v) {
        int classes = logits.dim(-1);
        double[] terms = new double[targets.length + 1];
        for (int r = 0; r < targets.length; r++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(logits.data().get(r * classes + c));
            }
            for (int c = 0; c < classes && targets[r] != ignored; c++) {
                double q = (c == targets[r] ? 1 - smoothing : 0) + smoothing / classes;
                terms[r] -= v[c] * q * (logits.data().get(r * classes + c) - Math.log(sum));
            }
            terms[targets.length] += targets[r] == ignored ? 0 : v[targets[r]];
        }
        return terms;
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 0.1f, 0.9f})
    void crossEntropyIsItsDefinition(float smoothing) {
        Tensor logits = normal(15, 2, 3, 5).multiply(3);
        for (float[] v : new float[][] {{1, 1, 1, 1, 1}, {0.5f, 2, 0.25f, 0, 3}}) {
            CrossEntropy options = CrossEntropy.of().withIgnored(-1).withSmoothing(smoothing);
            CrossEntropy weighted = v[0] == 1 ? options : options.withWeights(Tensor.of(Shape.of(5), v));
            double[] terms = terms(logits, TARGETS.values(), -1, smoothing, v);
            double sum = Arrays.stream(terms, 0, 6).sum();
            assertEquals(sum / terms[6], weighted.apply(logits, TARGETS).item(), 2e-6);
            assertEquals(sum, weighted.withReduction(Reduction.SUM).apply(logits, TARGETS).item(), 2e-5);
            Tensor each = weighted.withReduction(Reduction.NONE).apply(logits, TARGETS);
            assertEquals(Shape.of(2, 3), each.shape());
            for (int r = 0; r < 6; r++) {
                assertEquals(terms[r], each.data().get(r), 5e-6);
            }
            for (Reduction reduction : Reduction.values()) {
                assertGradients("cross entropy " + reduction,
                        xs -> weighted.withReduction(reduction).apply(xs[0], TARGETS), logits);
            }
        }
    }

    @Test
    void weightsOfOneChangeNothing() {
        Tensor logits = normal(16, 6, 5);
        Indices targets = Indices.of(TARGETS.values(), 6);
        for (Reduction reduction : Reduction.values()) {
            CrossEntropy plain = CrossEntropy.of().withIgnored(-1).withSmoothing(0.1f).withReduction(reduction);
            assertClose(plain.apply(logits, targets),
                    plain.withWeights(Tensor.full(Shape.of(5), 1)).apply(logits, targets), 2e-6);
        }
    }

    @Test
    void rowsThatDoNotCountHaveNoGradient() {
        for (Optional<Tensor> v : weights(4)) {
            Tensor logits = normal(16, 3, 4).variable();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                tape.backward(new CrossEntropy(v, CrossEntropy.IGNORE, 0.1f, Reduction.MEAN).apply(logits,
                        Indices.of(new int[] {1, CrossEntropy.IGNORE, 3}, 3)));
            }
            assertClose(Tensor.zeros(1, 4), logits.gradient().slice(0, 1, 2).copy(), 0);
            // (p - q) of a row, times a number
            assertClose(Tensor.zeros(3, 1), logits.gradient().sum(keepDims(-1)), 1e-7);
        }
    }

    private static Iterable<Optional<Tensor>> weights(int classes) {
        return List.of(Optional.empty(), Optional.of(Tensor.full(Shape.of(classes), 2)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void whenNoRowCountsLossAndGradientAreZero(int rows) {
        int[] none = new int[rows];
        Arrays.fill(none, CrossEntropy.IGNORE);
        for (Optional<Tensor> v : weights(4)) {
            Tensor logits = normal(17, rows, 4).variable();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                Tensor loss = new CrossEntropy(v, CrossEntropy.IGNORE, 0.1f, Reduction.MEAN).apply(logits,
                        Indices.of(none, rows));
                assertEquals(0, loss.item(), 0);
                tape.backward(loss);
                assertClose(Tensor.zeros(rows, 4), tape.gradients(loss, logits)[0], 1e-30);
            }
            assertClose(Tensor.zeros(rows, 4), logits.gradient(), 0);
        }
    }

    @Test
    void crossEntropyOfLargeLogitsIsFinite() {
        Tensor logits = Tensor.of(Shape.of(2, 2), 1e4f, -1e4f, -1e4f, 1e4f);
        Indices ones = Indices.of(new int[] {1, 1}, 2);
        assertEquals(1e4, Losses.crossEntropy(logits, ones).item(), 1);
        assertEquals(1e4, CrossEntropy.of().withWeights(Tensor.full(Shape.of(2), 3)).apply(logits, ones).item(), 1);
        assertEquals(Math.log(64),
                Losses.crossEntropy(Tensor.full(Shape.of(3, 64), 7), Indices.of(new int[] {0, 5, 63}, 3)).item(),
                1e-6);
    }

    /// Logits of -infinity mask classes out; other rows' targets may be masked there.
    @Test
    void aMaskedClassHasNoPartInTheLoss() {
        Tensor logits = Tensor.of(Shape.of(2, 3), Float.NEGATIVE_INFINITY, 1, 1, 2, 2, Float.NEGATIVE_INFINITY);
        Indices targets = Indices.of(new int[] {1, -1}, 2);
        for (Optional<Tensor> v : weights(3)) {
            Tensor x = logits.variable();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                Tensor loss = new CrossEntropy(v, -1, 0, Reduction.MEAN).apply(x, targets);
                assertEquals(Math.log(2), loss.item(), 1e-6);
                tape.backward(loss);
                assertClose(x.gradient(), tape.gradients(loss, x)[0], 1e-7);
            }
            assertClose(Tensor.of(Shape.of(2, 3), 0, -0.5f, 0.5f, 0, 0, 0), x.gradient(), 1e-6);
        }
    }

    @Test
    void crossEntropyRefusesWhatDoesNotFit() {
        Tensor logits = normal(18, 2, 3);
        Indices fits = Indices.of(new int[2], 2);
        assertSays(error(() -> Losses.crossEntropy(logits, Indices.of(new int[3], 3))), "CrossEntropy", "(2, 3)",
                "(3)");
        assertSays(error(() -> Losses.crossEntropy(logits, Indices.of(new int[] {0, 3}, 2))), "CrossEntropy", "[0, 3)",
                "got 3 at position 1");
        assertSays(error(() -> CrossEntropy.of().withSmoothing(1)), "smoothing", "[0, 1)", "1.0");
        assertSays(error(() -> CrossEntropy.of().withSmoothing(Float.NaN)), "smoothing", "NaN");
        assertSays(error(() -> CrossEntropy.of().withWeights(Tensor.of(Shape.of(2), 1, -1))), "weights", "at least 0");
        assertSays(error(() -> CrossEntropy.of().withWeights(normal(1, 4).abs()).apply(logits, fits)), "weights", "(3)",
                "(4)");
    }

    // ---- The others ----

    private static void assertLoss(String name, BinaryOperator<Tensor> mean, Tensor each, Tensor a, Tensor b,
            DoubleBinaryOperator term) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            double want = term.applyAsDouble(a.data().get(i), b.data().get(i));
            assertEquals(want, each.data().get(i), 1e-6 * Math.max(1, want), name);
            sum += want;
        }
        assertEquals(sum / a.size(), mean.apply(a, b).item(), 2e-6, name);
    }

    @Test
    void lossesOfElementsAreTheirDefinitions() {
        Tensor a = normal(1, 3, 7), b = normal(2, 3, 7), t = uniform(3, 0, 1, 3, 7);
        assertLoss("mse", Losses::mse, Losses.mse(a, b, Reduction.NONE), a, b, (x, y) -> (x - y) * (x - y));
        assertLoss("mae", Losses::mae, Losses.mae(a, b, Reduction.NONE), a, b, (x, y) -> Math.abs(x - y));
        assertLoss("huber", (x, y) -> Losses.huber(x, y, 0.8f), Losses.huber(a, b, 0.8f, Reduction.NONE), a, b,
                (x, y) -> {
                    double d = Math.abs(x - y);
                    return d <= 0.8f ? d * d / 2 : 0.8f * (d - 0.8f / 2);
                });
        assertLoss("binary", Losses::binaryCrossEntropy, Losses.binaryCrossEntropy(a, t, Reduction.NONE), a, t,
                (x, y) -> y * Math.log1p(Math.exp(-x)) + (1 - y) * Math.log1p(Math.exp(x)));
        assertEquals(Losses.mse(a, b).item() * 21, Losses.mse(a, b, Reduction.SUM).item(), 1e-4);
    }

    @Test
    void lossesOfRowsAreTheirDefinitions() {
        Tensor a = normal(4, 2, 3, 5), b = normal(5, 2, 3, 5);
        Tensor p = b.softmax(-1), logQ = a.logSoftmax(-1);
        Tensor kl = Losses.klDivergence(logQ, p, Reduction.NONE), cosine = Losses.cosine(a, b, Reduction.NONE);
        double klSum = 0, cosineSum = 0;
        for (int r = 0; r < 6; r++) {
            double divergence = 0, dot = 0, aa = 0, bb = 0;
            for (int i = 5 * r; i < 5 * r + 5; i++) {
                double pi = p.data().get(i), x = a.data().get(i), y = b.data().get(i);
                divergence += pi * (Math.log(pi) - logQ.data().get(i));
                dot += x * y;
                aa += x * x;
                bb += y * y;
            }
            assertEquals(divergence, kl.data().get(r), 1e-6);
            assertEquals(1 - dot / Math.sqrt(aa * bb), cosine.data().get(r), 1e-6);
            klSum += divergence;
            cosineSum += 1 - dot / Math.sqrt(aa * bb);
        }
        assertEquals(Shape.of(2, 3), kl.shape());
        assertEquals(Shape.of(2, 3), cosine.shape());
        assertEquals(klSum / 6, Losses.klDivergence(logQ, p).item(), 1e-6);
        assertEquals(cosineSum / 6, Losses.cosine(a, b).item(), 1e-6);
        assertEquals(klSum, Losses.klDivergence(logQ, p, Reduction.SUM).item(), 1e-5);
        assertEquals(cosineSum, Losses.cosine(a, b, Reduction.SUM).item(), 1e-5);
    }

    @Test
    void derivatives() {
        Tensor a = normal(6, 2, 5), d = awayFromZero(7, 2, 5), b = a.subtract(d), p = uniform(8, 0.2, 0.8, 2, 5);
        for (Reduction r : Reduction.values()) {
            assertGradients("mse " + r, xs -> Losses.mse(xs[0], xs[1], r), a, b);
            assertGradients("mae " + r, xs -> Losses.mae(xs[0], xs[1], r), a, b);
            assertGradients("huber " + r, xs -> Losses.huber(xs[0], xs[1], 0.2f, r), a, b);
            assertGradients("huber near 0 " + r, xs -> Losses.huber(xs[0], xs[1], 2, r), a, b);
            assertGradients("binary " + r, xs -> Losses.binaryCrossEntropy(xs[0], xs[1], r), a, p);
            assertGradients("kl " + r, xs -> Losses.klDivergence(xs[0], xs[1], r), a, p);
            assertGradients("cosine " + r, xs -> Losses.cosine(xs[0], xs[1], r), d, awayFromZero(9, 2, 5));
        }
    }

    @Test
    void answersOfYesAndNoWithLogitsOfAnySize() {
        Tensor z = Tensor.of(Shape.of(8), 1e4f, 1e4f, -1e4f, -1e4f, 20, -20, 0, 0).variable();
        Tensor t = Tensor.of(Shape.of(8), 1, 0, 0, 1, 1, 0, 1, 0);
        double e = Math.log1p(Math.exp(-20)), half = Math.log(2);
        double[] want = {0, 1e4, 0, 1e4, e, e, half, half};
        double[] slope = {0, 1, 0, -1, -1 / (1 + Math.exp(20)), 1 / (1 + Math.exp(20)), -0.5, 0.5};
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor each = Losses.binaryCrossEntropy(z, t, Reduction.NONE);
            tape.backward(each.sum());
            for (int i = 0; i < 8; i++) {
                assertEquals(want[i], each.data().get(i), 1e-6 * want[i]);
                assertEquals(slope[i], z.gradient().data().get(i), 2e-6 * Math.abs(slope[i]));
            }
            Tensor first = tape.gradients(each.sum(), z)[0];
            assertEquals(0.25, tape.gradients(first.slice(0, 6, 7).sum(), z)[0].data().get(6), 1e-7);
        }
    }

    @Test
    void huberIsSmoothAtZero() {
        Tensor x = Tensor.zeros(1).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor first = tape.gradients(Losses.huber(x, Tensor.zeros(1), 1), x)[0];
            assertEquals(0, first.item());
            assertEquals(1, tape.gradients(first.sum(), x)[0].item());
        }
    }

    @Test
    void whatIsImpossibleAddsNothingToADivergence() {
        Tensor p = Tensor.of(Shape.of(1, 3), 0, 0.5f, 0.5f);
        Tensor logQ = Tensor.of(Shape.of(1, 3), Float.NEGATIVE_INFINITY, -1, -1).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor loss = Losses.klDivergence(logQ, p);
            assertEquals(1 - Math.log(2), loss.item(), 1e-6);
            tape.backward(loss);
        }
        assertClose(Tensor.of(Shape.of(1, 3), 0, -0.5f, -0.5f), logQ.gradient(), 0);
        assertEquals(0, Losses.klDivergence(p.add(1).log(), p.add(1)).item(), 1e-6);
    }

    @Test
    void aCosineDoesNotDependOnLengths() {
        Tensor a = Tensor.of(Shape.of(4, 2), 1e30f, 0, 1e-30f, 1e-30f, 0, 0, 3, 4).variable();
        Tensor b = Tensor.of(Shape.of(4, 2), 1e30f, 1e30f, -1e-30f, -1e-30f, 1, 1, 6, 8);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor each = Losses.cosine(a, b, Reduction.NONE);
            assertClose(Tensor.of(Shape.of(4), 1 - (float) Math.sqrt(0.5), 2, 1, 0), each, 1e-6);
            tape.backward(each.sum());
        }
        assertClose(Tensor.zeros(1, 2), a.gradient().slice(0, 2, 3).copy(), 0);
    }

    @Test
    void lossesRefuseWhatDoesNotFit() {
        Tensor column = normal(1, 3, 1), row = normal(2, 3);
        assertSays(error(() -> Losses.mse(column, row)), "Losses.mse", "prediction", "(3, 1)", "(3)", "reshape");
        assertSays(error(() -> Losses.mae(column, row)), "Losses.mae");
        assertSays(error(() -> Losses.huber(column, row, 1)), "Losses.huber");
        assertSays(error(() -> Losses.binaryCrossEntropy(column, row)), "logits", "(3, 1)");
        assertSays(error(() -> Losses.klDivergence(column, row)), "logProbabilities");
        assertSays(error(() -> Losses.cosine(column, row)), "Losses.cosine");
        for (float delta : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertSays(error(() -> Losses.huber(row, row, delta)), "delta", Float.toString(delta));
        }
    }

    @Test
    void theMeanOfNothingIsZero() {
        Tensor none = Tensor.zeros(0, 3);
        assertBits(Tensor.scalar(0), Losses.mse(none, none));
        assertBits(Tensor.scalar(0), Losses.cosine(none, none));
    }

    private static Throwable error(Runnable wrong) {
        return assertThrows(IllegalArgumentException.class, wrong::run);
    }
}
