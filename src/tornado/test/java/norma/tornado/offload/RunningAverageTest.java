package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Random;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.kernel.contract.RunningAverageKernel;
import norma.kernel.contract.RunningAverageKernel.Renorm;
import norma.kernel.contract.RunningAverageKernel.Weight;
import org.junit.jupiter.api.Test;

class RunningAverageTest {
    private static final int C = 37;

    private final RunningAverageKernel device = new MirroredKernels().get().runningAverage();

    private static Floats positive(int n, long seed) {
        Random random = new Random(seed);
        Floats x = Floats.zeros(n + 3).slice(2, n);
        for (int i = 0; i < n; i++) {
            x.set(i, 0.1f + random.nextFloat());
        }
        return x;
    }

    private static List<Weight> weights() {
        return List.of(Weight.of(0.1f, null), Weight.of(Float.NaN, Floats.of(7)),
                new Weight(Float.NaN, Floats.of(7), 7), new Weight(Float.NaN, Floats.of(7), 8));
    }

    @Test
    void averagesAreThoseOfTheReference() {
        for (Weight weight : weights()) {
            for (int examples : new int[] {1, 5}) {
                float[] expected = averages(Kernels.REFERENCE.runningAverage(), weight, examples);
                assertArrayEquals(expected, averages(device, weight, examples), 1e-6f);
            }
        }
    }

    private static float[] averages(RunningAverageKernel kernel, Weight weight, int examples) {
        Floats all = positive(4 * C, 1);
        Floats statistics = positive(3 * C * examples, 2);
        kernel.moments(weight, 5 / 3.0, statistics, all.slice(0, C), all.slice(C, C));
        kernel.means(weight, statistics.slice(0, 3 * C), all.slice(2 * C, C));
        kernel.mix(weight, statistics.slice(0, C), all.slice(3 * C, C));
        return all.toArray();
    }

    @Test
    void renormalizationIsThatOfTheReference() {
        for (float bound : new float[] {1, 1.5f, 100}) {
            assertArrayEquals(renorm(Kernels.REFERENCE.runningAverage(), bound), renorm(device, bound), 1e-5f);
        }
    }

    private static float[] renorm(RunningAverageKernel kernel, float bound) {
        Floats all = positive(4 * C, 3);
        kernel.renorm(new Renorm(1e-5f, 0.1f, bound, bound - 1), positive(3 * C, 4), all.slice(0, C), all.slice(C, C),
                all.slice(2 * C, C), all.slice(3 * C, C));
        return all.toArray();
    }
}
