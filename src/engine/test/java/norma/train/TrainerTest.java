package norma.train;

import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import norma.catalogue.GptCheckpoint;
import norma.catalogue.Placements;
import norma.data.TokenWindows;
import norma.data.TokenWindows.Batch;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Context;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.parallel.Workers;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Trainer.End;
import org.eclipse.collections.api.map.primitive.MutableObjectIntMap;
import org.eclipse.collections.impl.factory.primitive.ObjectIntMaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    @TempDir
    private Path folder;

    private static void assertState(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    // ---- The same bits ----

    /// Layer normalization, louder by the number of batches that it has seen: something to remember.
    private record Counting(LayerNorm norm, Param seen) implements Norm {
        static Counting of(int dim) {
            return new Counting(LayerNorm.of(dim), Param.buffer(Tensor.of(Shape.of(1), 0)));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            if (Tape.isTraining()) {
                seen.value().fill(seen.value().item() + 1);
            }
            return norm.forward(x, context).multiply(1 + 0.1f * seen.value().item());
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("norm", norm).add("seen", seen);
        }
    }

    /// What norms remember is kept too.
    @ParameterizedTest
    @MethodSource("placements")
    void aRunOfAnyPlacementGoesOnWhereItStopped(Placements.Entry placement) throws IOException {
        NormFactory norm = NormFactory.named(placement.usualNorm(), () -> (_, dim) -> Counting.of(dim));
        GptConfig config = GptConfig.of(13, 32, 8, 2, 2).with(norm, placement.placement());
        Path checkpoint = folder.resolve("checkpoint");
        Gpt whole = Gpt.of(config, 1), first = Gpt.of(config, 1), second = Gpt.of(config, 2);
        run(whole, 6, null, null);
        run(first, 3, null, checkpoint);
        run(second, 6, checkpoint, null);
        assertState(values(whole), values(second));
    }

    private static Stream<Placements.Entry> placements() {
        return Placements.all().stream();
    }

    private static void run(Gpt model, int steps, Path from, Path to) throws IOException {
        var config = new TrainConfig(steps, 1, Schedule.constant(), 1, SmallRun.SEED, 3, 0);
        Trainer<Batch> trainer = SmallRun.trainer(model, AdamW.of(model, 0.01, AdamW.Config.GPT), config, 2,
                Listener.SILENT);
        if (from != null) {
            trainer.resume(from);
        }
        assertEquals(End.FINISHED, (to == null ? trainer.run() : trainer.run(to)).end());
    }

    private static Map<String, float[]> values(Gpt model) {
        var values = new LinkedHashMap<String, float[]>();
        model.params().forEach((name, param) -> values.put(name, param.value().toArray()));
        return values;
    }

    private static Map<String, float[]> trained(int threads) {
        try (Workers team = new Workers(threads)) {
            return team.call(() -> {
                var run = new SmallRun(50);
                assertEquals(End.FINISHED, run.trainer.run().end());
                return run.state();
            });
        }
    }

    @Test
    void threadsAndCompilersDoNotMatter() throws Exception {
        Map<String, float[]> one = trained(1);
        assertState(one, trained(2));
        assertEquals("digest " + SmallRun.digest(one), inAProcessOfItsOwn(50));
    }

    /// The last line of a run where the first steps are interpreted and later ones compiled.
    private static String inAProcessOfItsOwn(int steps) throws IOException, InterruptedException {
        Path classes = place(Trainer.class);
        String path = Stream
                .of(classes, classes.resolveSibling("test-classes"), place(TrainerTest.class),
                        place(ObjectIntMaps.class), place(MutableObjectIntMap.class), place(Gson.class))
                .map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", path));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-Dnorma.kernels=" + System.getProperty("norma.kernels", "auto"),
                SmallRun.class.getName(), "" + steps));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), out);
        return out.lines().toList().getLast();
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /// Stops a trainer after a step.
    private static final class StopAfter implements Listener {
        private final long last;
        private Trainer<?> trainer;

        StopAfter(long last) {
            this.last = last;
        }

        @Override
        public void step(Step step) {
            if (step.step() == last) {
                trainer.stop();
            }
        }
    }

    private static TrainConfig config(long steps, long checkpointEvery) {
        return new TrainConfig(steps, 1, Schedule.cosine(15).withFloor(0.1).withWarmup(5), 1, SmallRun.SEED, 7,
                checkpointEvery);
    }

    private static SmallRun stoppedAfter(long last, Path checkpoint) throws IOException {
        var stop = new StopAfter(last);
        var run = new SmallRun(config(20, 0), 4, stop);
        stop.trainer = run.trainer;
        assertEquals(End.STOPPED, run.trainer.run(checkpoint).end());
        assertEquals(last, run.trainer.step());
        return run;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 19})
    void stoppedAndResumedIsNeverStopped(int at) throws IOException {
        var straight = new SmallRun(config(20, 0), 4, Listener.SILENT);
        straight.trainer.run();
        Path file = folder.resolve("new/folder/checkpoint.safetensors");
        stoppedAfter(at, file);
        var resumed = new SmallRun(config(20, 0), 4, Listener.SILENT);
        resumed.trainer.resume(file);
        assertEquals(at, resumed.trainer.step());
        Trainer.Result result = resumed.trainer.run(file);
        assertEquals(End.FINISHED, result.end());
        assertState(straight.state(), resumed.state());
        assertEquals(straight.trainer.validate(), result.validationLoss());
        // what was written last is the end
        var again = new SmallRun(config(20, 0), 4, Listener.SILENT);
        again.trainer.resume(file);
        assertState(straight.state(), again.state());
        assertEquals(new Trainer.Result(End.FINISHED, 20, result.validationLoss()), again.trainer.run());
    }

    @Test
    void accumulationIsALargerBatch() throws IOException {
        float[][] tables = new float[2][];
        for (int accumulation = 1; accumulation <= 2; accumulation++) {
            // without dropout, and with SGD: Adam would make whole steps of gradients that are rounding alone
            Gpt model = Gpt.of(new SmallRun(0).model.config().withDropout(0), 1);
            var config = new TrainConfig(5, accumulation, Schedule.constant(), 1, SmallRun.SEED, 5, 0);
            SmallRun.trainer(model, Sgd.of(model, 0.1, new Sgd.Config(0.9, false, 0.1)), config, 8 / accumulation,
                    Listener.SILENT)
                    .run();
            tables[accumulation - 1] = SmallRun.value(model, "tokens.table").toArray();
        }
        // float32 sums in another order, five steps
        assertArrayEquals(tables[0], tables[1], 1e-5f);
        assertNotEquals(tables[0][0], SmallRun.value(new SmallRun(0).model, "tokens.table").toArray()[0]);
    }

    // ---- Divergence ----

    private static Checkpoint resumed(Path file, SmallRun run) throws IOException {
        var objective = GptCheckpoint.objective(run.model);
        return Checkpoint.resume(file, objective, run.optimizer, SmallRun.SEED, objective.description());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void aBrokenModelIsReportedAndNotWritten(float broken) throws IOException {
        Path file = folder.resolve("checkpoint");
        SmallRun run = stoppedAfter(3, file);
        byte[] before = Files.readAllBytes(file);
        Gpt model = run.model;
        float[] weights = SmallRun.value(model, "blocks.0.mlp.f.down.weight").data().array();
        Arrays.fill(weights, broken);
        Map<String, float[]> state = run.state();
        Trainer<Batch> trainer = SmallRun.trainer(model, run.optimizer, config(20, 1), 4, Listener.SILENT);
        Trainer.Result result = trainer.run(file);
        assertEquals(End.DIVERGED, result.end());
        assertEquals(0, result.step());
        assertTrue(Double.isNaN(result.validationLoss()));
        assertState(state, run.state());
        assertArrayEquals(before, Files.readAllBytes(file));
        model.params().forEach((name, param) -> assertFalse(param.value().hasGradient(), name));
        assertEquals(3, resumed(file, run).step(),
                "the last good one is whole");
    }

    // ---- What a listener hears ----

    @Test
    void aListenerHearsEachStep() throws IOException {
        List<String> heard = new ArrayList<>();
        List<Listener.Step> steps = new ArrayList<>();
        var holder = new SmallRun[1];
        var listener = new Listener() {
            @Override
            public void step(Step step) {
                heard.add("step " + step.step());
                steps.add(step);
                holder[0].model.params().values().forEach(param -> assertFalse(param.value().hasGradient()));
            }

            @Override
            public void gradients(long step) {
                heard.add("gradients " + step);
                holder[0].model.params().values().forEach(param -> assertTrue(param.value().hasGradient()));
            }

            @Override
            public void validated(long step, double loss) {
                heard.add("validated " + step);
                assertEquals(holder[0].trainer.validate(), loss);
            }
        };
        var config = new TrainConfig(4, 2, Schedule.cosine(2).withFloor(0.1).withWarmup(2), 1, SmallRun.SEED, 3, 0);
        holder[0] = new SmallRun(config, 4, listener);
        holder[0].trainer.run();
        assertEquals(List.of("validated 0", "gradients 0", "step 1", "gradients 1", "step 2", "gradients 2", "step 3",
                "validated 3",
                "gradients 3", "step 4", "validated 4"), heard);
        for (int i = 0; i < 4; i++) {
            assertEquals(0.01 * config.schedule().factor(i), steps.get(i).rate());
            assertEquals(2 * 4 * 32, steps.get(i).tokens());
            assertTrue(steps.get(i).loss() > 0 && steps.get(i).gradientNorm() > 0 && steps.get(i).seconds() > 0);
        }
    }

    @Test
    void itLearns() throws IOException {
        var run = new SmallRun(50);
        double before = run.trainer.validate();
        Trainer.Result result = run.trainer.run();
        assertTrue(result.validationLoss() < before - 0.5, before + " to " + result.validationLoss());
    }

    @Test
    void badInputIsExplained() {
        var run = new SmallRun(0);
        var config = config(1, 0);
        TokenWindows batches = SmallRun.batches(2);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new Trainer<>(new LanguageModeling(run.model), run.optimizer, batches::batch, List.of(), config,
                        Listener.SILENT)),
                "Trainer",
                "validation");
        var schedule = Schedule.constant();
        assertSays(assertThrows(IllegalArgumentException.class, () -> new TrainConfig(-1, 1, schedule, 1, 0, 1, 0)),
                "negative", "-1");
        assertSays(assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 0, schedule, 1, 0, 1, 0)),
                "positive");
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 1, schedule, Double.NaN, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(1, 1, schedule, 1, 0, 0, 0));
    }
}
