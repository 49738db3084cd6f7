package norma.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import org.junit.jupiter.api.Test;

/// What is made of the times.
class ArithmeticTest {
    private static final Roofline ROOF = Roofline.of(1, 100e9,
            List.of(new Roofline.Bandwidth(1 << 20, 80e9, 90e9, 70e9),
                    new Roofline.Bandwidth(1 << 28, 10e9, 8e9, 9e9)));

    private static Workload workload(double flops, double bytes) {
        return Workload.of("w", "s", flops, bytes, () -> () -> "done");
    }

    @Test
    void theLimitIsTheSlowerOfArithmeticAndMemory() {
        assertEquals(0.1, ROOF.seconds(workload(1e10, 1e6)), 1e-12);
        assertTrue(ROOF.isArithmetic(workload(1e10, 1e6)));
        assertEquals(1e6 / 90e9, ROOF.seconds(workload(1, 1e6)), 1e-15);
        assertFalse(ROOF.isArithmetic(workload(1, 1e6)));
    }

    @Test
    void theNearestWorkingSetGivesTheBandwidth() {
        // 15 MiB is nearer to 1 MiB than to 256 MiB as a factor, 17 MiB is not
        assertEquals(15 * 1048576 / 90e9, ROOF.seconds(workload(0, 15 << 20)), 1e-12);
        assertEquals(17 * 1048576 / 10e9, ROOF.seconds(workload(0, 17 << 20)), 1e-12);
    }

    @Test
    void theShareIsLimitOverTime() {
        assertEquals(0.25, ROOF.share(workload(1e10, 1), 0.4), 1e-12);
    }

    @Test
    void medianAndQuartiles() {
        var five = Timing.of(5, 1, 3, 2, 4);
        assertEquals(3, five.median());
        assertEquals((4.0 - 2) / 2 / 3, five.spread(), 1e-12);
        assertEquals(2.5, Timing.of(1, 2, 3, 4).median());
        assertEquals(0, Timing.of(7).spread());
    }

    @Test
    void aRowSaysWhatTheWorkMovesAndComputes() {
        Row row = Row.of(workload(2e9, 4e9), 1, "simd512", new Timing(0.5, 0.01), ROOF, 12L, null);
        assertEquals(4, row.gflops(), 1e-12);
        assertEquals(8, row.gbs(), 1e-12);
        assertEquals(0.4 / 0.5, row.shareOfLimit(), 1e-12);
    }

    @Test
    void figuresHaveThreeDigits() {
        assertEquals("9.99", ResultFormatter.figure(9.99));
        assertEquals("10.0", ResultFormatter.figure(9.996));
        assertEquals("100", ResultFormatter.figure(99.96));
        assertEquals("386 ns", ResultFormatter.time(386e-9));
        assertEquals("1.50 ms", ResultFormatter.time(1.5e-3));
        assertEquals("256 KiB", ResultFormatter.binary(1 << 18));
    }

    @Test
    void lettersApart() {
        assertEquals(0, Workloads.distance("clip", "clip"));
        assertEquals(1, Workloads.distance("gpt_stp", "gpt_step"));
        assertEquals(3, Workloads.distance("kitten", "sitting"));
    }
}
