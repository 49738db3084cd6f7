package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import norma.kernel.Floats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The kernels against the sum that defines the transform, in double.
class FourierKernelTest {
    /// Each factor alone and with others; primes that need a convolution; one line less and more than a vector has lanes.
    private static final int[] SIZES =
            {1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 17, 32, 60, 63, 64, 97, 128, 207, 702, 1009, 1024,
                    4096};
    private static final int[] LINES = {1, 3, 16, 17};

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// The transform of n complex numbers that lie `along` pairs apart.
    private static double[] exact(double[] x, int at, int n, int along, boolean inverse) {
        double[] y = new double[2 * n], cos = new double[n], sin = new double[n];
        for (int t = 0; t < n; t++) {
            cos[t] = Math.cos(2 * Math.PI * t / n);
            sin[t] = (inverse ? 1 : -1) * Math.sin(2 * Math.PI * t / n);
        }
        for (int k = 0; k < n; k++) {
            for (int j = 0; j < n; j++) {
                double re = x[at + 2 * j * along], im = x[at + 2 * j * along + 1];
                int t = (int) ((long) j * k % n);
                y[2 * k] += re * cos[t] - im * sin[t];
                y[2 * k + 1] += re * sin[t] + im * cos[t];
            }
        }
        return y;
    }

    /// Of a batch of images, over rows and then over columns.
    private static double[] exact(double[] x, int rows, int columns, boolean inverse) {
        double[] y = x.clone();
        for (int r = 0; r < x.length / 2; r += columns) {
            System.arraycopy(exact(y, 2 * r, columns, 1, inverse), 0, y, 2 * r, 2 * columns);
        }
        for (int i = 0; i < x.length / 2; i += rows * columns) {
            for (int c = i; c < i + columns; c++) {
                double[] line = exact(y, 2 * c, rows, columns, inverse);
                for (int r = 0; r < rows; r++) {
                    y[2 * (c + r * columns)] = line[2 * r];
                    y[2 * (c + r * columns) + 1] = line[2 * r + 1];
                }
            }
        }
        return y;
    }

    private static double[] doubles(Floats x) {
        return IntStream.range(0, x.length()).mapToDouble(x::get).toArray();
    }

    private static double[] pairs(Floats real) {
        return IntStream.range(0, 2 * real.length()).mapToDouble(i -> i % 2 == 0 ? real.get(i / 2) : 0).toArray();
    }

    /// The first `columns / 2 + 1` of every `columns` pairs.
    private static double[] bins(double[] y, int columns) {
        int bins = columns / 2 + 1;
        return IntStream.range(0, y.length / columns * bins)
                .mapToDouble(i -> y[2 * columns * (i / (2 * bins)) + i % (2 * bins)]).toArray();
    }

    /// Root mean square error over root mean square, in units of eps * (1 + log2 n).
    private static double error(double[] expected, Floats actual, int n) {
        double errors = 0, squares = 1e-30;
        for (int i = 0; i < expected.length; i++) {
            errors += Math.pow(actual.get(i) - expected[i], 2);
            squares += expected[i] * expected[i];
        }
        Samples.assertClose(actual::get, actual, 0); // nothing was written outside
        return Math.sqrt(errors / squares) / (0x1p-24 * (1 + Math.log(n) / Math.log(2)));
    }

    private static void assertExact(double[] expected, Floats actual, int n, String what) {
        assertEquals(expected.length, actual.length());
        double error = error(expected, actual, n);
        assertTrue(error < 1, () -> what + " is off by " + error + " eps (1 + log2 n)");
    }

