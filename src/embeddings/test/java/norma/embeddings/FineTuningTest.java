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
import norma.embeddings.finetuning.CosineLoss;
import norma.embeddings.finetuning.Course;
import norma.embeddings.finetuning.Example.Judged;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.Example.Pair;
import norma.embeddings.finetuning.Example.Scored;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.FrozenEncoder;
import norma.embeddings.finetuning.RerankLoss;
import norma.embeddings.finetuning.Split;
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
    private static final FineTuning SHORT = new FineTuning(4, 4, 8, 3e-3, 0.01, 1, 1);

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
        FineTuning other = new FineTuning(4, 4, 8, 3e-3, 0.01, 1, 2);
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

    /// In the order of the letters: of 24 first texts few find their own at first, most at the end.
    @Test
    void contrastIsMeasuredByRanks() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        List<Pair> pairs = new ArrayList<>(pairs(encoder));
        pairs.replaceAll(pair -> new Pair(pair.first(), pair.second(), List.of(encoder.tokens("y y"))));
        var contrast = new ContrastiveLoss(encoder, 0.05f);
        Map<String, Double> before = contrast.measure(pairs);
        SHORT.epochs(20).run(contrast, pairs, Listener.SILENT);
        Map<String, Double> after = contrast.measure(pairs);
        assertEquals(List.of("MRR", "accuracy@1", "triplet accuracy"), List.copyOf(after.keySet()));
        after.forEach((name, value) -> assertTrue(value <= 1 && value >= before.get(name), name + " " + value));
        assertTrue(after.get("MRR") > before.get("MRR") + 0.2, before + " to " + after);
        assertTrue(!contrast.measure(pairs(encoder)).containsKey("triplet accuracy"));
    }

    /// Texts with the same first letter are alike, others are not.
    @Test
    void cosinesLearnScores() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        var random = new SplittableRandom(2);
        var examples = new ArrayList<Scored>();
        for (int i = 0; i < 96; i++) {
            char one = (char) random.nextInt('a', 'd'), other = i % 2 == 0 ? one : (char) (one + 3);
            String rest = " " + (char) random.nextInt('h', 'x');
            examples.add(new Scored(encoder.tokens(one + rest), encoder.tokens(other + rest), i % 2 == 0 ? 1 : 0));
        }
        var model = new CosineLoss(encoder);
        Split<Scored> split = Split.of(examples, 0.25, 1);
        double loss = loss(model, split.held()), pearson = model.measure(split.held()).get("Pearson");
        assertTrue(loss > 0.3 && pearson < 0.8, loss + " " + pearson);
        SHORT.epochs(10).run(model, split.train(), Listener.SILENT);
        assertTrue(loss(model, split.held()) < 0.05, "" + loss(model, split.held()));
        assertTrue(model.measure(split.held()).get("Pearson") > 0.9, "" + model.measure(split.held()));
    }

    /// Passages with an x answer any query.
    @Test
    void aRerankerLearnsAnswers() throws IOException {
        TrainableCrossEncoder encoder = TrainableCrossEncoder.of(TrainableFolder.encoder(folder), 1, new Init(1));
        var random = new SplittableRandom(3);
        var examples = new ArrayList<Judged>();
        for (int i = 0; i < 120; i++) {
            String query = "" + (char) random.nextInt('a', 'e');
            String passage = (char) random.nextInt('e', 'i') + (i % 4 == 0 ? " x" : " w");
            examples.add(new Judged(query + i / 4, encoder.tokens(query, passage), i % 4 == 0 ? 1 : 0));
        }
        var model = new RerankLoss(encoder);
        Split<Judged> split = Split.of(examples, 0.3, 1);
        Course course = SHORT.epochs(10).patience(10).run(model, split.train(), split.held(), Listener.SILENT);
        assertTrue(course.epochs().get(course.best()).score() > 0.9, course.toString());
        assertTrue(model.measure(split.held()).get("MRR") > 0.9, course.toString());
        Path saved = folder.resolve("saved");
        encoder.save(saved);
        try (CrossEncoder reranker = CrossEncoder.load(saved)) {
            float[] scores = reranker.scores("b", List.of("g w", "e x", "f w"));
            assertTrue(scores[1] > scores[0] && scores[1] > scores[2], Arrays.toString(scores));
        }
    }

    @Test
    void rareLabelsWeighMore() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        List<Labelled> examples = new ArrayList<>(letters(encoder, 6));
        examples.removeIf(example -> example.label() == 1);
        examples.add(new Labelled(encoder.tokens("a"), 1));
        Classifier model = Classifier.of(encoder, 3).balanced(examples); // 3 of label 0, 1 of label 1, 0 of label 2
        assertArrayEquals(new float[] {4 / 9f, 4 / 3f, 1}, model.crossEntropy().weights().orElseThrow().toArray(),
                1e-6f);
        TrainableFolder.shake(model.head());
        double sum = 0, weights = 0;
        for (Labelled example : examples) {
            double weight = example.label() == 0 ? 4 / 9.0 : 4 / 3.0;
            sum -= weight * Math.log(model.probabilities(List.of(example.text()))[0][example.label()]);
            weights += weight;
        }
        assertEquals(sum / weights, loss(model, examples), 1e-5);
    }

    @Test
    void labelsHaveNames() throws IOException {
        TrainableEncoder encoder = TrainableFolder.encoder(folder);
        Classifier model = Classifier.of(encoder, List.of("no", "yes"));
        Path saved = folder.resolve("saved");
        model.save(saved);
        assertEquals(List.of("no", "yes"), Classifier.load(saved).labels());
        assertEquals(List.of("LABEL_0", "LABEL_1"), Classifier.of(encoder, 2).labels());
        assertThrows(IllegalArgumentException.class, () -> Classifier.of(encoder, List.of("no", "no")));
        assertThrows(IllegalArgumentException.class, () -> Classifier.of(encoder, List.of("no")));
        String frozen = assertThrows(IllegalStateException.class,
                () -> Classifier.of(new FrozenEncoder(encoder), 2).save(saved)).getMessage();
        assertTrue(frozen.contains("TrainableEncoder"), frozen);
        encoder.save(folder.resolve("plain"));
        assertThrows(norma.io.CorruptFileException.class, () -> Classifier.load(folder.resolve("plain")));
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
        assertThrows(IllegalArgumentException.class, () -> new FineTuning(1, 1, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> SHORT.rate(-1));
        assertThrows(IllegalArgumentException.class, () -> new ContrastiveLoss(null, 0));
    }
}
