package norma.train;

import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.io.CorruptFileException;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.optim.AdamW;
import norma.optim.Ema;
import norma.optim.Plateau;
import norma.optim.Schedule;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What schedules and averages remember is kept in checkpoints.
class RememberedTest {
    private static final int STEPS = 24;
    @TempDir
    private Path folder;

    /// Steps so long that the loss soon stays where it is.
    private static final class Run {
        final Linear layer = Linear.of(Param.weight(normal(1, 3, 5)), Param.noDecay(normal(2, 3)));
        final Ema ema = Ema.of(layer, 0.9).withWarmup();
        final Objective<Tensor> objective =
                Objective.of(ema, x -> layer.forward(x).subtract(normal(3, 4, 3)).square().mean());
        final List<Double> rates = new ArrayList<>();
        final Trainer<Tensor> trainer;

        Run(Schedule schedule, long steps) {
            var config = new TrainConfig(steps, 1, schedule, 1, 1, 2, 0);
            trainer = new Trainer<>(objective, AdamW.of(objective, 0.5), i -> normal(100 + i, 4, 5),
                    List.of(normal(4, 4, 5)), config, new Listener() {
                        @Override
                        public void step(Step step) {
                            rates.add(step.rate());
                        }
                    });
        }

        Map<String, float[]> state() {
            var state = new LinkedHashMap<String, float[]>();
            ParameterTree.of(ema).params().forEach((name, param) -> state.put(name, param.value().toArray()));
            return state;
        }
    }

    private static Schedule plateau() {
        return Plateau.of(new Plateau.Config(0.5, 1, 0.1, 1)).withFloor(0.01).withWarmup(2);
    }

    @Test
    void resumedIsNeverStopped() throws IOException {
        var straight = new Run(plateau(), STEPS);
        straight.trainer.run();
        assertTrue(straight.rates.getLast() < straight.rates.get(2), "it was reduced: " + straight.rates);
        assertEquals(STEPS, straight.state().get("ema.steps")[0]);
        for (int at : new int[] {1, 6, 11, 16}) {
            Path file = folder.resolve("run" + at);
            new Run(plateau(), at).trainer.run(file);
            var resumed = new Run(plateau(), STEPS);
            resumed.trainer.resume(file);
            resumed.trainer.run();
            assertEquals(straight.rates.subList(at, STEPS), resumed.rates);
            straight.state().forEach((name, values) -> assertArrayEquals(values, resumed.state().get(name), name));
        }
    }

    @Test
    void aCheckpointWithoutWhatTheScheduleRememberedIsRefused() throws IOException {
        Path file = folder.resolve("run");
        new Run(Schedule.constant(), 4).trainer.run(file);
        assertSays(assertThrows(CorruptFileException.class, () -> new Run(plateau(), 8).trainer.resume(file)),
                "optimizer.schedule.best");
        new Run(plateau(), 4).trainer.run(file);
        assertSays(assertThrows(CorruptFileException.class, () -> new Run(Schedule.constant(), 8).trainer.resume(file)),
                "optimizer.schedule.best");
    }

    @Test
    void aPlateauNeedsValidation() {
        var run = new Run(Schedule.constant(), 4);
        var config = new TrainConfig(4, 1, plateau(), 1, 1, 2, 0);
        var optimizer = AdamW.of(run.layer, 0.5);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new Trainer<>(run.objective, optimizer, i -> normal(i, 4, 5), config, Listener.SILENT)),
                "Trainer", "validation");
    }
}
