package norma.kernel.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import norma.kernel.Floats;
import norma.kernel.simd.attention.SimdRotary;
import norma.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rotary embedding against the complex product in float64, and its laws.
class RotaryKernelTest {
    private static final int BATCH = 2;
    private static final int TIME = 7;
    private static final int HEADS = 3;

    private static List<RotaryKernel> sets() {
        return Samples.sets(Kernels::rotary, new RotaryKernel() {}, new SimdRotary());
    }

    @ParameterizedTest
    @MethodSource("sets")
    void turnsPairsByTheirAngles(RotaryKernel rotary) {
        for (int size : new int[] {2, 8, 24, 64, 80, 130}) {
            turnsPairsByTheirAngles(rotary, size, false);
            turnsPairsByTheirAngles(rotary, size, true);
        }
    }

    private static void turnsPairsByTheirAngles(RotaryKernel rotary, int size, boolean neighbours) {
        int half = size / 2;
        Floats x = random(size, BATCH * TIME * HEADS * size, 3);
        Floats y = Floats.zeros(x.length());
        rotary.rotate(BATCH, TIME, HEADS, size, neighbours, x, angles(size, false), angles(size, true), false, y);
        for (int i = 0; i < x.length(); i++) {
            int j = neighbours ? i % size / 2 : i % size % half;
            int first = i - i % size + (neighbours ? 2 * j : j);
            double angle = i / size / HEADS % TIME * Math.pow(10_000, -2.0 * j / size);
            double a = x.get(first);
            double b = x.get(first + (neighbours ? 1 : half));
            double want = i == first ? a * Math.cos(angle) - b * Math.sin(angle)
                    : b * Math.cos(angle) + a * Math.sin(angle);
            assertEquals(want, y.get(i), 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void turnsBackInPlace(RotaryKernel rotary) {
        Floats x = random(1, BATCH * TIME * HEADS * 48, 1);
        for (boolean neighbours : new boolean[] {false, true}) {
            Floats y = Floats.of(x.toArray());
            rotary.rotate(BATCH, TIME, HEADS, 48, neighbours, y, angles(48, false), angles(48, true), false, y);
            rotary.rotate(BATCH, TIME, HEADS, 48, neighbours, y, angles(48, false), angles(48, true), true, y);
            assertArrayEquals(x.toArray(), y.toArray(), 1e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void threadsAndSetsGiveTheSameBits(RotaryKernel rotary) {
        threadsAndSetsGiveTheSameBits(rotary, false);
        threadsAndSetsGiveTheSameBits(rotary, true);
    }

    private static void threadsAndSetsGiveTheSameBits(RotaryKernel rotary, boolean neighbours) {
        Floats x = random(2, 3 * 200 * 4 * 72, 0);
        Floats cos = random(3, 200 * 36, 2);
        Floats sin = random(4, 200 * 36, 5);
        Floats want = Floats.zeros(x.length());
        Floats got = Floats.zeros(x.length());
        new RotaryKernel() {}.rotate(3, 200, 4, 72, neighbours, x, cos, sin, true, want);
        try (Workers team = new Workers(3)) {
            team.call(() -> {
                rotary.rotate(3, 200, 4, 72, neighbours, x, cos, sin, true, got);
                return null;
            });
        }
        assertArrayEquals(want.array(), got.array(), Samples.exact() ? 0 : 1e-6f);
    }

    private static Floats angles(int size, boolean sine) {
        Floats table = Floats.zeros(TIME * size / 2);
        for (int t = 0; t < TIME; t++) {
            for (int j = 0; j < size / 2; j++) {
                double angle = t * Math.pow(10_000, -2.0 * j / size);
                table.array()[t * size / 2 + j] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
            }
        }
        return table;
    }

    private static Floats random(long seed, int length, int offset) {
        Random random = new Random(seed);
        Floats x = new Floats(new float[offset + length], offset, length);
        for (int i = 0; i < length; i++) {
            x.array()[offset + i] = (float) random.nextGaussian();
        }
        return x;
    }
}
