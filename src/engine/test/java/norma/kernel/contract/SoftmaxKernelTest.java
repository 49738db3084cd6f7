package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;

import java.util.List;
import norma.kernel.Floats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SoftmaxKernelTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static double[] exact(Floats x, int n) {
        double[] y = new double[x.length()];
        for (int r = 0; r < x.length() / n; r++) {
            double max = Double.NEGATIVE_INFINITY, sum = 0;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, x.get(r * n + j));
            }
            for (int j = 0; j < n; j++) {
                sum += Math.exp(x.get(r * n + j) - max);
            }
            for (int j = 0; j < n; j++) {
                y[r * n + j] = Math.exp(x.get(r * n + j) - max) / sum;
            }
        }
        return y;
    }

    private static void check(Kernels kernels, Floats x, int n) {
        Floats y = room(x.length());
        kernels.softmax().softmax(x.length() / n, n, x, y);
        double[] exact = exact(x, n);
        assertClose(i -> exact[i], y, 2e-7);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithTheFormula(Kernels kernels) {
        for (int n : SIZES) {
            check(kernels, normal(5 * n, n), n);
            check(kernels, of(5 * n, i -> 50 * Math.sin(i)), n);
            check(kernels, of(5 * n, i -> 1e4 + i % 3), n);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void infinitiesAndNan(Kernels kernels) {
        for (int n : new int[] {5, 40, 1024}) {
            Floats x = of(5 * n, i -> switch (i / n) {
                case 0 -> i % 2 == 0 ? -INF : 1;
                case 1 -> -INF;
                case 2 -> i % n == 3 ? Float.NaN : 1;
                case 3 -> i % n == 3 ? INF : 1;
                default -> i % n == 3 ? 1e38f : -1e38f;
            });
            check(kernels, x, n);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void backwardAgreesWithTheFormula(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = normal(5 * n, n), dy = normal(5 * n, 2), y = room(5 * n), dx = room(5 * n);
            kernels.softmax().softmax(5, n, x, y);
            kernels.softmax().softmaxBackward(5, n, y, dy, dx);
            double[] exact = exact(x, n), dot = new double[5];
            for (int i = 0; i < 5 * n; i++) {
                dot[i / n] += exact[i] * dy.get(i);
            }
            assertClose(i -> exact[i] * (dy.get(i) - dot[i / n]), dx, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void worksInPlace(Kernels kernels) {
        Floats x = normal(3 * 45, 1), y = room(3 * 45), dy = normal(3 * 45, 2), dx = room(3 * 45);
        kernels.softmax().softmax(3, 45, x, y);
        kernels.softmax().softmax(3, 45, x, x);
        Samples.assertSameBits(y, x);
        kernels.softmax().softmaxBackward(3, 45, y, dy, dx);
        kernels.softmax().softmaxBackward(3, 45, y, dy, dy);
        Samples.assertSameBits(dx, dy);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int rows : new int[] {2, 1000}) {
            Floats x = normal(rows * 107, 1), dy = normal(rows * 107, 2);
            assertSteady(() -> {
                Floats y = room(2 * rows * 107);
                kernels.softmax().softmax(rows, 107, x, y.slice(0, rows * 107));
                kernels.softmax().softmaxBackward(rows, 107, y.slice(0, rows * 107), dy,
                        y.slice(rows * 107, rows * 107));
                return y;
            });
        }
    }
}
