package norma.train;

import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import norma.io.CorruptFileException;
import norma.io.ModelFile;
import norma.io.Safetensors;
import norma.io.Safetensors.Array;
import norma.kernel.Activation;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.optim.Optimizer;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Trainer.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model, an objective and an optimizer that the engine does not know are trained, kept and resumed.
class OwnModelTest {
    private static final int DIM = 6;
    private static final long SEED = 4;

    @TempDir
    private Path folder;

    /// Points and what is to be said of them.
    private record Batch(Tensor x, Tensor y) {
        static Batch of(long number) {
            Tensor x = normal(number, 8, DIM);
            return new Batch(x, x.square().subtract(0.5f));
        }
    }

    /// A regression with dropout, a buffer that counts batches and a scale that must stay below 1.
    private record Regression(Mlp mlp, Param scale, Param seen) implements Objective<Batch> {
        static Regression of(long seed) {
            return new Regression(Mlp.of(new Init(seed), DIM, 16, Activation.GELU_TANH, 0.4, 0.4),
                    Param.noDecay(Tensor.of(Shape.of(1), 0.9f)), Param.buffer(Tensor.of(Shape.of(1), 0)));
        }

        @Override
        public Tensor loss(Batch batch) {
            if (Tape.isTraining()) {
                seen.value().fill(seen.value().item() + 1);
            }
            Tensor y = new Dropout(0.1f).forward(mlp.forward(batch.x)).multiply(scale.value());
            return y.subtract(batch.y).square().mean();
        }

        @Override
        public long tokens(Batch batch) {
            return batch.x.dim(0);
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("mlp", mlp).add("scale", scale).add("seen", seen);
        }

        @Override
        public void afterStep() {
            scale.value().fill(Math.min(scale.value().item(), 1));
        }
    }

    /// Gradient descent with momentum, from the documentation of [Optimizer].
    private static final class Momentum extends Optimizer {
        Momentum(Parameterized model, double rate) {
            super(model, rate, "velocity");
        }

        @Override
        protected void update(Param param, List<Tensor> state, Step step) {
            Tensor w = param.value(), velocity = state.getFirst();
            velocity.data().set(velocity.multiply(0.9f).add(w.gradient().multiply(step.gradientScale())).data());
            w.data().set(w.detach().subtract(velocity.multiply(step.rate())).data());
        }
    }

    private static final class Run {
        final Regression model;
        final Optimizer optimizer;
        final Trainer<Batch> trainer;

        Run(long steps, long seed) {
            model = Regression.of(seed);
            optimizer = new Momentum(model, 0.05);
            trainer = trainer(model, optimizer, steps, Listener.SILENT);
        }

        Map<String, float[]> state() {
            Map<String, float[]> state = values(model);
            optimizer.state().forEach((name, tensor) -> state.put(Checkpoint.OPTIMIZER + name, tensor.toArray()));
            return state;
        }
    }

    private static <B extends Objective<Batch>> Trainer<Batch> trainer(B model, Optimizer optimizer, long steps,
            Listener listener) {
        return new Trainer<>(model, optimizer, Batch::of,
                new TrainConfig(steps, 2, Schedule.cosine(17).withFloor(0.1).withWarmup(3), 1, SEED, 5, 0), listener);
    }

    private static Map<String, float[]> values(Parameterized model) {
        var values = new LinkedHashMap<String, float[]>();
        ParameterTree.of(model).params().forEach((name, param) -> values.put(name, param.value().toArray()));
        return values;
    }

