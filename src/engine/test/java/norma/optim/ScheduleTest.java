package norma.optim;

import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import norma.optim.Schedule.Decay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {

    /// Peak 1, floor 0.2, 10 steps of warm-up, 110 in all: a quarter, a half and the end of the way down.
    @ParameterizedTest
    @CsvSource({"CONSTANT, 1, 1, 1", "LINEAR, 0.8, 0.6, 0.2", "COSINE, 0.8828427, 0.6, 0.2",
            "POLYNOMIAL, 0.65, 0.4, 0.2"})
    void shapes(Decay decay, double quarter, double half, double end) {
        var schedule = new Schedule(decay, 1, 0.2, 10, 110, 2);
        assertEquals(0.1, schedule.rate(0), 1e-9);
        assertEquals(1, schedule.rate(9), 1e-9);
        assertEquals(1, schedule.rate(10), 1e-9);
        assertEquals(quarter, schedule.rate(35), 1e-6);
        assertEquals(half, schedule.rate(60), 1e-6);
        assertEquals(end, schedule.rate(110), 1e-9);
        assertEquals(end, schedule.rate(1_000_000), 1e-9);
    }

    @ParameterizedTest
    @EnumSource(Decay.class)
    void corners(Decay decay) {
        assertEquals(3, new Schedule(decay, 3, 1, 0, 10, 1).rate(0), 1e-9, "no warm-up");
        assertEquals(3, new Schedule(decay, 3, 3, 0, 0, 1).rate(0), 1e-9, "no length");
        var onlyWarmup = new Schedule(decay, 3, 0, 10, 10, 1);
        for (int step = 0; step < 10; step++) {
            assertEquals(0.3 * (step + 1), onlyWarmup.rate(step), 1e-9);
        }
        var schedule = new Schedule(decay, 1, 0.1, 7, 50, 1.5);
        for (int step = 7; step < 60; step++) {
            assertTrue(schedule.rate(step + 1) <= schedule.rate(step) && schedule.rate(step) >= 0.1 - 1e-12);
        }
    }

    @Test
    void namedOnes() {
        assertEquals(0.1, Schedule.cosine(1, 5, 20).rate(20), 1e-9);
        assertEquals(0.3, Schedule.constant(0.3).rate(12345));
    }

    @Test
    void badNumbersAreExplained() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Schedule(Decay.LINEAR, -1, 0, 0, 1, 1)),
                "Schedule",
                "negative", "-1.0");
        assertThrows(IllegalArgumentException.class, () -> new Schedule(Decay.LINEAR, Double.NaN, 0, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(Decay.LINEAR, 1, 0, -1, 1, 1));
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Schedule(Decay.POLYNOMIAL, 1, 0, 0, 1, -2)),
                "power");
    }
}