    @ParameterizedTest
    @MethodSource("sets")
    void complexSignals(Kernels kernels) {
        for (int n : SIZES) {
            for (int lines : n > 1000 ? new int[] {1, 2} : LINES) {
                for (boolean inverse : new boolean[] {false, true}) {
                    Floats x = normal(2 * n * lines, n), y = room(x.length());
                    kernels.fourier().complex(lines, 1, n, x, inverse, 0.5f, y);
                    double[] twice = IntStream.range(0, x.length()).mapToDouble(i -> 0.5 * x.get(i)).toArray();
                    assertExact(exact(twice, 1, n, inverse), y, n, lines + " x " + n);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void realSignals(Kernels kernels) {
        for (int n : SIZES) {
            for (int lines : n > 1000 ? new int[] {1, 2} : LINES) {
                Floats x = normal(n * lines, n), y = room(2 * (n / 2 + 1) * lines), z = room(n * lines);
                kernels.fourier().real(lines, 1, n, x, 1, y);
                assertExact(bins(exact(pairs(x), 1, n, false), n), y, n, lines + " x " + n);
                kernels.fourier().realInverse(lines, 1, n, y, 1f / n, z);
                assertExact(doubles(x), z, n * n, "inverse of " + lines + " x " + n);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void images(Kernels kernels) {
        for (int[] size : new int[][] {{2, 2}, {3, 5}, {5, 1}, {4, 30}, {32, 32}, {17, 34}, {63, 6}, {20, 97},
                {97, 33}}) {
            int rows = size[0], columns = size[1], area = rows * columns, bins = columns / 2 + 1;
            String what = rows + " x " + columns;
            for (int batch : new int[] {1, 3}) {
                Floats x = normal(2 * batch * area, 1), y = room(x.length());
                kernels.fourier().complex(batch, rows, columns, x, true, 1, y);
                assertExact(exact(doubles(x), rows, columns, true), y, area, what);

                Floats real = normal(batch * area, 2), spectrum = room(2 * batch * rows * bins),
                        back = room(batch * area);
                kernels.fourier().real(batch, rows, columns, real, 1, spectrum);
                assertExact(bins(exact(pairs(real), rows, columns, false), columns), spectrum, area, "real " + what);
                kernels.fourier().realInverse(batch, rows, columns, spectrum, 1f / area, back);
                assertExact(doubles(real), back, area * area, "inverse of real " + what);
            }
        }
    }

    /// As NumPy's irfft: what can't be the transform of real numbers is not looked at.
    @ParameterizedTest
    @MethodSource("sets")
    void imaginaryPartsThatMustBeZeroDoNotMatter(Kernels kernels) {
        for (int n : new int[] {1, 2, 7, 12}) {
            int bins = n / 2 + 1;
            Floats x = normal(2 * bins, n), clean = Samples.copy(x), y = room(n), z = room(n);
            clean.array()[clean.offset() + 1] = 0;
            if (n % 2 == 0) {
                clean.array()[clean.offset() + n + 1] = 0;
            }
            kernels.fourier().realInverse(1, 1, n, x, 1, y);
            kernels.fourier().realInverse(1, 1, n, clean, 1, z);
            assertSameBits(z, y);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void worksInPlace(Kernels kernels) {
        for (int[] size : new int[][] {{1, 12}, {12, 18}, {40, 97}}) {
            Floats x = normal(2 * 21 * size[0] * size[1], 1), y = room(x.length());
            kernels.fourier().complex(21, size[0], size[1], x, false, 1, y);
            kernels.fourier().complex(21, size[0], size[1], x, false, 1, x);
            assertSameBits(y, x);
        }
    }

    /// What one line or image holds never reaches another.
    @ParameterizedTest
    @MethodSource("sets")
    void notANumberStaysInItsLine(Kernels kernels) {
        for (int n : new int[] {15, 32, 97}) {
            Floats x = normal(20 * n, 1), poisoned = of(20 * n, i -> i / n == 7 ? Float.NaN : x.get(i));
            Floats y = room(20 * 2 * (n / 2 + 1)), z = room(y.length());
            kernels.fourier().real(20, 1, n, x, 1, y);
            kernels.fourier().real(20, 1, n, poisoned, 1, z);
            for (int i = 0; i < y.length(); i++) {
                assertEquals(i / (2 * (n / 2 + 1)) == 7 ? Float.NaN : y.get(i), z.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (int[] size : new int[][] {{2, 17, 34}, {50, 17, 15}, {1, 300, 126}, {300, 1, 107}, {300, 1, 64}}) {
            int batch = size[0], rows = size[1], columns = size[2], n = batch * rows * columns;
            int bins = 2 * batch * rows * (columns / 2 + 1);
            Floats x = normal(2 * n, 1);
            assertSteady(() -> {
                Floats y = room(2 * n + bins + n);
                kernels.fourier().complex(batch, rows, columns, x, false, 1, y.slice(0, 2 * n));
                kernels.fourier().real(batch, rows, columns, x.slice(0, n), 1, y.slice(2 * n, bins));
                kernels.fourier().realInverse(batch, rows, columns, y.slice(2 * n, bins), 1, y.slice(2 * n + bins, n));
                return y;
            });
        }
    }

    @Test
    void plansAreKeptUntilOthersAreUsedMore() {
        FourierPlan plan = FourierPlan.of(12);
        assertSame(plan, FourierPlan.of(12));
        IntStream.range(1, 500).parallel().forEach(FourierPlan::of);
        assertTrue(FourierPlan.of(12) != plan);
    }
}
