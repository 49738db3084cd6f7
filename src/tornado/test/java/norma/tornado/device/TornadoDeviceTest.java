package norma.tornado.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import norma.kernel.SplitMix;
import norma.tornado.TestDevice;
import norma.tornado.Tornado;
import norma.tornado.code.Parallel;
import norma.tornado.code.TransferCode;
import norma.tornado.code.UpdateCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A device of TornadoVM, where it is installed.
class TornadoDeviceTest {
    private static final Kernel ADAM_W = Kernel.of(UpdateCode::adamW);
    private static final Kernel TURNS = Kernel.of(TransferCode::turns);
    private static final Kernel WRITE = Kernel.of(TransferCode::write);
    private static final Kernel IMPOSSIBLE = Kernel.of(Impossible::copies);

    private static TornadoDevice device;

    /// Code that TornadoVM does not compile.
    public static final class Impossible {
        private Impossible() {
        }

        /// Calls what a device has not.
        public static void copies(float[] s, int[] m) {
            for (@Parallel
            int i = 0; i < m[0]; i++) {
                System.arraycopy(s, 0, s, i, m[1]);
            }
        }
    }

    @BeforeAll
    static void open() {
        assumeTrue(TestDevice.isReal(), "TORNADOVM_HOME is not set");
        device = new TornadoDevice(0, 1 << 20, List.of(ADAM_W, TURNS, IMPOSSIBLE));
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
            assertThrows(IllegalStateException.class, () -> device.read(0, new float[1], 0, 1));
        }
    }

    @Test
    void devicesAreListed() {
        assertEquals("", Tornado.missing());
        Tornado.Device first = Tornado.devices().getFirst();
        assertEquals("tornado:0", first.name());
        assertTrue(first.memory() >= first.largest() && first.largest() > 0, first.toString());
        var e = assertThrows(IllegalArgumentException.class, () -> Tornado.use("tornado:99"));
        assertTrue(e.getMessage().contains(first.product()), e.getMessage());
    }

    @Test
    void anyRangeGoesThereAndBack() {
        for (int n : new int[] {0, 1, 2, 1023, 1024, 1025, (1 << 18) - 1, 1 << 18, 600_001}) {
            float[] x = random(n + 5);
            float[] back = new float[n + 7];
            device.write(x, 3, 1234, n);
            device.read(1234, back, 6, n);
            assertArrayEquals(Arrays.copyOfRange(x, 3, 3 + n), Arrays.copyOfRange(back, 6, 6 + n), "n = " + n);
            assertEquals(0, back[5], "what lies before");
            assertEquals(0, back[n + 6], "what lies behind");
        }
    }

    @Test
    void aWriteLeavesWhatLiesAroundIt() {
        device.write(random(3000), 0, 5000, 3000);
        float[] before = read(5000, 3000);
        device.write(new float[1500], 0, 5700, 1500);
        float[] after = read(5000, 3000);
        Arrays.fill(before, 700, 2200, 0);
        assertArrayEquals(before, after);
    }

    @Test
    void theEndsOfTheSlabAreReached() {
        int last = device.capacity() - 1;
        device.write(new float[] {7}, 0, last, 1);
        device.write(new float[] {8}, 0, 0, 1);
        assertEquals(7, read(last, 1)[0]);
        assertEquals(8, read(0, 1)[0]);
    }

    @Test
    void launchesFollowEachOther() {
        int n = 1000, steps = 20;
        float[] f = {0.1f, 0.9f, 0.99f, 1e-8f, 0.01f, 1, 2};
        float[] s = random(4 * n);
        int[] m = {n, 0, n, 2 * n, 3 * n};
        device.write(s, 0, 0, s.length);
        for (int step = 0; step < steps; step++) {
            f[0] = 0.1f / (step + 1);
            device.launch(ADAM_W, m, f);
            UpdateCode.adamW(s, m, f);
        }
        assertArrayEquals(s, read(0, s.length), 1e-5f);
    }

    @Test
    void eachIterationHasAThread() {
        for (int n : new int[] {1, 63, 64, 65, 100_000}) {
            float[] ones = new float[n];
            Arrays.fill(ones, 1);
            device.launch(TURNS, new int[] {n, 10}, new float[0]);
            assertArrayEquals(ones, read(10, n), "n = " + n);
        }
    }

    @Test
    void callersMayChange() throws InterruptedException {
        int threads = 8, rounds = 20;
        device.write(new float[1], 0, 0, 1);
        for (int i = 0; i < threads * rounds; i++) {
            Thread caller = new Thread(() -> {
                float[] x = read(0, 1);
                x[0]++;
                device.write(x, 0, 0, 1);
                device.launch(TURNS, new int[] {50_000, 64}, new float[0]);
            });
            caller.start();
            caller.join();
        }
        assertEquals(threads * rounds, read(0, 1)[0]);
    }

    @Test
    void whatFailsIsNamedAndTheDeviceGoesOn() {
        device.write(new float[] {5}, 0, 9, 1);
        for (Kernel kernel : List.of(IMPOSSIBLE, WRITE)) { // the other one was not in the list
            device.launch(kernel, new int[] {3, 77}, kernel.scaled() ? new float[] {0.5f} : new float[0]);
            var e = assertThrows(IllegalStateException.class, () -> read(9, 1));
            assertTrue(e.getMessage().contains(kernel.name() + "[3, 77]"), e.getMessage());
            assertEquals(5, read(9, 1)[0]);
        }
    }

    private static float[] read(int from, int count) {
        float[] values = new float[count];
        device.read(from, values, 0, count);
        return values;
    }

    private static float[] random(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = SplitMix.below(1 << 20, n, i) / (float) (1 << 20);
        }
        return values;
    }
}
