package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import norma.kernel.Floats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionKernelTest {

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static void check(Kernels kernels, Floats x, int outer, int n, int inner) {
        Floats sum = room(outer * inner), max = room(outer * inner);
        kernels.reduction().sum(x, sum, outer, n, inner);
        kernels.reduction().max(x, max, outer, n, inner);
        // Rounding of n standard normal numbers in a tree: a few units of the sum's typical size sqrt(n).
        assertClose(i -> reduce(x, i, n, inner, 0, Double::sum), sum, 3e-7 * Math.sqrt(n));
        assertClose(i -> reduce(x, i, n, inner, Double.NEGATIVE_INFINITY, Math::max), max, 0);
    }

    private static double reduce(Floats x, int i, int n, int inner, double start, DoubleBinaryOperator f) {
        double result = start;
        for (int k = 0; k < n; k++) {
            result = f.applyAsDouble(result, x.get((i / inner * n + k) * inner + i % inner));
        }
        return result;
    }

    @ParameterizedTest
    @MethodSource("sets")
    void sumsAndMaximaOverAnyAxis(Kernels kernels) {
        for (int n : SIZES) {
            for (int inner : new int[] {1, 3, 17, 100}) {
                check(kernels, normal(2 * n * inner, n), 2, n, inner);
            }
        }
        check(kernels, normal(100_000, 1), 1, 100_000, 1);
        check(kernels, normal(100_000, 1), 1, 50_000, 2);
        check(kernels, normal(90_000, 2), 3, 30, 1000);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void anEmptyAxisSumsToZero(Kernels kernels) {
        Floats y = room(6);
        kernels.reduction().sum(Floats.zeros(0), y, 2, 0, 3);
        assertClose(i -> 0, y, 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nanAndInfinityStayInTheirRow(Kernels kernels) {
        Floats x = of(4 * 50, i -> i == 7 ? Double.NaN
                : i == 60 ? Double.POSITIVE_INFINITY : i == 110 ? Double.NEGATIVE_INFINITY : 1);
        Floats sum = room(4), max = room(4);
        kernels.reduction().sum(x, sum, 4, 50, 1);
        kernels.reduction().max(x, max, 4, 50, 1);
        assertClose(i -> new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 50}[i], sum, 0);
        assertClose(i -> new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1, 1}[i], max, 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void longSumsDoNotDrift(Kernels kernels) {
        int n = 3_000_001;
        Floats x = of(n, i -> 0.1f), y = room(1);
        kernels.reduction().sum(x, y, 1, n, 1);
        // One after the other in float this gives 293,000 instead of 300,000.
        assertEquals(n * (double) 0.1f, y.get(0), 0.5);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void sumOfSquaresInDouble(Kernels kernels) {
        for (int n : new int[] {0, 1, 13, 702, 100_000}) {
            Floats x = normal(n, n);
            double expected = 0;
            for (int i = 0; i < n; i++) {
                expected += (double) x.get(i) * x.get(i);
            }
            // What clips gradients need not be better than their factor, a float.
            assertEquals(expected, kernels.reduction().sumOfSquares(x), 1e-7 * expected);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void squaresBeyondTheRangeOfFloat(Kernels kernels) {
        for (int n : new int[] {1, 13, 40_000}) {
            assertEquals(n * 1e56, kernels.reduction().sumOfSquares(of(n, i -> 1e28f)), n * 1e50);
            assertEquals(n * 1e-56, kernels.reduction().sumOfSquares(of(n, i -> 1e-28f)), n * 1e-62);
            assertEquals(0, kernels.reduction().sumOfSquares(Floats.zeros(n)));
            int last = n - 1;
            assertEquals(Double.NaN, kernels.reduction().sumOfSquares(of(n, i -> i == last ? Double.NaN : 1)));
            assertEquals(Double.POSITIVE_INFINITY,
                    kernels.reduction().sumOfSquares(of(n, i -> i == 0 ? Double.NEGATIVE_INFINITY : 1)));
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        Floats x = normal(300_000, 1);
        for (int inner : new int[] {1, 3, 300, 100_000}) {
            assertSteady(() -> {
                Floats y = room(3 * inner);
                kernels.reduction().sum(x, y.slice(0, inner), 1, 300_000 / inner, inner);
                kernels.reduction().max(x, y.slice(inner, inner), 1, 300_000 / inner, inner);
                y.slice(2 * inner, inner).fill((float) kernels.reduction().sumOfSquares(x));
                return y;
            });
        }
    }
}
