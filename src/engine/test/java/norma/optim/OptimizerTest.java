package norma.optim;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import norma.nn.Param;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerTest {
    private static final int N = 37;
    private final Param weight = Param.weight(normal(1, N));
    private final Param gain = Param.gain(normal(2, N));
    private final Param buffer = Param.buffer(normal(3, N));
    private final Map<String, Param> params = new LinkedHashMap<>();

    OptimizerTest() {
        params.put("weight", weight);
        params.put("gain", gain);
        params.put("buffer", buffer);
    }

    /// Gives weight and gain the gradient g(step), the same for both.
    private Tensor backward(int step) {
        Tensor g = normal(100 + step, N);
        try (Tape tape = Tape.training(new Memory(), 0)) {
            tape.backward(weight.value().add(gain.value()).multiply(g).sum());
        }
        return g;
    }

    /// An optimizer on one number, in double.
    private interface Rule {
        double step(double w, double g, int t);
    }

    /// Ten steps with changing rates against the rule for weights and the one for gains.
    private void assertTenSteps(Optimizer optimizer, Function<Double, Rule> rules, double decay, double tolerance) {
        double[][] expected = {doubles(weight), doubles(gain)};
        float[] untouched = buffer.value().toArray();
        Rule[][] rule = new Rule[2][N];
        for (int i = 0; i < N; i++) {
            rule[0][i] = rules.apply(decay);
            rule[1][i] = rules.apply(0.0);
        }
        for (int t = 1; t <= 10; t++) {
            Tensor g = backward(t);
            optimizer.step(rate(t), 0.5);
            assertFalse(weight.value().hasGradient(), "gradients are cleared");
            for (int i = 0; i < N; i++) {
                for (int p = 0; p < 2; p++) {
                    expected[p][i] = rule[p][i].step(expected[p][i], 0.5 * g.data().get(i), t);
                }
                assertEquals(expected[0][i], weight.value().data().get(i), tolerance);
                assertEquals(expected[1][i], gain.value().data().get(i), tolerance);
            }
        }
        assertEquals(10, optimizer.steps());
        assertBits(Tensor.of(buffer.value().shape(), untouched), buffer.value());
    }

    private static double rate(int t) {
        return 0.01 * t;
    }

    private static double[] doubles(Param param) {
        double[] values = new double[N];
        for (int i = 0; i < N; i++) {
            values[i] = param.value().data().get(i);
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.95, 1e-8, 0.1", "0.9, 0.999, 1e-3, 0", "0, 0.5, 1, 0.5"})
    void adamWIsItsFormula(double b1, double b2, double eps, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double m, v;

            @Override
            public double step(double w, double g, int t) {
                m = b1 * m + (1 - b1) * g;
                v = b2 * v + (1 - b2) * g * g;
                double change = m / (1 - Math.pow(b1, t)) / (Math.sqrt(v / (1 - Math.pow(b2, t))) + eps);
                return w - rate(t) * (d * w + change);
            }
        };
        // ten steps of float32, each of at most 0.1
        assertTenSteps(new AdamW(params, new AdamW.Config(b1, b2, eps, decay)), rules, decay, 3e-6);
    }

    @ParameterizedTest
    @CsvSource({"0, false, 0", "0, false, 0.3", "0.9, false, 0.1", "0.9, true, 0.1", "0.5, true, 0"})
    void sgdIsItsFormula(double momentum, boolean nesterov, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double velocity;

            @Override
            public double step(double w, double g, int t) {
                velocity = momentum * velocity + g;
                return w - rate(t) * (d * w + (nesterov ? g + momentum * velocity : velocity));
            }
        };
        assertTenSteps(new Sgd(params, new Sgd.Config(momentum, nesterov, decay)), rules, decay, 3e-6);
    }

    @Test
    void parametersWithoutAGradientStay() {
        float[] before = weight.value().toArray();
        for (Optimizer optimizer : List.of(new AdamW(params, AdamW.Config.GPT),
                new Sgd(params, new Sgd.Config(0.9, false, 0.1)))) {
            optimizer.step(1, 1);
            assertBits(Tensor.of(weight.value().shape(), before), weight.value().detach());
            assertEquals(1, optimizer.steps());
        }
    }

    @Test
    void stateIsWhatMustBeKept() {
        assertEquals(List.of("m.weight", "v.weight", "m.gain", "v.gain"),
                List.copyOf(new AdamW(params, AdamW.Config.GPT).state().keySet()));
        assertEquals(List.of("velocity.weight", "velocity.gain"),
                List.copyOf(new Sgd(params, new Sgd.Config(0.9, false, 0)).state().keySet()));
        assertEquals(0, new Sgd(params, new Sgd.Config(0, false, 0)).state().size());
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Sgd.Config(0, true, 0)), "Nesterov",
                "momentum");
    }

    @Test
    void anOptimizerGoesOnFromItsState() {
        var first = new AdamW(params, AdamW.Config.GPT);
        backward(1);
        first.step(0.1, 1);
        var second = new AdamW(params, AdamW.Config.GPT);
        first.state().forEach((name, tensor) -> second.state().get(name).data().set(tensor.data()));
        second.resume(first.steps());
        float[] before = weight.value().toArray();
        backward(2);
        first.step(0.1, 1);
        Tensor expected = weight.value().copy();
        System.arraycopy(before, 0, weight.value().data().array(), 0, N);
        backward(2);
        second.step(0.1, 1);
        assertBits(expected, weight.value().detach());
    }

    @Test
    void gradientsHaveALengthAndAreClippedToIt() {
        assertEquals(0, Gradients.norm(params));
        Tensor g = backward(5);
        double squares = 0;
        for (float v : g.toArray()) {
            squares += 2.0 * v * v;
        }
        double norm = Gradients.norm(params);
        assertEquals(Math.sqrt(squares), norm, 1e-6 * norm);
        assertEquals(1, Gradients.clip(norm, 2 * norm));
        assertEquals(0.5, Gradients.clip(norm, norm / 2), 1e-6);
        assertEquals(1, Gradients.clip(norm, 0), "no limit");
        assertEquals(1, Gradients.clip(0, 1));
    }
}
