package norma.optim;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerTest {
    private static final int N = 37;
    private final Param weight = Param.weight(normal(1, N));
    private final Param gain = Param.noDecay(normal(2, N));
    private final Param buffer = Param.buffer(normal(3, N));
    private final Map<String, Param> params = new LinkedHashMap<>();
    private final Parameterized model = Listed.of(params);

    OptimizerTest() {
        params.put("weight", weight);
        params.put("gain", gain);
        params.put("buffer", buffer);
    }

    /// Gives weight and gain the gradient g(step), the same for both.
    private Tensor backward(int step) {
        Tensor g = normal(100 + step, N);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
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
        assertTenSteps(AdamW.of(model, 1, new AdamW.Config(b1, b2, eps, decay)), rules, decay, 3e-6);
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
        assertTenSteps(Sgd.of(model, 1, new Sgd.Config(momentum, nesterov, decay)), rules, decay, 3e-6);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.999, 1e-8, 0", "0.9, 0.95, 1e-8, 0.1", "0, 0.5, 1e-3, 0.5"})
    void adamIsItsFormula(double b1, double b2, double eps, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double m, v;

            @Override
            public double step(double w, double gradient, int t) {
                double g = gradient + d * w;
                m = b1 * m + (1 - b1) * g;
                v = b2 * v + (1 - b2) * g * g;
                return w - rate(t) * m / (1 - Math.pow(b1, t)) / (Math.sqrt(v / (1 - Math.pow(b2, t))) + eps);
            }
        };
        assertTenSteps(Adam.of(model, 1, new Adam.Config(b1, b2, eps, decay)), rules, decay, 3e-6);
    }

    @ParameterizedTest
    @CsvSource({"0.99, 1e-8, 0, false, 0", "0.9, 1e-3, 0, false, 0.1", "0.9, 1e-2, 0.9, false, 0.1",
            "0.9, 1e-2, 0, true, 0.1", "0.9, 1e-2, 0.5, true, 0"})
    void rmsPropIsItsFormula(double smoothing, double eps, double momentum, boolean centered, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double v, mean, velocity;

            @Override
            public double step(double w, double gradient, int t) {
                double g = gradient + d * w;
                v = smoothing * v + (1 - smoothing) * g * g;
                mean = smoothing * mean + (1 - smoothing) * g;
                velocity = momentum * velocity + g / (Math.sqrt(centered ? v - mean * mean : v) + eps);
                return w - rate(t) * velocity;
            }
        };
        // first steps are 10 times as long as the rate, and a root near 0 magnifies what v and mean were rounded by
        assertTenSteps(RmsProp.of(model, 1, new RmsProp.Config(smoothing, eps, momentum, centered, decay)), rules,
                decay, 3e-5);
    }

    @ParameterizedTest
    @CsvSource({"1e-10, 0", "1e-3, 0.1"})
    void adagradIsItsFormula(double eps, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double v;

            @Override
            public double step(double w, double gradient, int t) {
                double g = gradient + d * w;
                v += g * g;
                return w - rate(t) * g / (Math.sqrt(v) + eps);
            }
        };
        assertTenSteps(Adagrad.of(model, 1, new Adagrad.Config(eps, decay)), rules, decay, 3e-6);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.99, 0", "0.95, 0.98, 0.3", "0, 0, 0.1"})
    void lionIsItsFormula(double b1, double b2, double decay) {
        Function<Double, Rule> rules = d -> new Rule() {
            private double m;

            @Override
            public double step(double w, double g, int t) {
                double sign = Math.signum(b1 * m + (1 - b1) * g);
                m = b2 * m + (1 - b2) * g;
                return w - rate(t) * (d * w + sign);
            }
        };
        assertTenSteps(Lion.of(model, 1, new Lion.Config(b1, b2, decay)), rules, decay, 3e-6);
    }

    // ---- Rates and steps ----

    /// By their names, each with its usual numbers.
    static Map<String, BiFunction<Parameterized, Double, Optimizer>> all() {
        return Map.ofEntries(Map.entry("Adagrad", Adagrad::of), Map.entry("Adam", Adam::of),
                Map.entry("AdamW", AdamW::of), Map.entry("Lamb", Lamb::of), Map.entry("Lars", Lars::of),
                Map.entry("Lion", Lion::of), Map.entry("Muon", Muon::of),
                Map.entry("NormalizedSgd", NormalizedSgd::of), Map.entry("RmsProp", RmsProp::of),
                Map.entry("Sgd", Sgd::of));
    }

    /// A loss that is least where all is 0, from weights round 1.
    @Test
    void allOfThemDescend() {
        all().forEach((name, of) -> {
            var layer = Linear.of(Param.weight(normal(50, 6, 5)), Param.noDecay(normal(51, 6)));
            Optimizer optimizer = of.apply(layer, 0.02);
            double first = 0, last = 0;
            for (int step = 0; step < 100; step++) {
                try (Tape tape = Tape.training(new BufferPool(), 0)) {
                    Tensor loss = layer.forward(normal(60 + step % 10, 8, 5)).square().mean();
                    last = loss.item();
                    first = step == 0 ? last : first;
                    tape.backward(loss);
                }
                optimizer.step();
            }
            assertEquals(100, optimizer.steps());
            assertEquals(0.02, optimizer.rate());
            double before = first, after = last;
            assertTrue(after < 0.9 * before, () -> name + ": from " + before + " to " + after);
        });
    }

    @Test
    void aFactorIsOnTheRate() {
        Tensor before = weight.value().copy();
        backward(1);
        Sgd.of(model, 0.5).step(0.2, 1);
        Tensor once = weight.value().copy();
        weight.value().set(before);
        backward(1);
        Sgd.of(model, 0.1).step();
        assertBits(once, weight.value().detach());
    }

    @Test
    void aStepAsksThePartsWhatTheyDoAfterIt() {
        int[] asked = new int[1];
        Parameterized counting = new Parameterized() {
            @Override
            public void register(ParameterTree tree) {
                tree.addAll(model);
            }

            @Override
            public void afterStep() {
                asked[0]++;
            }
        };
        Group group = new Group(counting, "gain"::equals);
        Optimizer both = Sgd.of(group, 0.1).and(AdamW.of(group.others(), 0.1));
        backward(1);
        both.step();
        assertEquals(1, asked[0], "a model of two groups is asked once");
        both.step(1, 1, List.of(ParameterTree.of(counting), ParameterTree.of(model)));
        assertEquals(2, asked[0], "and so is one inside of other trees");
    }

    @Test
    void aStepByWhatIsNotFiniteChangesNothing() {
        Tensor before = weight.value().copy();
        Optimizer optimizer = AdamW.of(model, 0.1);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(weight.value().multiply(Float.POSITIVE_INFINITY).sum());
        }
        assertSays(assertThrows(ArithmeticException.class, optimizer::step), "weight", "finite");
        assertBits(before, weight.value().detach());
        assertEquals(0, optimizer.steps());
    }

    @Test
    void parametersWithoutAGradientStay() {
        float[] before = weight.value().toArray();
        for (Optimizer optimizer : List.of(AdamW.of(model, 1, AdamW.Config.GPT),
                Sgd.of(model, 1, new Sgd.Config(0.9, false, 0.1)))) {
            optimizer.step(1, 1);
            assertBits(Tensor.of(weight.value().shape(), before), weight.value().detach());
            assertEquals(1, optimizer.steps());
        }
    }

    @Test
    void stateIsWhatMustBeKept() {
        assertEquals(List.of("m.weight", "v.weight", "m.gain", "v.gain"),
                List.copyOf(AdamW.of(model, 1, AdamW.Config.GPT).state().keySet()));
        assertEquals(List.of("velocity.weight", "velocity.gain"),
                List.copyOf(Sgd.of(model, 1, new Sgd.Config(0.9, false, 0)).state().keySet()));
        assertEquals(0, Sgd.of(model, 1, new Sgd.Config(0, false, 0)).state().size());
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Sgd.Config(0, true, 0)), "Nesterov",
                "momentum");
    }

    @Test
    void togetherTwoOptimizersDoWhatEachDoesAlone() {
        var sgd = Sgd.of(Listed.of(Map.of("weight", weight)), 1, new Sgd.Config(0.9, false, 0.1));
        var adamW = AdamW.of(Listed.of(Map.of("gain", gain)), 1, AdamW.Config.GPT);
        float[] before = weight.value().toArray(), gainBefore = gain.value().toArray();
        backward(1);
        sgd.step(0.1, 0.5);
        adamW.step(0.025, 0.5);
        Tensor expected = weight.value().copy(), expectedGain = gain.value().copy();
        weight.value().set(before);
        gain.value().set(gainBefore);
        Optimizer both = Sgd.of(Listed.of(Map.of("weight", weight)), 1, new Sgd.Config(0.9, false, 0.1))
                .and(AdamW.of(Listed.of(Map.of("gain", gain)), 0.25, AdamW.Config.GPT));
        backward(1);
        both.step(0.1, 0.5);
        assertBits(expected, weight.value().detach());
        assertBits(expectedGain, gain.value().detach());
        assertEquals(List.of("velocity.weight", "m.gain", "v.gain"), List.copyOf(both.state().keySet()));
        assertEquals(List.of("weight", "gain"), List.copyOf(both.params().keySet()));
        assertSays(assertThrows(IllegalArgumentException.class, () -> both.and(adamW)), "one optimizer", "gain");
    }

    @Test
    void anOptimizerGoesOnFromItsState() {
        var first = AdamW.of(model, 1, AdamW.Config.GPT);
        backward(1);
        first.step(0.1, 1);
        var second = AdamW.of(model, 1, AdamW.Config.GPT);
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

    // ---- Steps measured by the length of the weight ----

    private static double length(double... x) {
        double squares = 0;
        for (double v : x) {
            squares += v * v;
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.1", "0, 0.1", "0.9, 0"})
    void larsIsItsFormula(double momentum, double decay) {
        double eta = 0.02;
        var lars = Lars.of(model, 1, new Lars.Config(eta, momentum, decay));
        double[][] w = {doubles(weight), doubles(gain)}, velocity = new double[2][N];
        for (int t = 1; t <= 10; t++) {
            double[] g = scaled(backward(t), 0.5);
            lars.step(rate(t), 0.5);
            double trust = eta * length(w[0]) / (length(g) + decay * length(w[0]));
            for (int i = 0; i < N; i++) {
                velocity[0][i] = momentum * velocity[0][i] + trust * (g[i] + decay * w[0][i]);
                velocity[1][i] = momentum * velocity[1][i] + g[i];
            }
            assertStep(w, velocity, rate(t));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.95, 1e-6, 0.1", "0.9, 0.999, 1e-6, 0", "0, 0.5, 1e-2, 0.5"})
    void lambIsItsFormula(double b1, double b2, double eps, double decay) {
        var config = new Lamb.Config(b1, b2, eps, decay);
        var lamb = Lamb.of(model, 1, config);
        double[][] w = {doubles(weight), doubles(gain)}, change = new double[2][N];
        double[] m = new double[N], v = new double[N];
        for (int t = 1; t <= 10; t++) {
            double[] g = scaled(backward(t), 0.5);
            lamb.step(rate(t), 0.5);
            for (int i = 0; i < N; i++) {
                m[i] = config.b1() * m[i] + (1 - config.b1()) * g[i];
                v[i] = config.b2() * v[i] + (1 - config.b2()) * g[i] * g[i];
                change[1][i] = m[i] / (1 - Math.pow(config.b1(), t))
                        / (Math.sqrt(v[i] / (1 - Math.pow(config.b2(), t))) + config.eps());
                change[0][i] = change[1][i] + config.decay() * w[0][i];
            }
            double trust = length(w[0]) / length(change[0]);
            for (int i = 0; i < N; i++) {
                change[0][i] *= trust;
            }
            assertStep(w, change, rate(t));
        }
    }

    /// w = w - rate change, for weight and gain.
    private void assertStep(double[][] w, double[][] change, double rate) {
        for (int i = 0; i < N; i++) {
            w[0][i] -= rate * change[0][i];
            w[1][i] -= rate * change[1][i];
            assertEquals(w[0][i], weight.value().data().get(i), 3e-6);
            assertEquals(w[1][i], gain.value().data().get(i), 3e-6);
        }
    }

    private static double[] scaled(Tensor g, double by) {
        double[] values = new double[g.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = by * g.data().get(i);
        }
        return values;
    }

    // ---- Gradients changed in place ----

    /// A weight w with gradient g.
    private static Param parameter(Tensor w, Tensor g) {
        Param param = Param.weight(w);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(param.value().multiply(g).sum());
        }
        return param;
    }

    @Test
    void lengthsOfAnyPower() {
        Param a = parameter(normal(6, 3, 4), normal(7, 3, 4)), b = parameter(normal(8, 5), normal(9, 5));
        var both = Map.of("a", a, "b", b);
        assertEquals(Gradients.norm(both), Gradients.norm(both, 2), 1e-5);
        double sum = normal(7, 3, 4).abs().sum().item() + (double) normal(9, 5).abs().sum().item();
        assertEquals(sum, Gradients.norm(both, 1), 1e-5);
        double max = Math.max(normal(7, 12).abs().max(keepDims(0)).item(), normal(9, 5).abs().max(keepDims(0)).item());
        assertEquals(max, Gradients.norm(both, Double.POSITIVE_INFINITY));
        assertEquals(max, Gradients.norm(both, 400), 0.02 * max);
        assertSays(assertThrows(IllegalArgumentException.class, () -> Gradients.norm(both, 0.5)), "p", "0.5");
    }

    @Test
    void valuesAreClipped() {
        Tensor g = normal(10, 3, 4);
        Param w = parameter(normal(11, 3, 4), g);
        Gradients.clipValues(Map.of("w", w), 0.5f);
        assertBits(g.minimum(Tensor.scalar(0.5f)).maximum(Tensor.scalar(-0.5f)), w.value().gradient());
    }

    @Test
    void unitsAreClippedByTheirOwnLength() {
        Tensor w = normal(12, 3, 4), g = normal(13, 3, 4).multiply(10), small = g.multiply(1e-4f);
        Param clipped = parameter(w, g), left = parameter(w, small), vector = parameter(normal(14, 4), normal(15, 4));
        Gradients.clipUnits(Map.of("clipped", clipped, "left", left, "vector", vector), 0.3, 1e-3);
        Tensor length = clipped.value().gradient().square().sum(keepDims(-1)).sqrt();
        assertClose(w.square().sum(keepDims(-1)).sqrt().multiply(0.3f), length, 1e-6);
        assertBits(small, left.value().gradient());
        assertEquals(0.3 * Math.sqrt(normal(14, 4).square().sum().item()),
                Math.sqrt(vector.value().gradient().square().sum().item()), 1e-6);
        Param zero = parameter(Tensor.zeros(3, 4), g);
        Gradients.clipUnits(Map.of("zero", zero), 0.3, 1e-3);
        assertClose(Tensor.full(Shape.of(3, 1), 3e-4f), zero.value().gradient().square().sum(keepDims(-1)).sqrt(),
                1e-9);
    }

    @Test
    void limitsAreNotNegative() {
        for (double limit : new double[] {-1, Double.NaN}) {
            assertSays(assertThrows(IllegalArgumentException.class,
                    () -> Gradients.clipUnits(params, limit, 1e-3)), "clipUnits", "limit", "" + limit);
            assertSays(assertThrows(IllegalArgumentException.class,
                    () -> Gradients.clipValues(params, (float) limit)), "clipValues", "limit", "" + limit);
        }
    }

    @Test
    void gradientsOfAnOutputGetMeanZero() {
        Tensor g = normal(16, 3, 2, 2), b = normal(17, 3);
        Param w = parameter(normal(18, 3, 2, 2), g), bias = parameter(normal(19, 3), b);
        Gradients.centralize(Map.of("w", w, "bias", bias));
        assertClose(g.subtract(g.mean(keepDims(1, 2))), w.value().gradient(), 1e-6);
        assertBits(b, bias.value().gradient());
    }
}
