package norma.optim;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.function.DoubleFunction;
import norma.nn.Param;
import norma.nn.Parameterized;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Numbers that would spoil parameters in silence are refused where they enter, by name.
class BoundsTest {
    private static final double NAN = Double.NaN, INFINITE = Double.POSITIVE_INFINITY;
    /// 1 - 1e-9 is 1 as a float32, and 1e-50 is 0.
    private static final double[] NO_WEIGHTS = {NAN, INFINITE, -0.1, 1, 2, 1 - 1e-9};
    private static final double[] NOT_POSITIVE = {NAN, INFINITE, -1, 0, 1e-50, 1e39};
    private static final double[] NEGATIVE = {NAN, INFINITE, -3, -1e-30, 1e39};

    private static void assertRefused(String who, String name, double[] values, DoubleFunction<?> made) {
        for (double value : values) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> made.apply(value), () -> who + " " + value),
                    who + ": " + name + " must be", "got " + value);
        }
    }

    @Test
    void constantsOfAllOptimizers() {
        assertRefused("AdamW", "b1", NO_WEIGHTS, x -> new AdamW.Config(x, 0.9, 1e-8, 0));
        assertRefused("AdamW", "b2", NO_WEIGHTS, x -> new AdamW.Config(0.9, x, 1e-8, 0));
        assertRefused("AdamW", "eps", NOT_POSITIVE, x -> new AdamW.Config(0.9, 0.9, x, 0));
        assertRefused("AdamW", "decay", NEGATIVE, x -> new AdamW.Config(0.9, 0.9, 1e-8, x));
        assertRefused("Adam", "b1", NO_WEIGHTS, x -> new Adam.Config(x, 0.9, 1e-8, 0));
        assertRefused("Adam", "b2", NO_WEIGHTS, x -> new Adam.Config(0.9, x, 1e-8, 0));
        assertRefused("Adam", "eps", NOT_POSITIVE, x -> new Adam.Config(0.9, 0.9, x, 0));
        assertRefused("Adam", "decay", NEGATIVE, x -> new Adam.Config(0.9, 0.9, 1e-8, x));
        assertRefused("Lamb", "b1", NO_WEIGHTS, x -> new Lamb.Config(x, 0.9, 1e-8, 0));
        assertRefused("Lamb", "b2", NO_WEIGHTS, x -> new Lamb.Config(0.9, x, 1e-8, 0));
        assertRefused("Lamb", "eps", NOT_POSITIVE, x -> new Lamb.Config(0.9, 0.9, x, 0));
        assertRefused("Lamb", "decay", NEGATIVE, x -> new Lamb.Config(0.9, 0.9, 1e-8, x));
        assertRefused("Lars", "eta", NOT_POSITIVE, x -> new Lars.Config(x, 0.9, 0));
        assertRefused("Lars", "momentum", NO_WEIGHTS, x -> new Lars.Config(0.001, x, 0));
        assertRefused("Lars", "decay", NEGATIVE, x -> new Lars.Config(0.001, 0.9, x));
        assertRefused("Lion", "b1", NO_WEIGHTS, x -> new Lion.Config(x, 0.9, 0));
        assertRefused("Lion", "b2", NO_WEIGHTS, x -> new Lion.Config(0.9, x, 0));
        assertRefused("Lion", "decay", NEGATIVE, x -> new Lion.Config(0.9, 0.9, x));
        assertRefused("Muon", "momentum", NO_WEIGHTS, x -> new Muon.Config(x, 5, true, 0));
        assertRefused("Muon", "decay", NEGATIVE, x -> new Muon.Config(0.9, 5, true, x));
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Muon.Config(0.9, 0, true, 0)), "iterations",
                "got 0");
        assertRefused("NormalizedSgd", "momentum", NO_WEIGHTS, x -> new NormalizedSgd.Config(x, 0));
        assertRefused("NormalizedSgd", "decay", NEGATIVE, x -> new NormalizedSgd.Config(0.9, x));
        assertRefused("RmsProp", "smoothing", NO_WEIGHTS, x -> new RmsProp.Config(x, 1e-8, 0, false, 0));
        assertRefused("RmsProp", "eps", NOT_POSITIVE, x -> new RmsProp.Config(0.9, x, 0, false, 0));
        assertRefused("RmsProp", "momentum", NO_WEIGHTS, x -> new RmsProp.Config(0.9, 1e-8, x, false, 0));
        assertRefused("RmsProp", "decay", NEGATIVE, x -> new RmsProp.Config(0.9, 1e-8, 0, false, x));
        assertRefused("Adagrad", "eps", NOT_POSITIVE, x -> new Adagrad.Config(x, 0));
        assertRefused("Adagrad", "decay", NEGATIVE, x -> new Adagrad.Config(1e-8, x));
        assertRefused("Sgd", "momentum", NO_WEIGHTS, x -> new Sgd.Config(x, false, 0));
        assertRefused("Sgd", "decay", NEGATIVE, x -> new Sgd.Config(0.9, false, x));
        assertRefused("Ema", "decay", NO_WEIGHTS, x -> Ema.of(new Parameterized() {}, x));
    }

    @Test
    void ratesAndFactors() {
        Param w = Param.weight(normal(1, 2, 3));
        Tensor before = w.value().copy();
        Parameterized model = Listed.of(Map.of("w", w));
        OptimizerTest.all().forEach((name, of) -> {
            assertRefused(name, "rate", NEGATIVE, rate -> of.apply(model, rate));
            Optimizer optimizer = of.apply(model, 0.1);
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                tape.backward(w.value().sum());
            }
            assertRefused("Optimizer.step", "factor", NEGATIVE, factor -> step(optimizer, factor, 1));
            assertRefused("Optimizer.step", "gradientScale", NEGATIVE, scale -> step(optimizer, 1, scale));
            assertEquals(0, optimizer.steps());
            assertBits(before, w.value().detach());
        });
    }

    private static Optimizer step(Optimizer optimizer, double factor, double gradientScale) {
        optimizer.step(factor, gradientScale);
        return optimizer;
    }

    @Test
    void clipping() {
        double[] negative = {NAN, -1};
        assertRefused("Gradients.clip", "limit", negative, limit -> Gradients.clip(10, limit));
        assertRefused("Gradients.clip", "norm", new double[] {NAN, INFINITE, -1}, norm -> Gradients.clip(norm, 1));
        assertEquals(1, Gradients.clip(10, INFINITE));
        assertEquals(1e-39, Gradients.clip(1e39, 1), 1e-45);
        Map<String, Param> none = Map.of();
        assertRefused("Gradients.clipValues", "limit", negative, limit -> {
            Gradients.clipValues(none, (float) limit);
            return none;
        });
        assertRefused("Gradients.clipUnits", "limit", negative, limit -> {
            Gradients.clipUnits(none, limit, 1e-3);
            return none;
        });
        assertRefused("Gradients.clipUnits", "eps", NEGATIVE, eps -> {
            Gradients.clipUnits(none, 0.01, eps);
            return none;
        });
        Param w = Param.weight(normal(2, 3));
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(w.value().multiply(Float.POSITIVE_INFINITY).sum());
        }
        assertSays(assertThrows(ArithmeticException.class,
                () -> Gradients.clipUnits(Map.of("w", w), 0.01, 1e-3)), "finite", "w (3)");
    }
}
