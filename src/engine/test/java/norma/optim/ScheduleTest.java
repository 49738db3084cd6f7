package norma.optim;

import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Stream;
import norma.nn.ParameterTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {

    /// Of 100 steps: a quarter, a half and the end of the way down.
    static Stream<Arguments> shapes() {
        return Stream.of(Arguments.of(Schedule.constant(), 1, 1, 1), Arguments.of(Schedule.linear(100), 0.75, 0.5, 0),
                Arguments.of(Schedule.cosine(100), 0.8535534, 0.5, 0),
                Arguments.of(Schedule.polynomial(100, 2), 0.5625, 0.25, 0),
                Arguments.of(Schedule.stepDecay(25, 0.5), 0.5, 0.25, 0.0625));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shapes(Schedule schedule, double quarter, double half, double end) {
        assertEquals(1, schedule.factor(0));
        assertEquals(quarter, schedule.factor(25), 1e-7);
        assertEquals(half, schedule.factor(50), 1e-7);
        assertEquals(end, schedule.factor(100), 1e-7);
        for (int step = 0; step < 120; step++) {
            assertTrue(schedule.factor(step + 1) <= schedule.factor(step));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void floorsAndWarmups(Schedule schedule, double quarter, double half, double end) {
        Schedule changed = schedule.withFloor(0.2).withWarmup(10);
        for (int step = 0; step < 10; step++) {
            assertEquals(0.1 * (step + 1), changed.factor(step), 1e-12);
        }
        assertEquals(1, changed.factor(10), 1e-12);
        assertEquals(0.2 + 0.8 * quarter, changed.factor(35), 1e-7);
        assertEquals(0.2 + 0.8 * half, changed.factor(60), 1e-7);
        assertEquals(0.2 + 0.8 * end, changed.factor(110), 1e-7);
        assertEquals(schedule.factor(3), schedule.withWarmup(0).factor(3));
        assertFalse(changed.needsValidation());
    }

    @Test
    void withoutLength() {
        for (Schedule schedule : new Schedule[] {Schedule.linear(0), Schedule.cosine(0), Schedule.polynomial(0, 2)}) {
            assertEquals(1, schedule.factor(0));
            assertEquals(0, schedule.factor(1));
            assertEquals(0, schedule.factor(2));
        }
    }

    @Test
    void anyFunctionIsASchedule() {
        Schedule halves = step -> Math.pow(0.5, step);
        assertEquals(0.25, halves.factor(2));
        assertEquals(0.5, halves.withWarmup(2).factor(0));
        assertEquals(0.5, halves.withWarmup(2).factor(3));
    }

    // ---- One cycle ----

    @Test
    void oneCycleGoesUpAndDown() {
        Schedule cycle = Schedule.oneCycle(100);
        assertEquals(0.04, cycle.factor(0), 1e-12);
        assertEquals(1, cycle.factor(29), 1e-12);
        assertEquals((1 + 4e-6) / 2, cycle.factor(64), 1e-12);
        assertEquals(4e-6, cycle.factor(99), 1e-12);
        assertEquals(4e-6, cycle.factor(1000), 1e-12);
        for (int step = 0; step < 99; step++) {
            assertEquals(step < 29, cycle.factor(step + 1) > cycle.factor(step));
        }
        Schedule short2 = Schedule.oneCycle(2, 0.5, 0.1, 0);
        assertEquals(1, short2.factor(0));
        assertEquals(0, short2.factor(1));
    }

    // ---- Plateau ----

    private static Plateau plateau(int patience, double threshold, int cooldown) {
        return Plateau.of(new Plateau.Config(0.5, patience, threshold, cooldown));
    }

    private static double after(Plateau plateau, double... losses) {
        long before = (long) ParameterTree.of(plateau).params().get("heard").value().item();
        for (double loss : losses) {
            plateau.validated(++before, loss);
        }
        return plateau.factor(0);
    }

    @Test
    void whoWaitsTooLongIsReduced() {
        assertEquals(1, after(plateau(2, 0, 0), 3, 2, 2, 2));
        assertEquals(0.5, after(plateau(2, 0, 0), 3, 2, 2, 2, 2));
        assertEquals(1, after(plateau(2, 0, 0), 3, 2, 2, 2, 1.9, 2, 2), "a better one ends the waiting");
        assertEquals(0.25, after(plateau(0, 0, 0), 1, 1, Double.NaN), "NaN is no better");
        assertEquals(1, after(plateau(0, 0, 0), 0.1), "the first is the best");
        assertEquals(0.5, after(plateau(0, 0, 0), 0.1, 0.1), "the same is no better");
        assertEquals(0.5, after(plateau(0, 0.1, 0), 10, 9.5));
        assertEquals(1, after(plateau(0, 0.1, 0), 10, 8.5));
        assertEquals(0.5, after(plateau(0, 0.1, 0), -10, -10.5), "the threshold of a negative loss lies below it");
        assertEquals(0.5, after(plateau(0, 0, 2), 1, 1, 1, 1), "during the cooldown nothing counts");
        assertEquals(0.25, after(plateau(0, 0, 2), 1, 1, 1, 1, 1));
        assertTrue(plateau(0, 0, 0).withFloor(0.1).withWarmup(3).needsValidation());
    }

    @Test
    void plateausBehindAFloorHearAndRemember() {
        Plateau plateau = plateau(0, 0, 0);
        Schedule changed = plateau.withFloor(0.2).withWarmup(2);
        changed.validated(1, 1);
        changed.validated(2, 1);
        assertEquals(0.6, changed.factor(7), 1e-12);
        assertEquals(0.3, changed.factor(0), 1e-12);
        assertEquals(ParameterTree.of(plateau).params().keySet(), ParameterTree.of(changed).params().keySet());
    }

    @Test
    void onePlateauIsForOneRun() {
        Plateau plateau = plateau(1, 0, 0);
        plateau.validated(10, 1);
        assertSays(assertThrows(IllegalStateException.class, () -> plateau.validated(10, 1)), "Plateau", "step 10",
                "one run");
    }

    // ---- Bad numbers ----

    @Test
    void badNumbersAreExplained() {
        Map<String, Runnable> bad = Map.ofEntries(Map.entry("steps", () -> Schedule.cosine(-1)),
                Map.entry("linear", () -> Schedule.linear(-1)),
                Map.entry("polynomial", () -> Schedule.polynomial(-1, 1)),
                Map.entry("power", () -> Schedule.polynomial(1, Double.NaN)),
                Map.entry("every", () -> Schedule.stepDecay(0, 0.1)),
                Map.entry("gamma", () -> Schedule.stepDecay(1, 1.1)),
                Map.entry("(0, 1]", () -> Schedule.stepDecay(1, Double.NaN)),
                Map.entry("at least 2", () -> Schedule.oneCycle(1)),
                Map.entry("rise", () -> Schedule.oneCycle(10, 1, 0, 0)),
                Map.entry("start", () -> Schedule.oneCycle(10, 0.5, -1, 0)),
                Map.entry("end", () -> Schedule.oneCycle(10, 0.5, 0, Double.NaN)),
                Map.entry("floor", () -> Schedule.constant().withFloor(Double.NaN)),
                Map.entry("withWarmup", () -> Schedule.constant().withWarmup(-1)),
                Map.entry("Plateau: gamma", () -> new Plateau.Config(1, 0, 0, 0)),
                Map.entry("patience", () -> new Plateau.Config(0.1, -1, 0, 0)),
                Map.entry("threshold", () -> new Plateau.Config(0.1, 0, Double.NaN, 0)),
                Map.entry("cooldown", () -> new Plateau.Config(0.1, 0, 0, -1)));
        bad.forEach((says, number) -> assertSays(assertThrows(IllegalArgumentException.class, number::run), says));
    }
}
