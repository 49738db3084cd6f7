package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.kernel.contract.ReductionKernel;
import norma.tornado.TestDevice;
import norma.kernel.contract.SplitDouble;
import org.junit.jupiter.api.Test;

class ReductionTest {
    private final ReductionKernel device = new MirroredKernels().get().reduction();

    private static Floats normal(int n, long seed) {
        Random random = new Random(seed);
        Floats x = Floats.zeros(n + 3).slice(2, n);
        for (int i = 0; i < n; i++) {
            x.set(i, (float) random.nextGaussian());
        }
        return x;
    }

    @Test
    void cumulativeSumsOfAnyLength() {
        for (int[] shape : new int[][] {{1, 1, 1}, {2, 5, 3}, {3, 257, 1}, {2, 1000, 7}, {1, 100_000, 1},
                {1, 3, 100_000}}) {
            int n = shape[0] * shape[1] * shape[2];
            for (boolean backward : new boolean[] {false, true}) {
                Floats x = normal(n, n), y = normal(n, 1), expected = normal(n, 1);
                device.cumulativeSum(backward, x, y, shape[0], shape[1], shape[2]);
                Kernels.REFERENCE.reduction().cumulativeSum(backward, x, expected, shape[0], shape[1], shape[2]);
                assertArrayEquals(expected.array(), y.array(), 1e-6f * (float) Math.sqrt(shape[1]));
            }
        }
    }

    @Test
    void infinityStaysInACumulativeSum() {
        Floats x = normal(1000, 1), y = normal(1000, 2);
        x.set(300, Float.NEGATIVE_INFINITY);
        device.cumulativeSum(false, x, y, 1, 1000, 1);
        for (int i = 0; i < 1000; i++) {
            assertTrue(i < 300 ? Math.abs(y.get(i)) < 300 : y.get(i) == Float.NEGATIVE_INFINITY, i + ": " + y.get(i));
        }
    }

    @Test
    void oneNormOfManyArrays() {
        List<Floats> xs = new ArrayList<>();
        double expected = 0;
        for (int i = 0; i < 70; i++) {
            Floats x = normal(i == 13 ? 0 : i == 40 ? 2_000_000 : 1 + i * 97, i);
            xs.add(x);
            expected += Kernels.REFERENCE.reduction().sumOfSquares(x);
        }
        Floats y = Floats.zeros(SplitDouble.LENGTH);
        device.sumOfSquares(xs, y);
        long before = TestDevice.offload().launches();
        device.sumOfSquares(xs, y);
        assertEquals(4, TestDevice.offload().launches() - before);
        assertEquals(expected, SplitDouble.read(y.toArray(), 0), 1e-9 * expected);
    }
}
