package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import norma.kernel.Floats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NormalizationKernelTest {
    private static final float EPS = 1e-5f;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// One call forward and backward, and the same in float64.
    private static final class Case {
        final boolean centered;
        final int rows;
        final int columns;
        final Floats x, gamma, beta, dy, y, statistics, dx, dGamma, dBeta;
        final double[] mean, rstd;

        Case(boolean centered, int rows, int columns, Floats x, Floats gamma, Floats beta) {
            this.centered = centered;
            this.rows = rows;
            this.columns = columns;
            this.x = x;
            this.gamma = gamma;
            this.beta = beta;
            dy = normal(rows * columns, 9);
            y = room(rows * columns);
            dx = room(rows * columns);
            statistics = room(rows * (centered ? 3 : 1));
            dGamma = room(columns);
            dBeta = room(columns);
            mean = new double[rows];
            rstd = new double[rows];
            for (int r = 0; r < rows; r++) {
                double square = 0;
                for (int j = 0; centered && j < columns; j++) {
                    mean[r] += (double) x(r, j) / columns;
                }
                for (int j = 0; j < columns; j++) {
                    square += (x(r, j) - mean[r]) * (x(r, j) - mean[r]) / columns;
                }
                rstd[r] = 1 / Math.sqrt(square + EPS);
            }
        }

        float x(int r, int j) {
            return x.get(r * columns + j);
        }

        double xhat(int r, int j) {
            return (x(r, j) - mean[r]) * rstd[r];
        }

        double g(int r, int j) {
            return dy.get(r * columns + j) * (gamma == null ? 1.0 : gamma.get(j));
        }

        double yExact(int i) {
            int r = i / columns, j = i % columns;
            return xhat(r, j) * (gamma == null ? 1.0 : gamma.get(j)) + (beta == null ? 0.0 : beta.get(j));
        }

        double[] dxExact() {
            double[] exact = new double[rows * columns];
            for (int r = 0; r < rows; r++) {
                double sum = 0, dot = 0;
                for (int j = 0; j < columns; j++) {
                    sum += centered ? g(r, j) / columns : 0;
                    dot += g(r, j) * xhat(r, j) / columns;
                }
                for (int j = 0; j < columns; j++) {
                    exact[r * columns + j] = rstd[r] * (g(r, j) - sum - xhat(r, j) * dot);
                }
            }
            return exact;
        }

        double parameterGradient(int j, boolean ofGamma) {
            double sum = 0;
            for (int r = 0; r < rows; r++) {
                sum += dy.get(r * columns + j) * (ofGamma ? xhat(r, j) : 1);
            }
            return sum;
        }

        Case run(Kernels kernels) {
            NormalizationKernel normalization = kernels.normalization();
            if (centered) {
                normalization.centered(rows, columns, x, gamma, beta, EPS, y, statistics);
                normalization.centeredBackward(rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
            } else {
                normalization.uncentered(rows, columns, x, gamma, beta, EPS, y, statistics);
                normalization.uncenteredBackward(rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
            }
            return this;
        }

        /// @param wide how much wider the tolerances are than for standard normal numbers
        void check(double wide) {
            assertClose(this::yExact, y, 1e-6 * wide);
            double[] exact = dxExact();
            assertClose(i -> exact[i], dx, 3e-6 * wide);
            assertClose(j -> parameterGradient(j, true), dGamma, 2e-6 * wide * Math.sqrt(rows));
            assertClose(j -> parameterGradient(j, false), dBeta, 2e-6 * wide * Math.sqrt(rows));
        }

        Floats everything() {
            return Samples.joined(y, dx, statistics, dGamma, dBeta);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithTheFormula(Kernels kernels) {
        for (int n : SIZES) {
            Floats gamma = normal(n, 1), beta = normal(n, 2);
            for (boolean centered : new boolean[] {true, false}) {
                for (int rows : new int[] {1, 3, 70}) {
                    Floats x = normal(rows * n, 3);
                    new Case(centered, rows, n, x, gamma, beta).run(kernels).check(5);
                    new Case(centered, rows, n, x, gamma, null).run(kernels).check(5);
                    new Case(centered, rows, n, x, null, beta).run(kernels).check(5);
                    new Case(centered, rows, n, x, null, null).run(kernels).check(1);
                }
            }
        }
        new Case(true, 5, 8192 + 7, normal(5 * 8199, 4), null, null).run(kernels).check(1);
        new Case(false, 5, 8192 + 7, normal(5 * 8199, 4), null, null).run(kernels).check(1);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aLargeOffsetCostsNoDigits(Kernels kernels) {
        Random random = new Random(1);
        Floats x = of(4 * 2000, i -> 1e4 + 0.01 * random.nextGaussian());
        Case c = new Case(true, 4, 2000, x, null, null).run(kernels);
        double worst = 0;
        for (int i = 0; i < x.length(); i++) {
            worst = Math.max(worst, Math.abs(c.yExact(i) - c.y.get(i)));
        }
        assertTrue(worst <= 1e-6, "off by " + worst);
        double[] exact = c.dxExact();
        // dx is a difference of terms near 1 / std = 100, each rounded to 6e-8 of itself: 6e-6, however small the difference
        assertClose(i -> exact[i], c.dx, 1e-5);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void anyFirstElementsGiveTheSameVariance(Kernels kernels) {
        // The first elements are far from the mean of the others.
        Floats x = of(3 * 1000, i -> i % 1000 < 20 ? 1000 : 0.001 * Math.sin(i));
        new Case(true, 3, 1000, x, null, null).run(kernels).check(1);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aRowWithoutVarianceGivesBeta(Kernels kernels) {
        for (int n : SIZES) {
            for (float value : new float[] {0, 0.1f, 1e4f / 3, -1e20f}) {
                Floats gamma = normal(n, 1), beta = normal(n, 2);
                Case c = new Case(true, 2, n, of(2 * n, i -> value), gamma, beta).run(kernels);
                assertClose(i -> beta.get(i % n), c.y, 0);
                for (int i = 0; i < 2 * n; i++) {
                    double mean = 0;
                    for (int j = 0; j < n; j++) {
                        mean += c.g(i / n, j) / n;
                    }
                    double expected = n == 1 ? 0 : (c.g(i / n, i % n) - mean) / Math.sqrt(EPS);
                    assertEquals(expected, c.dx.get(i), 5e-4,
                            "(g - mean g) / sqrt(eps), which is 316 times the gradient");
                }
                assertClose(j -> 0, c.dGamma, 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void oneColumnHasNoGradient(Kernels kernels) {
        Case c = new Case(true, 5, 1, normal(5, 1), normal(1, 2), normal(1, 3)).run(kernels);
        assertClose(i -> c.beta.get(0), c.y, 0);
        assertClose(i -> 0, c.dx, 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void hugeAndTinyRows(Kernels kernels) {
        for (boolean centered : new boolean[] {true, false}) {
            for (double size : new double[] {1e20, 1e37, 1e-30, 1e-3}) {
                for (int n : new int[] {100, 702}) {
                    Floats standard = normal(3 * n, 5);
                    Floats x = of(3 * n, i -> size * standard.get(i));
                    Case c = new Case(centered, 3, n, x, null, null).run(kernels);
                    assertClose(c::yExact, c.y, 1e-6);
                    // dx is of the size of rstd.
                    double[] exact = c.dxExact();
                    assertClose(i -> exact[i] / c.rstd[i / n], of(3 * n, i -> c.dx.get(i) / c.rstd[i / n]), 1e-6);
                }
            }
        }
        // Without eps a tiny row is a row like any other.
        Floats x = of(64, i -> 1e-30 * (i % 2 * 2 - 1)), y = room(64), statistics = room(1);
        kernels.normalization().uncentered(1, 64, x, null, null, 0, y, statistics);
        assertClose(i -> i % 2 * 2 - 1, y, 1e-6);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nanAndInfinityPoisonTheirRowOnly(Kernels kernels) {
        for (int n : new int[] {13, 100, 1024}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                Floats clean = normal(3 * n, 1);
                Floats x = of(3 * n, i -> i == n + 2 ? bad : clean.get(i));
                Case centered = new Case(true, 3, n, x, null, null).run(kernels);
                assertClose(i -> i / n == 1 ? Double.NaN : centered.yExact(i), centered.y, 1e-6);
                Case uncentered = new Case(false, 3, n, x, null, null).run(kernels);
                assertClose(i -> i / n != 1 ? uncentered.yExact(i) : Float.isNaN(bad) || i == n + 2 ? Double.NaN : 0,
                        uncentered.y, 1e-6);
                double[] exact = centered.dxExact();
                assertClose(i -> i / n == 1 ? Double.NaN : exact[i], centered.dx, 3e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aZeroRowStaysZero(Kernels kernels) {
        Case c = new Case(false, 2, 50, Floats.zeros(100), null, null).run(kernels);
        assertClose(i -> 0, c.y, 0);
        assertClose(i -> c.dy.get(i) / Math.sqrt(EPS), c.dx, 1e-6);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nothingToDo(Kernels kernels) {
        new Case(true, 0, 7, Floats.zeros(0), null, null).run(kernels).check(1);
        new Case(false, 0, 7, Floats.zeros(0), null, null).run(kernels).check(1);
        assertEquals(0, new Case(true, 3, 0, Floats.zeros(0), null, null).run(kernels).y.length());
        assertEquals(0, new Case(false, 3, 0, Floats.zeros(0), null, null).run(kernels).y.length());
    }

    @ParameterizedTest
    @MethodSource("sets")
    void gradientsOfManyRowsAddUpExactlyEnough(Kernels kernels) {
        int rows = 4096, n = 48;
        Case c = new Case(true, rows, n, normal(rows * n, 7), null, null).run(kernels);
        // 2e-5 of the size of the sum, sqrt(rows).
        assertClose(j -> c.parameterGradient(j, true), c.dGamma, 2e-5);
        assertClose(j -> c.parameterGradient(j, false), c.dBeta, 2e-5);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void parameterGradientsMayBeLeftOut(Kernels kernels) {
        Case all = new Case(true, 70, 33, normal(70 * 33, 7), null, null).run(kernels);
        Floats dx = room(70 * 33);
        kernels.normalization().centeredBackward(70, 33, all.dy, all.x, null, all.statistics, dx, null, null);
        Samples.assertSameBits(all.dx, dx);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (boolean centered : new boolean[] {true, false}) {
            for (int[] size : new int[][] {{3, 50}, {700, 207}}) {
                Floats x = normal(size[0] * size[1], 1), gamma = normal(size[1], 2);
                assertSteady(() -> new Case(centered, size[0], size[1], x, gamma, gamma).run(kernels).everything());
            }
        }
    }
}
