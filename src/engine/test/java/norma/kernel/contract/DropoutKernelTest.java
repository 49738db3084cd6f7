package norma.kernel.contract;

import static norma.kernel.contract.Samples.SIZES;
import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.of;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import norma.kernel.Floats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DropoutKernelTest {
    private static final int N = 1 << 18;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    /// 1 where an element is kept, else 0.
    private static float[] kept(Kernels kernels, float keep, long key) {
        Floats y = room(N);
        kernels.dropout().dropout(of(N, i -> keep), keep, key, y);
        return y.toArray();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void keepsTheShareAskedForAndScalesIt(Kernels kernels) {
        for (float keep : new float[] {0.1f, 0.5f, 0.9f}) {
            Floats y = room(N);
            kernels.dropout().dropout(of(N, i -> 1), keep, 42, y);
            double sum = 0;
            for (float value : y.toArray()) {
                assertTrue(value == 0 || value == 1 / keep);
                sum += value;
            }
            // Four standard deviations of a mean of N scaled coins.
            assertEquals(1, sum / N, 4 * Math.sqrt((1 - keep) / keep / N));
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void keepsEverythingAtOne(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = normal(n, 1), y = room(n);
            kernels.dropout().dropout(x, 1, 42, y);
            assertClose(x::get, y, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neighboursAndKeysAreUnrelated(Kernels kernels) {
        float[] first = kept(kernels, 0.5f, 0);
        double tolerance = 4 / Math.sqrt(N);
        for (int distance : new int[] {1, 2, 16, 64, 768, 1024}) {
            assertEquals(0, correlation(first, 0, first, distance), tolerance,
                    "with the element " + distance + " further");
        }
        for (long key : new long[] {1, 2, 1L << 32, -1, Long.MIN_VALUE}) {
            assertEquals(0, correlation(first, 0, kept(kernels, 0.5f, key), 0), tolerance, "with key " + key);
        }
    }

    private static double correlation(float[] a, int shiftA, float[] b, int shiftB) {
        double sum = 0;
        int n = N - Math.max(shiftA, shiftB);
        for (int i = 0; i < n; i++) {
            sum += (2 * a[i + shiftA] - 1) * (2 * b[i + shiftB] - 1);
        }
        return sum / n;
    }

    @Test
    void bytesOfTheHashAreUniform() {
        for (int shift = 0; shift < 32; shift += 8) {
            int[] counts = new int[256];
            for (int i = 0; i < N; i++) {
                counts[DropoutKernel.hash(i, DropoutKernel.first(7), DropoutKernel.second(7)) >>> shift & 255]++;
            }
            double chiSquare = 0, expected = N / 256.0;
            for (int count : counts) {
                chiSquare += (count - expected) * (count - expected) / expected;
            }
            // 255 degrees of freedom: mean 255, standard deviation 22.6; four of those.
            assertEquals(255, chiSquare, 4 * 22.6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void everySetDropsTheSameElements(Kernels kernels) {
        for (int n : SIZES) {
            Floats x = of(n, i -> i == 2 ? Double.NaN : i - 5), expected = room(n), y = room(n);
            Kernels.REFERENCE.dropout().dropout(x, 0.7f, 3, expected);
            kernels.dropout().dropout(x, 0.7f, 3, y);
            assertSameBits(expected, y);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        Floats x = normal(100_003, 1);
        assertSteady(() -> {
            Floats y = room(100_003);
            kernels.dropout().dropout(x, 0.9f, 5, y);
            return y;
        });
    }
}
