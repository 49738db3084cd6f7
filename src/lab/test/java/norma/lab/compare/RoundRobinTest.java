package norma.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import norma.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Taking turns: one at a time, one after the other, and nobody waits for one that failed.
@Timeout(20)
class RoundRobinTest {
    @Test
    void eachHasItsTurn() {
        var turns = new RoundRobin();
        var said = new ArrayList<Integer>();
        List<Supplier<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int me = i;
            tasks.add(() -> {
                for (int n = 0; n < 200; n++) {
                    said.add(me);
                    turns.next();
                }
                return me;
            });
        }
        assertEquals(List.of(0, 1, 2), turns.run(tasks), "results in the order of the tasks");
        for (int i = 0; i < said.size(); i++) {
            assertEquals(i % 3, said.get(i), "at " + i);
        }
    }

    @Test
    void theyComputeWithTheTeamOfTheirCaller() {
        try (var team = new Workers(2)) {
            List<Supplier<Workers>> tasks = List.of(Workers::current);
            assertSame(team, team.call(() -> new RoundRobin().run(tasks)).getFirst());
        }
    }

    @Test
    void aFailureEndsTheOthers() {
        var turns = new RoundRobin();
        List<Supplier<Integer>> tasks = List.of(() -> {
            while (true) {
                turns.next();
            }
        }, () -> {
            turns.next();
            throw new IllegalArgumentException("no");
        });
        var e = assertThrows(IllegalArgumentException.class, () -> turns.run(tasks));
        assertTrue(e.getMessage().equals("no"));
    }
}
