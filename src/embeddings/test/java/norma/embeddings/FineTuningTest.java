package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.ContrastiveLoss;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.Example.Pair;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.FrozenEncoder;
import norma.kernel.SplitMix;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.optim.AdamW;
import norma.optim.Gradients;
import norma.optim.Schedule;
import norma.parallel.Workers;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.Objective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who learns, who does not, and what comes out.
class FineTuningTest {
    private static final FineTuning SHORT = new FineTuning(4, 8, 3e-3, 0.01, 1, 1);

    @TempDir
    private Path folder;

    /// Texts of random letters; those with an `a` have label 1.
    private static List<Labelled> letters(TrainableEncoder encoder, int count) {
        var random = new SplittableRandom(1);
        var examples = new ArrayList<Labelled>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder(i % 2 == 0 ? "a" : "y");
            for (int j = random.nextInt(6); j >= 0; j--) {
                text.append(' ').append((char) random.nextInt('b', 'x'));
            }
            examples.add(new Labelled(encoder.tokens(text.toString()), (i + 1) % 2));
        }
        return examples;
    }

    private static List<Pair> pairs(TrainableEncoder encoder) {
        var pairs = new ArrayList<Pair>();
        for (char c = 'a'; c <= 'x'; c++) {
            pairs.add(new Pair(encoder.tokens("" + c), encoder.tokens(c + " " + (char) (c + 1))));
        }
        return pairs;
    }

    private static void backward(Objective<List<Labelled>> objective, List<Labelled> examples) {
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            tape.backward(objective.loss(examples));
        }
    }

    @Test
    void aFrozenEncoderGetsNoGradientAndStaysBitForBit() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Map<String, float[]> before = TrainableFolder.values(encoder);
        List<Labelled> examples = letters(encoder, 40);
        Classifier model = Classifier.of(new FrozenEncoder(encoder), 2);
        assertEquals(List.of("head.weight", "head.bias"), List.copyOf(ParameterTree.of(model).params().keySet()));
        backward(model, examples);
        ParameterTree.of(encoder).params().forEach((name, param) -> assertFalse(param.value().hasGradient(), name));
        double loss = loss(model, examples);
        SHORT.epochs(40).run(model, examples, Listener.SILENT);
        assertTrue(loss(model, examples) < loss, loss + " to " + loss(model, examples));
        TrainableFolder.values(encoder).forEach((name, values) -> assertArrayEquals(before.get(name), values, name));
    }

    @Test
    void gradientsReachAllThatLearns() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder).withAdaptiveNorms(new Init(1));
        List<Labelled> examples = letters(encoder, 12);
        Classifier model = Classifier.of(encoder, 2);
        TrainableFolder.shake(model);
        backward(model, examples);
        ParameterTree.of(model).params().forEach((name, param) -> assertTrue(largest(param) > 0, name));
    }

    /// The networks' last matrices are zeros, which no gradient passes.
    @Test
    void inTheFirstStepTheNetworksOfAdaptiveNormsStandStill() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder).withAdaptiveNorms(new Init(1));
        Classifier model = Classifier.of(encoder, 2);
        TrainableFolder.shake(model.head());
        backward(model, letters(encoder, 12));
        ParameterTree.of(encoder).params().forEach((name, param) -> {
            boolean inside = name.contains("Trunk") || name.contains("norm.in.");
            assertEquals(inside, largest(param) == 0, name);
        });
    }

    private static double largest(Param param) {
        double largest = 0;
        for (float g : param.value().gradient().toArray()) {
            largest = Math.max(largest, Math.abs(g));
        }
        return largest;
    }

    private static <E> double loss(Objective<List<E>> objective, List<E> examples) {
        try (Tape _ = Tape.inference(new BufferPool())) {
            return objective.loss(examples).item();
        }
    }

    @Test
    void tuningLearnsWhatTheTextsAreAbout() throws IOException {
        for (TrainableEncoder encoder : List.of(TrainableFolder.encoder(folder),
                TrainableFolder.encoder(folder).withAdaptiveNorms(new Init(1)))) {
            List<Labelled> examples = letters(encoder, 80);
            Classifier model = Classifier.of(encoder, 2);
            SHORT.epochs(12).run(model, examples, Listener.SILENT);
            assertTrue(model.accuracy(examples) > 0.95, "accuracy " + model.accuracy(examples));
        }
    }

    @Test
    void theHeadOfOneModelIsTheFirstOneOfAnother() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        List<Labelled> examples = letters(encoder, 40);
        Classifier probe = Classifier.of(new FrozenEncoder(encoder), 2);
        SHORT.run(probe, examples, Listener.SILENT);
        float[] head = probe.head().weight().value().toArray();
        Classifier whole = probe.on(encoder);
        assertEquals(loss(probe, examples), loss(whole, examples), 1e-5);
        SHORT.run(whole, examples, Listener.SILENT);
        assertArrayEquals(head, probe.head().weight().value().toArray());
        assertFalse(Arrays.equals(head, whole.head().weight().value().toArray()));
    }

    @Test
    void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() throws IOException {
        Map<String, float[]> one = tuned(1, SHORT);
        tuned(3, SHORT).forEach((name, values) -> assertArrayEquals(one.get(name), values, name));
        FineTuning other = new FineTuning(4, 8, 3e-3, 0.01, 1, 2);
        assertFalse(Arrays.equals(one.get("head.weight"), tuned(1, other).get("head.weight")));
    }

    private Map<String, float[]> tuned(int threads, FineTuning tuning) throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Classifier model = Classifier.of(encoder, 2);
        try (var workers = new Workers(threads)) {
            return workers.call(() -> {
                tuning.run(model, letters(encoder, 40), Listener.SILENT);
                return TrainableFolder.values(model);
            });
        }
    }

    /// Batches in the order in which the tuning sees them, then the steps spelled out.
    @Test
    void itsStepsAreThoseOfALoopByHand() throws IOException {
        TrainableEncoder first = TrainableFolder.encoder(folder), second = TrainableFolder.encoder(folder);
        var order = new ArrayList<List<Labelled>>();
        Classifier tuned = Classifier.of(first, 2), byHand = Classifier.of(second, 2);
        Objective<List<Labelled>> listening = Objective.of(tuned, batch -> {
            order.add(batch);
            return tuned.loss(batch);
        });
        SHORT.run(listening, letters(first, 45), Listener.SILENT);
        Map<String, Param> params = ParameterTree.of(byHand).params();
        var optimizer = AdamW.of(byHand, SHORT.rate(), AdamW.Config.STANDARD.withDecay(SHORT.decay()));
        assertEquals(24, order.size());
        var schedule = Schedule.linear(21).withWarmup(3);
        for (int step = 0; step < 24; step++) {
            try (Tape tape = Tape.training(new BufferPool(), SplitMix.at(~SHORT.seed(), step))) {
                tape.backward(byHand.loss(order.get(step)));
            }
            optimizer.step(schedule.factor(step), Gradients.clip(Gradients.norm(params), SHORT.clip()));
        }
        Map<String, float[]> expected = TrainableFolder.values(byHand);
        TrainableFolder.values(tuned).forEach((name, values) -> assertArrayEquals(expected.get(name), values, name));
    }

    @Test
    void eachEpochSeesEachExampleOnce() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        List<Labelled> examples = letters(encoder, 301);
        var seen = new ArrayList<Labelled>();
        Objective<List<Labelled>> listening = new Objective<>() {
            private final Param w = Init.constant(1);

            @Override
            public Tensor loss(List<Labelled> batch) {
                assertTrue(batch.size() <= 8);
                seen.addAll(batch);
                return w.value().square().sum();
            }

            @Override
            public void register(ParameterTree tree) {
                tree.add("w", w);
            }
        };
        SHORT.epochs(1).run(listening, examples, Listener.SILENT);
        assertEquals(301, seen.size());
        assertTrue(seen.containsAll(examples) && !seen.equals(examples));
        assertEquals(4 * 38, SHORT.steps(301));
    }

    @Test
    void contrastOfEqualVectorsIsTheLogarithmOfTheBatch() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        var same = new Pair(encoder.tokens("a b"), encoder.tokens("a b"));
        assertEquals(Math.log(5), loss(new ContrastiveLoss(encoder, 0.05f), List.of(same, same, same, same, same)),
                1e-4);
    }

    @Test
    void contrastFindsPartners() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        var contrast = new ContrastiveLoss(encoder, 0.05f);
        List<Pair> pairs = pairs(encoder);
        double before = loss(contrast, pairs);
        SHORT.epochs(40).run(contrast, pairs, Listener.SILENT);
        assertTrue(loss(contrast, pairs) < before / 2, before + " to " + loss(contrast, pairs));
        ParameterTree.of(contrast).params().forEach((name, param) -> assertFalse(param.value().hasGradient(), name));
    }

    @Test
    void aLossThatIsNotFiniteEndsTheRunAndChangesNothing() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Classifier model = Classifier.of(encoder, 2);
        model.head().weight().value().data().array()[0] = Float.NaN;
        Map<String, float[]> before = TrainableFolder.values(model);
        String message = assertThrows(ArithmeticException.class,
                () -> SHORT.run(model, letters(encoder, 8), Listener.SILENT)).getMessage();
        assertTrue(message.contains("at step 1 of ") && message.contains("the loss is NaN and the gradient's norm NaN"),
                message);
        TrainableFolder.values(model).forEach((name, values) -> assertArrayEquals(before.get(name), values, name));
        ParameterTree.of(model).params().forEach((name, param) -> assertFalse(param.value().hasGradient(), name));
    }

    @Test
    void numbersOfATuningAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new FineTuning(1, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> SHORT.rate(-1));
        assertThrows(IllegalArgumentException.class, () -> new ContrastiveLoss(null, 0));
    }
}
