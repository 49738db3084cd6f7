package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;

import java.util.List;
import norma.kernel.Floats;
import norma.kernel.contract.PositionNormalizationKernel.Sizes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rows of a transposed x are normalized by the plain loops of [NormalizationKernel]: the kernels must agree.
class PositionNormalizationKernelTest {
    private static final float EPS = 1e-5f;
    private static final NormalizationKernel ROWS = new NormalizationKernel() {};

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// One call forward and backward.
    private static final class Case {
        final Sizes s;
        final Floats x, gamma, beta, dy, y, dx, statistics, dGamma, dBeta;

        Case(Sizes s, Floats x, Floats gamma, Floats beta) {
            this.s = s;
            this.x = x;
            this.gamma = gamma;
            this.beta = beta;
            dy = normal(x.length(), 9);
            y = room(x.length());
            dx = room(x.length());
            statistics = room(3 * s.images() * s.positions());
            dGamma = room(s.channels());
            dBeta = room(s.channels());
        }

        Case run(Kernels kernels) {
            PositionNormalizationKernel kernel = kernels.positionNormalization();
            kernel.forward(s, x, gamma, beta, EPS, y, statistics);
            kernel.backward(s, dy, x, gamma, statistics, dx, dGamma, dBeta);
            return this;
        }

        /// (images, channels, positions) with the last two swapped.
        private int swapped(int i) {
            int plane = s.channels() * s.positions(), rest = i % plane;
            return i / plane * plane + rest % s.positions() * s.channels() + rest / s.positions();
        }

        private Floats rows(Floats a) {
            Floats rows = Floats.zeros(a.length());
            for (int i = 0; i < a.length(); i++) {
                rows.array()[rows.offset() + swapped(i)] = a.get(i);
            }
            return rows;
        }

        void check() {
            int rows = s.images() * s.positions(), n = s.channels();
            Floats y2 = room(x.length()), dx2 = room(x.length()), m = room(3 * rows), g2 = room(n), b2 = room(n);
            if (s.centered()) {
                ROWS.centered(rows, n, rows(x), gamma, beta, EPS, y2, m);
                ROWS.centeredBackward(rows, n, rows(dy), rows(x), gamma, m, dx2, g2, b2);
            } else {
                ROWS.uncentered(rows, n, rows(x), gamma, beta, EPS, y2, m);
                ROWS.uncenteredBackward(rows, n, rows(dy), rows(x), gamma, m, dx2, g2, b2);
            }
            assertClose(i -> y2.get(swapped(i)), y, 5e-6);
            assertClose(i -> dx2.get(swapped(i)), dx, 2e-5);
            assertClose(g2::get, dGamma, 1e-5 * Math.sqrt(rows));
            assertClose(b2::get, dBeta, 1e-5 * Math.sqrt(rows));
        }

        Floats everything() {
            return Samples.joined(y, dx, statistics, dGamma, dBeta);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void agreesWithRows(Kernels kernels) {
        for (boolean centered : new boolean[] {true, false}) {
            for (int channels : new int[] {1, 3, 13, 63, 207}) {
                Floats gamma = normal(channels, 1), beta = normal(channels, 2);
                for (int positions : new int[] {1, 17, 63, 1300}) {
                    Sizes s = new Sizes(centered, 2, channels, positions);
                    Floats x = normal(2 * channels * positions, 3);
                    new Case(s, x, gamma, beta).run(kernels).check();
                    new Case(s, x, null, beta).run(kernels).check();
                    new Case(s, x, gamma, null).run(kernels).check();
                }
            }
            new Case(new Sizes(centered, 0, 5, 4), room(0), null, null).run(kernels).check();
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void largeOffsetsHugeAndTinyPositions(Kernels kernels) {
        int channels = 40, positions = 70;
        Floats z = normal(channels * positions, 4);
        // a position of each kind: offset 1e4, 1e20, 1e-30, all equal, a NaN, an outlier at the first channel
        Floats x = of(z.length(), i -> {
            int c = i / positions;
            return switch (i % positions % 7) {
                case 0 -> 1e4 + 0.01 * z.get(i);
                case 1 -> 1e20 * z.get(i);
                case 2 -> 1e-30 * z.get(i);
                case 3 -> 0.1;
                case 4 -> c == 2 ? Float.NaN : z.get(i);
                case 5 -> c < 8 ? 1000 : z.get(i);
                default -> z.get(i);
            };
        });
        Floats ones = of(channels, _ -> 1), y = room(z.length()), rows = room(z.length());
        for (boolean centered : new boolean[] {true, false}) {
            Case c = new Case(new Sizes(centered, 1, channels, positions), x, ones, null);
            kernels.positionNormalization().forward(c.s, x, ones, null, EPS, y, c.statistics);
            if (centered) {
                ROWS.centered(positions, channels, c.rows(x), ones, null, EPS, rows, c.statistics);
            } else {
                ROWS.uncentered(positions, channels, c.rows(x), ones, null, EPS, rows, c.statistics);
            }
            assertClose(i -> rows.get(c.swapped(i)), y, 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (boolean centered : new boolean[] {true, false}) {
            for (int[] size : new int[][] {{1, 3, 50}, {3, 64, 2100}}) {
                Sizes s = new Sizes(centered, size[0], size[1], size[2]);
                Floats x = normal(size[0] * size[1] * size[2], 1), gamma = normal(size[1], 2);
                assertSteady(() -> new Case(s, x, gamma, gamma).run(kernels).everything());
            }
        }
    }
}
