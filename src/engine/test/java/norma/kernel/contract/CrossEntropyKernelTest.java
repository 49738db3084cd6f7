package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import norma.kernel.Floats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrossEntropyKernelTest {
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
        Floats losses = room(ROWS), alone = room(ROWS), dx = room(ROWS * n);
        kernels.crossEntropy().crossEntropy(ROWS, n, x, targets, IGNORE, smoothing, losses, 0.25f, dx);
        kernels.crossEntropy().crossEntropy(ROWS, n, x, targets, IGNORE, smoothing, alone, 0.25f, null);
        assertSameBits(losses, alone);
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
            check(kernels, of(ROWS * n, i -> i % 2 == 0 ? 1e4 : -1e4), n, 0, 1e-6);
            check(kernels, of(ROWS * n, i -> i % n == 5 ? 1e4 : -1e4), n, 0.1f, 1e-6);
        }
    }

    /// log sum exp would be rounded to 5e-4 here, and with it every probability.
    @ParameterizedTest
    @MethodSource("sets")
    void probabilitiesOfLargeLogits(Kernels kernels) {
        for (int n : new int[] {13, 207}) {
            check(kernels, of(ROWS * n, i -> 1e4 + Math.sin(i)), n, 0, 3e-7);
            check(kernels, of(ROWS * n, i -> -1e4 + Math.sin(i)), n, 0.1f, 3e-7);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void worksInPlace(Kernels kernels) {
        int n = 45;
        Floats x = normal(ROWS * n, 1), dx = room(ROWS * n), losses = room(ROWS), again = room(ROWS);
        kernels.crossEntropy().crossEntropy(ROWS, n, x, targets(n), IGNORE, 0.1f, losses, 1, dx);
        kernels.crossEntropy().crossEntropy(ROWS, n, x, targets(n), IGNORE, 0.1f, again, 1, x);
        assertSameBits(losses, again);
        assertSameBits(dx, x);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nanStaysInItsRow(Kernels kernels) {
        for (int n : new int[] {13, 207, 1024}) {
            Floats x = of(ROWS * n, i -> i == n + 2 ? Float.NaN : Math.sin(i)), losses = room(ROWS);
            Floats dx = room(ROWS * n);
            kernels.crossEntropy().crossEntropy(ROWS, n, x, targets(n), IGNORE, 0, losses, 1, dx);
            for (int i = 0; i < ROWS * n; i++) {
                assertEquals(i / n == 1, Float.isNaN(dx.get(i)));
                assertEquals(i / n == 1, Float.isNaN(losses.get(i / n)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void maskedClasses(Kernels kernels) {
        for (int n : new int[] {40, 1024}) {
            int[] targets = targets(n);
            check(kernels,
                    of(ROWS * n, i -> i % 4 == 0 && i % n != targets[i / n] ? Double.NEGATIVE_INFINITY : Math.sin(i)),
                    n, 0, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void theMeanIsOverTheRowsThatCount(Kernels kernels) {
        for (int n : new int[] {1, 5, 1000, 70_000}) {
            Floats losses = of(n, i -> i % 3 == 0 ? 5 : 0), loss = room(1);
            int count = Math.ceilDiv(n, 3);
            kernels.crossEntropy().mean(losses, count, loss);
            assertClose(_ -> 5, loss, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int rows : new int[] {2, 1000}) {
            int n = 107;
            int[] targets = IntStream.range(0, rows).map(r -> r % n).toArray();
            Floats x = normal(rows * n, 1);
            assertSteady(() -> {
                Floats all = room(rows + rows * n);
                kernels.crossEntropy().crossEntropy(rows, n, x, targets, -1, 0.1f, all.slice(0, rows), 1,
                        all.slice(rows, rows * n));
                return all;
            });
        }
    }
}
