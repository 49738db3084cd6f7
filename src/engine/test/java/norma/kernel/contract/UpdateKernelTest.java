package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;

import java.util.List;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel.Adagrad;
import norma.kernel.contract.UpdateKernel.AdamW;
import norma.kernel.contract.UpdateKernel.Lion;
import norma.kernel.contract.UpdateKernel.RmsProp;
import norma.kernel.contract.UpdateKernel.Sgd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UpdateKernelTest {

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static AdamW adamW(int step) {
        return new AdamW(0.01f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, step);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void adamWAgreesWithTheFormula(Kernels kernels) {
        for (int n : SIZES) {
            Floats w = normal(n, 1), m = Samples.of(n, i -> 0), v = Samples.of(n, i -> 0);
            double[] we = new double[n], me = new double[n], ve = new double[n];
            for (int i = 0; i < n; i++) {
                we[i] = w.get(i);
            }
            double b1 = 0.9f, b2 = 0.999f, rate = 0.01f, decay = 0.1f, eps = 1e-8f;
            for (int t = 1; t <= 10; t++) {
                Floats gradient = normal(n, t + 10);
                kernels.update().adamW(adamW(t), w, gradient, m, v);
                for (int i = 0; i < n; i++) {
                    double g = 0.5 * gradient.get(i);
                    me[i] = b1 * me[i] + (1 - b1) * g;
                    ve[i] = b2 * ve[i] + (1 - b2) * g * g;
                    we[i] -= rate * decay * we[i]
                            + rate * (me[i] / (1 - Math.pow(b1, t))) / (Math.sqrt(ve[i] / (1 - Math.pow(b2, t))) + eps);
                }
            }
            // Ten steps round w ten times.
            assertClose(i -> we[i], w, 1e-6);
            assertClose(i -> me[i], m, 1e-6);
            assertClose(i -> ve[i], v, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void sgdAgreesWithTheFormula(Kernels kernels) {
        for (int n : SIZES) {
            for (Sgd step : List.of(new Sgd(0.1f, 0, false, 0, 1), new Sgd(0.1f, 0.9f, false, 0.1f, 0.5f),
                    new Sgd(0.1f, 0.9f, true, 0.1f, 0.5f))) {
                Floats w = normal(n, 1), u = step.momentum() == 0 ? null : normal(n, 2), gradient = normal(n, 3);
                double[] we = new double[n], ue = new double[n];
                for (int i = 0; i < n; i++) {
                    double g = step.gradientScale() * gradient.get(i), rate = step.rate();
                    ue[i] = u == null ? g : step.momentum() * u.get(i) + g;
                    we[i] = w.get(i) - rate * step.decay() * w.get(i)
                            - rate * (step.nesterov() ? g + step.momentum() * ue[i] : ue[i]);
                }
                kernels.update().sgd(step, w, gradient, u);
                assertClose(i -> we[i], w, 3e-7);
                if (u != null) {
                    assertClose(i -> ue[i], u, 3e-7);
                }
            }
        }
    }

    /// One of the new w and v of a number, in double.
    private interface Rule {
        double step(double w, double v, double g);
    }

    private static void assertStep(int n, Floats w, Floats v, Floats gradient, Runnable step, Rule newV, Rule newW) {
        double[] we = new double[n], ve = new double[n];
        for (int i = 0; i < n; i++) {
            double g = 0.5 * gradient.get(i);
            ve[i] = newV.step(w.get(i), v.get(i), g);
            we[i] = newW.step(w.get(i), v.get(i), g);
        }
        step.run();
        assertClose(i -> we[i], w, 3e-7);
        assertClose(i -> ve[i], v, 3e-7);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void othersAgreeWithTheirFormulas(Kernels kernels) {
        double d = 0.9f, d2 = 0.99f, eps = 0.01f, rate = 0.1f, decay = 0.2f;
        for (int n : SIZES) {
            Floats w = normal(n, 1), gradient = normal(n, 2), v = Samples.of(n, i -> 0.5f + i % 3), m = normal(n, 3);
            assertStep(n, w, v, gradient,
                    () -> kernels.update().rmsProp(new RmsProp(0.1f, 0.9f, 0.01f, 0, 0.5f), w, gradient, v, null, null),
                    (_, old, g) -> d * old + (1 - d) * g * g,
                    (x, old, g) -> x - rate * g / (Math.sqrt(d * old + (1 - d) * g * g) + eps));
            assertStep(n, w, v, gradient,
                    () -> kernels.update().adagrad(new Adagrad(0.1f, 0.01f, 0.5f), w, gradient, v),
                    (_, old, g) -> old + g * g, (x, old, g) -> x - rate * g / (Math.sqrt(old + g * g) + eps));
            assertStep(n, w, m, gradient,
                    () -> kernels.update().lion(new Lion(0.1f, 0.9f, 0.99f, 0.2f, 0.5f), w, gradient, m),
                    (_, old, g) -> d2 * old + (1 - d2) * g,
                    (x, old, g) -> x - rate * (decay * x + Math.signum(d * old + (1 - d) * g)));
        }
    }

    /// Of a gradient that never changes the variance is 0, which rounding must not make negative.
    @ParameterizedTest
    @MethodSource("sets")
    void aVarianceIsNeverNegative(Kernels kernels) {
        Floats w = Samples.of(17, _ -> 0), v = Samples.of(17, _ -> 0), mean = Samples.of(17, _ -> 0);
        for (int t = 0; t < 500; t++) {
            Floats gradient = Samples.of(17, i -> 0.1f * (i + 1));
            kernels.update().rmsProp(new RmsProp(1e-3f, 0.9f, 1, 0, 1), w, gradient, v, mean, null);
        }
        // where the variance is gone each step is rate g / eps
        assertClose(i -> -500 * 1e-3 * 0.1 * (i + 1), w, 0.1);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void everySetGivesTheSameBits(Kernels kernels) {
        Floats expected = steps(Kernels.REFERENCE, 1003), actual = steps(kernels, 1003);
        if (Samples.exact()) {
            assertSameBits(expected, actual);
        } else {
            assertClose(expected::get, actual, 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        assertSteady(() -> steps(kernels, 45));
        assertSteady(() -> steps(kernels, 100_003));
    }

    private static Floats steps(Kernels kernels, int n) {
        Floats all = normal(3 * n, 1), w = all.slice(0, n), m = all.slice(n, n), v = all.slice(2 * n, n);
        v.fill(0);
        for (int t = 1; t <= 3; t++) {
            kernels.update().adamW(adamW(t), w, normal(n, t), m, v);
            kernels.update().sgd(new Sgd(0.1f, 0.9f, t == 2, 0.1f, 0.5f), w, normal(n, t), m);
            kernels.update().rmsProp(new RmsProp(0.1f, 0.9f, 0.01f, 0, 0.5f), w, normal(n, t), v, null, null);
            kernels.update().rmsProp(new RmsProp(0.1f, 0.9f, 0.01f, 0.9f, 0.5f), w, normal(n, t), v, m, m);
            kernels.update().adagrad(new Adagrad(0.1f, 0.01f, 0.5f), w, normal(n, t), v);
            kernels.update().lion(new Lion(0.1f, 0.9f, 0.99f, 0.1f, 0.5f), w, normal(n, t), m);
        }
        return all;
    }
}
