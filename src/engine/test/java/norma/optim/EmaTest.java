package norma.optim;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmaTest {
    private static final int N = 7;
    private final Param weight = Param.weight(normal(1, N));
    private final Param buffer = Param.buffer(normal(2, N));
    private final Parameterized model = Listed.of(inOrder());

    private Map<String, Param> inOrder() {
        var params = new LinkedHashMap<String, Param>();
        params.put("weight", weight);
        params.put("buffer", buffer);
        return params;
    }

    private void step(Optimizer optimizer, int seed) {
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(weight.value().multiply(normal(seed, N)).sum());
        }
        optimizer.step();
    }

    private static Tensor average(Ema ema) {
        return ParameterTree.of(ema).params().get("ema.weight").value();
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0.9, false", "0.999, true", "0.2, true"})
    void averagesAreTheirFormula(double decay, boolean warmup) {
        Ema ema = warmup ? Ema.of(model, decay).withWarmup() : Ema.of(model, decay);
        Optimizer optimizer = AdamW.of(ema, 0.1);
        double[] expected = new double[N];
        for (int i = 0; i < N; i++) {
            expected[i] = weight.value().data().get(i);
        }
        for (int t = 0; t < 30; t++) {
            step(optimizer, 10 + t);
            double d = warmup ? Math.min(decay, (1.0 + t) / (10 + t)) : decay;
            for (int i = 0; i < N; i++) {
                expected[i] = d * expected[i] + (1 - d) * weight.value().data().get(i);
                assertEquals(expected[i], average(ema).data().get(i), 1e-6);
            }
        }
    }

    /// As a float32, 0.9999 is 1.7e-8 too large: the weights of old and new must still add up to 1.
    @Test
    void weightsThatStayAreTheirAverage() {
        Ema ema = Ema.of(model, 0.9999);
        for (int t = 0; t < 20_000; t++) {
            ParameterTree.of(ema).afterStep();
        }
        for (int i = 0; i < N; i++) {
            assertEquals(weight.value().data().get(i), average(ema).data().get(i), 1e-3);
        }
    }

    @Test
    void averagesAreListedBehindTheModelAndNotLearned() {
        Ema ema = Ema.of(model, 0.9);
        assertEquals(List.of("weight", "buffer", "ema.weight", "ema.steps"),
                List.copyOf(ParameterTree.of(ema).params().keySet()));
        assertEquals(List.of("weight"), List.copyOf(AdamW.of(ema, 0.1).params().keySet()));
    }

    /// A part that puts its weight back to 1 after each step.
    @Test
    void partsArePutBackBeforeTheyAreAveraged() {
        Parameterized ones = new Parameterized() {
            @Override
            public void register(ParameterTree tree) {
                tree.add("weight", weight);
            }

            @Override
            public void afterStep() {
                weight.value().fill(1);
            }
        };
        Ema ema = Ema.of(ones, 0);
        step(Sgd.of(ema, 0.1), 3);
        assertBits(Tensor.full(weight.shape(), 1), average(ema));
    }

    @Test
    void swappedInAndBack() {
        Ema ema = Ema.of(model, 0.5);
        Optimizer optimizer = Sgd.of(ema, 0.1);
        step(optimizer, 4);
        Tensor w = weight.value().copy(), mean = average(ema).copy(), statistics = buffer.value().copy();
        Ema.Swap swap = ema.swap();
        assertBits(mean, weight.value().detach());
        assertBits(statistics, buffer.value());
        assertSays(assertThrows(IllegalStateException.class, ema::swap), "Ema.swap", "already");
        assertSays(assertThrows(IllegalStateException.class, () -> step(optimizer, 5)), "Ema", "close the Swap");
        weight.value().set(mean);
        swap.close();
        swap.close();
        assertBits(w, weight.value().detach());
        assertBits(mean, average(ema));
    }
}
