package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlaneNormalizationKernelTest {
    private static final float EPS = 1e-5f;

    /// (N, C, elements of a plane)
    private static final int[][] SHAPES = {{5, 3, 1}, {70, 17, 1}, {1, 16, 1}, {130, 64, 1}, {2, 3, 1}, {3, 4, 13},
            {3, 4, 63}, {2, 6, 702}, {4, 8, 1024}};

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// Each shape in 1, 2 and C groups, across the batch and not.
    private static List<Planes> planes() {
        List<Planes> all = new ArrayList<>();
        for (int[] shape : SHAPES) {
            for (int groups : shape[1] > 2 && shape[1] % 2 == 0 ? new int[] {1, 2, shape[1]}
                    : new int[] {1, shape[1]}) {
                all.add(new Planes(shape[0], shape[1], shape[2], groups, true));
                all.add(new Planes(shape[0], shape[1], shape[2], groups, false));
            }
        }
        return all;
    }

    private static int size(Planes p) {
        return p.batch() * p.channels() * p.inner();
    }

    /// One call forward and backward, and the same in float64.
    private static final class Case {
        final Planes p;
        final boolean constant;
        final Floats x, gamma, beta, dy, y, statistics, dx, dGamma, dBeta;
        final double[] mean, variance, meanG, meanDot;

        /// @param given statistics that are constants, or null for those of x
        Case(Planes p, Floats x, Floats gamma, Floats beta, Floats given) {
            this.p = p;
            this.x = x;
            this.gamma = gamma;
            this.beta = beta;
            constant = given != null;
            dy = normal(size(p), 9);
            y = room(size(p));
            dx = room(size(p));
            statistics = constant ? given : room(3 * p.statistics());
            dGamma = room(p.channels());
            dBeta = room(p.channels());
            mean = new double[p.statistics()];
            variance = new double[p.statistics()];
            meanG = new double[p.statistics()];
            meanDot = new double[p.statistics()];
        }

        /// Takes the statistics in float64.
        Case exact() {
            for (int s = 0; constant && s < p.statistics(); s++) {
                mean[s] = statistics.get(3 * s) + (double) statistics.get(3 * s + 1);
                variance[s] = statistics.get(3 * s + 2);
            }
            for (int i = 0; !constant && i < x.length(); i++) {
                mean[statistic(i)] += (double) x.get(i) / p.count();
            }
            for (int i = 0; !constant && i < x.length(); i++) {
                variance[statistic(i)] += Math.pow(x.get(i) - mean[statistic(i)], 2) / p.count();
            }
            for (int i = 0; !constant && i < x.length(); i++) {
                meanG[statistic(i)] += g(i) / p.count();
                meanDot[statistic(i)] += g(i) * xhat(i) / p.count();
            }
            return this;
        }

        int channel(int i) {
            return i / p.inner() % p.channels();
        }

        int statistic(int i) {
            return p.statisticOf(i / p.run());
        }

        double rstd(int i) {
            return 1 / Math.sqrt(variance[statistic(i)] + EPS);
        }

        double xhat(int i) {
            return (x.get(i) - mean[statistic(i)]) * rstd(i);
        }

        double g(int i) {
            return dy.get(i) * (gamma == null ? 1.0 : gamma.get(channel(i)));
        }

        double yExact(int i) {
            return xhat(i) * (gamma == null ? 1.0 : gamma.get(channel(i)))
                    + (beta == null ? 0.0 : beta.get(channel(i)));
        }

        /// dx / rstd: dx is of the size of rstd.
        double dxExact(int i) {
            return g(i) - meanG[statistic(i)] - xhat(i) * meanDot[statistic(i)];
        }

        double parameterGradient(int channel, boolean ofGamma) {
            double sum = 0;
            for (int i = 0; i < x.length(); i++) {
                sum += channel(i) == channel ? dy.get(i) * (ofGamma ? xhat(i) : 1) : 0;
            }
            return sum;
        }

        Case run(Kernels kernels) {
            PlaneNormalizationKernel normalization = kernels.planeNormalization();
            if (!constant) {
                normalization.moments(p, x, statistics);
            }
            normalization.normalize(p, x, statistics, gamma, beta, EPS, y);
            normalization.backward(p, dy, x, statistics, constant, gamma, EPS, dx, dGamma, dBeta);
            return this;
        }

        /// @param wide how much wider the tolerances are than for standard normal numbers without gain and bias
        void check(double wide) {
            exact();
            assertClose(s -> mean[s], of(p.statistics(), s -> statistics.get(3 * s)), 1e-6);
            assertClose(s -> variance[s], of(p.statistics(), s -> statistics.get(3 * s + 2)), 1e-6);
            assertClose(this::yExact, y, 1e-6 * wide);
            assertClose(this::dxExact, of(dx.length(), i -> dx.get(i) / rstd(i)), 3e-6 * wide);
            double terms = Math.sqrt(p.batch() * p.inner());
            assertClose(c -> parameterGradient(c, true), dGamma, 2e-6 * wide * terms);
            assertClose(c -> parameterGradient(c, false), dBeta, 2e-6 * wide * terms);
        }

        Floats everything() {
            return Samples.joined(y, dx, statistics, dGamma, dBeta);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithTheFormula(Kernels kernels) {
        for (Planes p : planes()) {
            Floats x = normal(size(p), 1), gamma = normal(p.channels(), 2), beta = normal(p.channels(), 3);
            new Case(p, x, gamma, beta, null).run(kernels).check(5);
            new Case(p, x, gamma, null, null).run(kernels).check(5);
            new Case(p, x, null, beta, null).run(kernels).check(5);
            new Case(p, x, null, null, null).run(kernels).check(1);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void statisticsMayBeConstants(Kernels kernels) {
        for (Planes p : planes()) {
            Floats given = of(3 * p.statistics(), i -> i % 3 == 0 ? 0.1 * (i % 7) : i % 3 == 1 ? 1e-9 : 0.5 + i % 5);
            Floats x = normal(size(p), 1), gamma = normal(p.channels(), 2);
            new Case(p, x, gamma, gamma, given).run(kernels).check(20);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aLargeOffsetCostsNoDigits(Kernels kernels) {
        Random random = new Random(1);
        for (Planes p : planes()) {
            Floats x = of(size(p), _ -> 1e4 + 0.01 * random.nextGaussian());
            Case c = new Case(p, x, null, null, null).run(kernels).exact();
            double worst = 0;
            for (int i = 0; i < x.length(); i++) {
                worst = Math.max(worst, Math.abs(c.yExact(i) - c.y.get(i)));
            }
            assertTrue(worst <= 1e-6, p + " is off by " + worst);
            for (int s = 0; s < p.statistics(); s++) {
                assertEquals(c.variance[s], c.statistics.get(3 * s + 2), 1e-6 * c.variance[s], p.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void forwardIsMomentsThenNormalize(Kernels kernels) {
        for (Planes p : planes()) {
            Floats gamma = normal(p.channels(), 2);
            // from one run to the next the mean moves far, so that what was guessed of it is wrong
            Floats jumps = of(size(p), i -> i % p.run() < 8 ? 1000 * (i / p.run()) : Math.sin(i));
            Floats poisoned = of(size(p), i -> i == size(p) / 2 ? Double.NaN : Math.cos(i));
            for (Floats x : List.of(normal(size(p), 1), jumps, poisoned)) {
                Case c = new Case(p, x, gamma, gamma, null).run(kernels);
                Floats y = room(size(p)), statistics = room(3 * p.statistics());
                kernels.planeNormalization().forward(p, x, gamma, gamma, EPS, y, statistics);
                assertSameBits(c.statistics, statistics);
                assertSameBits(c.y, y);
                Floats inPlace = Samples.copy(x);
                kernels.planeNormalization().forward(p, inPlace, gamma, gamma, EPS, inPlace, statistics);
                assertSameBits(c.y, inPlace);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatHasNoVarianceGivesBeta(Kernels kernels) {
        for (Planes p : planes()) {
            for (float value : new float[] {0, 0.1f, 1e4f / 3, -1e20f}) {
                Floats beta = normal(p.channels(), 1);
                Case c = new Case(p, of(size(p), _ -> value), null, beta, null).run(kernels);
                assertClose(i -> beta.get(c.channel(i)), c.y, 0);
                assertClose(_ -> 0, c.dGamma, 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nanAndInfinityPoisonTheirOwnStatistic(Kernels kernels) {
        for (Planes p : planes()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                Floats clean = normal(size(p), 1);
                int at = size(p) / 2;
                Case good = new Case(p, clean, null, null, null).run(kernels);
                Case c = new Case(p, of(size(p), i -> i == at ? bad : clean.get(i)), null, null, null).run(kernels);
                for (int i = 0; i < size(p); i++) {
                    if (c.statistic(i) == c.statistic(at)) {
                        assertTrue(Float.isNaN(c.y.get(i)) && Float.isNaN(c.dx.get(i)), p + ", element " + i);
                    } else {
                        assertEquals(good.y.get(i), c.y.get(i), p + ", element " + i);
                        assertEquals(good.dx.get(i), c.dx.get(i), p + ", element " + i);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void resultsMayTakeThePlaceOfInputs(Kernels kernels) {
        for (Planes p : planes()) {
            Case c = new Case(p, normal(size(p), 1), null, null, null).run(kernels);
            Floats x = Samples.copy(c.x), dy = Samples.copy(c.dy);
            kernels.planeNormalization().backward(p, dy, x, c.statistics, false, null, EPS, dy, null, null);
            assertSameBits(c.dx, dy);
            kernels.planeNormalization().normalize(p, x, c.statistics, null, null, EPS, x);
            assertSameBits(c.y, x);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nothingToDo(Kernels kernels) {
        for (boolean across : new boolean[] {true, false}) {
            Case c = new Case(new Planes(0, 6, 4, 3, across), Floats.zeros(0), null, null, null).run(kernels);
            assertClose(_ -> 0, c.dGamma, 0);
            new Case(new Planes(0, 6, 1, 6, across), Floats.zeros(0), null, null, null).run(kernels);
            assertEquals(0, new Case(new Planes(2, 6, 0, 6, across), Floats.zeros(0), null, null, null).run(kernels).y
                    .length());
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int[] shape : new int[][] {{3, 4, 63}, {16, 8, 1024}, {3000, 50, 1}}) {
            for (boolean across : new boolean[] {true, false}) {
                for (int groups : new int[] {1, 2, shape[1]}) {
                    Planes p = new Planes(shape[0], shape[1], shape[2], groups, across);
                    Floats x = normal(size(p), 1), gamma = normal(p.channels(), 2);
                    assertSteady(() -> new Case(p, x, gamma, gamma, null).run(kernels).everything());
                    try (Workers one = new Workers(1); Workers two = new Workers(2)) {
                        assertSameBits(one.call(() -> new Case(p, x, gamma, gamma, null).run(kernels).everything()),
                                two.call(() -> new Case(p, x, gamma, gamma, null).run(kernels).everything()));
                    }
                }
            }
        }
    }
}
