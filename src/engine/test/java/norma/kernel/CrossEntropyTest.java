package norma.kernel;

import static norma.kernel.Samples.assertClose;
import static norma.kernel.Samples.assertSteady;
import static norma.kernel.Samples.normal;
import static norma.kernel.Samples.of;
import static norma.kernel.Samples.room;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrossEntropyTest {
    private static final int ROWS = 5;
    private static final int IGNORE = -100;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// Row 3 is ignored.
    private static int[] targets(int classes) {
        return IntStream.range(0, ROWS).map(r -> r == 3 ? IGNORE : r * 7 % classes).toArray();
    }

    private static void check(Kernels kernels, Floats x, int n, float smoothing, double tolerance) {
        int[] targets = targets(n);
        Floats losses = room(ROWS), logSumExp = room(ROWS), dx = room(ROWS * n);
        kernels.crossEntropy().forward(ROWS, n, x, targets, IGNORE, smoothing, losses, logSumExp);
        kernels.crossEntropy().backward(ROWS, n, x, targets, IGNORE, smoothing, logSumExp, 0.25f, dx);
        double[] log = new double[ROWS], loss = new double[ROWS];
        for (int r = 0; r < ROWS; r++) {
            double max = Double.NEGATIVE_INFINITY, sum = 0;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, x.get(r * n + j));
            }
            for (int j = 0; j < n; j++) {
                sum += Math.exp(x.get(r * n + j) - max);
            }
            log[r] = max + Math.log(sum);
            for (int j = 0; targets[r] != IGNORE && j < n; j++) {
                double q = q(targets[r], j, n, smoothing);
                loss[r] += q == 0 ? 0 : q * (log[r] - x.get(r * n + j));
            }
        }
        assertClose(r -> loss[r], losses, 1e-6);
        assertClose(r -> log[r], logSumExp, 1e-6);
        assertClose(i -> targets[i / n] == IGNORE ? 0
                : 0.25 * (Math.exp(x.get(i) - log[i / n]) - q(targets[i / n], i % n, n, smoothing)), dx, tolerance);
    }

    private static double q(int target, int j, int n, double smoothing) {
        return smoothing / n + (j == target ? 1 - smoothing : 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithTheFormula(Kernels kernels) {
        for (int n : new int[] {1, 3, 13, 17, 63, 207, 702, 1024, 32_003}) {
            check(kernels, normal(ROWS * n, n), n, 0, 1e-6);
            check(kernels, normal(ROWS * n, n), n, 0.1f, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void largeLogits(Kernels kernels) {
        for (int n : new int[] {13, 207}) {
            check(kernels, of(ROWS * n, i -> i % 2 == 0 ? 1e4 : -1e4), n, 0, 2e-4); // log sum exp is kept to 5e-4 at 1e4
            check(kernels, of(ROWS * n, i -> i % n == 5 ? 1e4 : -1e4), n, 0.1f, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void maskedClasses(Kernels kernels) {
        int n = 40;
        int[] targets = targets(n);
        check(kernels,
                of(ROWS * n, i -> i % 3 == 0 && i % n != targets[i / n] ? Double.NEGATIVE_INFINITY : Math.sin(i)), n, 0,
                1e-6);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int rows : new int[] {2, 1000}) {
            int n = 107;
            int[] targets = IntStream.range(0, rows).map(r -> r % n).toArray();
            Floats x = normal(rows * n, 1);
            assertSteady(() -> {
                Floats all = room(2 * rows + rows * n);
                kernels.crossEntropy().forward(rows, n, x, targets, -1, 0.1f, all.slice(0, rows),
                        all.slice(rows, rows));
                kernels.crossEntropy().backward(rows, n, x, targets, -1, 0.1f, all.slice(rows, rows), 1,
                        all.slice(2 * rows, rows * n));
                return all;
            });
        }
    }
}