    private static void assertState(Map<String, float[]> expected, Map<String, float[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    @Test
    void itLearns() {
        var losses = new ArrayList<Double>();
        var run = new Run(0, 1);
        trainer(run.model, run.optimizer, 60, new Listener() {
            @Override
            public void step(Step step) {
                losses.add(step.loss());
                assertEquals(16, step.tokens());
                assertTrue(run.model.scale.value().item() <= 1, "parts of the root put their parameters back, too");
            }
        }).run();
        assertTrue(losses.getLast() < 0.8 * losses.getFirst(), losses.toString());
        assertEquals(2 * 60, run.model.seen.value().item());
    }

    @Test
    void stoppedAndResumedIsNeverStopped() throws IOException {
        var straight = new Run(20, 1);
        straight.trainer.run();
        Path file = folder.resolve("checkpoint");
        assertEquals(new Trainer.Result(End.FINISHED, 7, Double.NaN), new Run(7, 1).trainer.run(file));
        var resumed = new Run(20, 2);
        resumed.trainer.resume(file);
        assertEquals(7, resumed.trainer.step());
        assertEquals(End.FINISHED, resumed.trainer.run().end());
        assertState(straight.state(), resumed.state());
    }

    @Test
    void anOptimizerOfOnesOwnDoesWhatItSays() {
        var own = new Run(20, 1);
        own.trainer.run();
        Regression model = Regression.of(1);
        var sgd = Sgd.of(model, 0.05, new Sgd.Config(0.9, false, 0));
        trainer(model, sgd, 20, Listener.SILENT).run();
        values(model).forEach((name, values) -> assertArrayEquals(values, own.state().get(name), 1e-5f, name));
    }

    @Test
    void anObjectiveOfALossHasTheNamesAndTheStepOfItsModel() {
        Regression model = Regression.of(1), same = Regression.of(1);
        Objective<Batch> objective = Objective.of(model, model::loss);
        assertEquals(ParameterTree.of(model).params().keySet(), ParameterTree.of(objective).params().keySet());
        trainer(objective, new Momentum(model, 0.05), 20, Listener.SILENT).run();
        trainer(same, new Momentum(same, 0.05), 20, Listener.SILENT).run();
        assertState(values(same), values(model));
    }

    @Test
    void aStepThatIsNotFiniteChangesNothing() {
        var run = new Run(0, 1);
        LongFunction<Batch> broken = number -> new Batch(normal(number, 8, DIM),
                Tensor.full(Shape.of(8, DIM), number == 3 ? Float.NaN : 1));
        var config = new TrainConfig(5, 2, Schedule.constant(), 1, SEED, 5, 0);
        var step = new TrainStep<>(run.model, run.optimizer, broken, config, Listener.SILENT);
        assertTrue(step.run(0));
        Map<String, float[]> before = run.state();
        assertFalse(step.run(1));
        Map<String, float[]> after = run.state();
        assertEquals(4, after.get("seen")[0], "forward has run");
        after.put("seen", before.get("seen"));
        assertState(before, after);
        assertEquals(1, run.optimizer.steps());
        ParameterTree.of(run.model).params().forEach((name, param) -> assertFalse(param.value().hasGradient(), name));
    }

    /// Without validation, a batch tells whether the model is worth keeping.
    @Test
    void aBrokenModelIsNotWritten() throws IOException {
        Path file = folder.resolve("checkpoint");
        new Run(3, 1).trainer.run(file);
        byte[] good = Files.readAllBytes(file);
        var run = new Run(6, 1);
        run.trainer.resume(file);
        var breaking = trainer(run.model, run.optimizer, 1, new Listener() {
            @Override
            public void step(Step step) {
                run.model.scale.value().fill(Float.NaN);
            }
        });
        assertEquals(End.DIVERGED, breaking.run(file).end());
        assertArrayEquals(good, Files.readAllBytes(file));
    }

    /// All but the scale is learned.
    private record Half(Regression model) implements Objective<Batch> {
        @Override
        public Tensor loss(Batch batch) {
            return model.loss(batch);
        }

        @Override
        public boolean frozen(String parameter) {
            return parameter.equals("scale");
        }

        @Override
        public void register(ParameterTree tree) {
            model.register(tree);
        }
    }

    @Test
    void gradientsOfWhatDoesNotLearnAreCleared() {
        Regression model = Regression.of(1);
        float[] before = model.scale.value().toArray();
        var half = new Momentum(model.mlp, 0.05);
        var step = new TrainStep<>(new Half(model), half, Batch::of, TrainConfig.of(2, 1), Listener.SILENT);
        assertTrue(step.run(0));
        assertArrayEquals(before, model.scale.value().toArray());
        assertFalse(model.scale.value().hasGradient());
    }

    @Test
    void theOptimizerMustHaveWhatTheObjectiveLearns() {
        Regression model = Regression.of(1);
        var half = new Momentum(model.mlp, 0.05);
        var whole = new Momentum(model, 0.05);
        assertSays(assertThrows(IllegalArgumentException.class, () -> trainer(model, half, 1, Listener.SILENT)),
                "TrainStep", "lacks [scale]", "has [] besides", "frozen");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> trainer(new Half(model), whole, 1, Listener.SILENT)), "lacks []", "[scale] besides");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> trainer(Regression.of(1), whole, 1, Listener.SILENT)), "lacks [mlp.up.weight,",
                "has [mlp.up.weight,");
    }

    @Test
    void anotherModelsCheckpointIsRefused() throws IOException {
        Path file = folder.resolve("checkpoint");
        var run = new Run(3, 1);
        run.trainer.run(file);
        Map<String, float[]> before = run.state();
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> Checkpoint.resume(file, run.model, run.optimizer, SEED, "deeper")),
                "checkpoint", "another model", "deeper");
        assertSays(assertThrows(CorruptFileException.class,
                () -> Checkpoint.resume(file, run.model.mlp, run.optimizer, SEED)), "up.weight", "mlp.up.weight",
                "lacks");
        assertState(before, run.state());
        assertEquals(3, Checkpoint.resume(file, run.model, run.optimizer, SEED).step());
    }

    // ---- The model alone ----

    @Test
    void aModelIsSavedAndLoaded() throws IOException {
        var run = new Run(3, 1);
        run.trainer.run();
        Path file = folder.resolve("model.safetensors");
        ModelFile.save(run.model, file);
        Regression other = Regression.of(2);
        ModelFile.load(other, file);
        assertState(values(run.model), values(other));
        assertEquals(6, other.seen.value().item());
    }

    private record Listing(Consumer<ParameterTree> names) implements Parameterized {
        @Override
        public void register(ParameterTree tree) {
            names.accept(tree);
        }
    }

    @Test
    void aFileOfAnotherModelChangesNothing() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Regression model = Regression.of(1);
        Map<String, float[]> before = values(model);
        ModelFile.save(Regression.of(2).mlp, file);
        assertSays(assertThrows(CorruptFileException.class, () -> ModelFile.load(model, file)), "model.safetensors",
                "mlp.up.weight", "nothing of that name", "[up.weight F32(16, 6),");
        Parameterized more = new Listing(tree -> {
            Regression.of(2).register(tree);
            tree.add("more", Init.constant(1, 2));
        });
        ModelFile.save(more, file);
        assertSays(assertThrows(CorruptFileException.class, () -> ModelFile.load(model, file)), "[more F32(2)]",
                "lacks");
        var arrays = new LinkedHashMap<String, Array>();
        ModelFile.tensors(model).forEach((name, tensor) -> arrays.put(name, Array.of(tensor)));
        arrays.put("position_ids", new Array.Longs(new long[] {0, 1}, 1, 2));
        Safetensors.write(file, Map.of(), arrays);
        assertSays(assertThrows(CorruptFileException.class, () -> ModelFile.load(model, file)),
                "the model's tensors only", "[position_ids I64(1, 2)]");
        Parameterized wider = new Listing(
                parts -> parts.add("mlp", model.mlp).add("scale", Init.constant(2, 2)).add("seen", model.seen));
        ModelFile.save(wider, file);
        assertSays(assertThrows(CorruptFileException.class, () -> ModelFile.load(model, file)), "scale F32(1)", "(2)");
        assertState(before, values(model));
    }
}
