package norma.embeddings.finetuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import norma.embeddings.finetuning.Example.Labelled;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;
import norma.train.Listener;
import org.junit.jupiter.api.Test;

/// When a run with validation ends, and with which weights.
class BestEpochTest {
    private static final FineTuning TUNING = new FineTuning(6, 6, 4, 0.1, 0, 0, 1);
    private static final List<Labelled> EXAMPLES = IntStream.range(0, 10).mapToObj(i -> new Labelled(
            new Encoding(new int[] {i}, new int[1], new int[1], new int[1]), i % 2)).toList();

    /// Learns one number, and is as good as the next of a list says.
    private static final class Scripted implements Measured<Labelled> {
        private final Param w = Init.constant(1);
        private final double[] scores;
        private final List<Float> values = new ArrayList<>();

        Scripted(double... scores) {
            this.scores = scores;
        }

        @Override
        public Tensor loss(List<Labelled> batch) {
            return w.value().square().sum();
        }

        @Override
        public SequencedMap<String, Double> measure(List<Labelled> examples) {
            values.add(value());
            var measures = new LinkedHashMap<String, Double>();
            measures.put("first", scores[values.size() - 1]);
            measures.put("second", -scores[values.size() - 1]);
            return measures;
        }

        float value() {
            return w.value().toArray()[0];
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("w", w);
        }

        Course run(FineTuning tuning) {
            return tuning.run(this, EXAMPLES, EXAMPLES.subList(0, 5), Listener.SILENT);
        }
    }

    @Test
    void theWeightsOfTheBestEpochAreKept() {
        var model = new Scripted(0.1, 0.5, 0.7, 0.6, 0.6, 0.2, 0.3);
        Course course = model.run(TUNING);
        assertEquals(2, course.best());
        assertEquals(7, course.epochs().size());
        assertEquals(7, model.values.stream().distinct().count(), "each epoch changes the weight");
        assertEquals(model.values.get(2), model.value());
        assertEquals(0.7, course.epochs().get(2).score());
        assertEquals(3, course.epochs().get(3).number());
    }

    @Test
    void ofEqualEpochsThatWithTheLowestLossIsTheBest() {
        Course course = new Scripted(0.1, 0.7, 0.7, 0.7, 0.6, 0.7, 0.7).run(TUNING);
        Course.Epoch best = course.epochs().get(course.best());
        assertEquals(0.7, best.score());
        assertEquals(course.epochs().stream().filter(epoch -> epoch.score() == 0.7)
                .mapToDouble(Course.Epoch::validationLoss).min().orElseThrow(), best.validationLoss());
        assertTrue(best.number() > 1, "the loss falls at first");
    }

    @Test
    void noEpochMayBeBetterThanTheFirstWeights() {
        var model = new Scripted(0.9, 0.5, 0.7, 0.7, 0.6, 0.2, 0.3);
        assertEquals(0, model.run(TUNING).best());
        assertEquals(1, model.value());
    }

    @Test
    void aRunEndsAfterEpochsWithoutABetterOne() {
        var model = new Scripted(0.1, 0.5, 0.4, 0.6, 0.3, 0.5, 0.9);
        Course course = model.run(TUNING.patience(2));
        assertEquals(3, course.best());
        assertEquals(List.of(0, 1, 2, 3, 4, 5), course.epochs().stream().map(Course.Epoch::number).toList());
        assertEquals(model.values.get(3), model.value());
    }

    @Test
    void whatIsNoNumberIsWorseThanAny() {
        assertEquals(2, new Scripted(Double.NaN, Double.NaN, -0.5, Double.NaN, -0.6, -0.7, -0.8).run(TUNING).best());
    }

    @Test
    void lossesAreMeans() {
        var model = new Scripted(1, 2);
        var steps = new ArrayList<Double>();
        var validated = new ArrayList<Double>();
        Course course = TUNING.epochs(1).run(model, EXAMPLES, EXAMPLES.subList(0, 5), new Listener() {
            @Override
            public void step(Step step) {
                steps.add(step.loss());
            }

            @Override
            public void validated(long step, double loss) {
                assertEquals(validated.size() * 3L, step);
                validated.add(loss);
            }
        });
        assertEquals(3, steps.size());
        Course.Epoch last = course.epochs().getLast();
        assertEquals(steps.stream().mapToDouble(d -> d).average().orElseThrow(), last.loss(), 1e-12);
        assertArrayEquals(new double[] {1, (double) model.value() * model.value()},
                validated.stream().mapToDouble(d -> d).toArray(), 1e-6);
        assertEquals(validated.get(1), last.validationLoss());
        assertTrue(Double.isNaN(course.epochs().getFirst().loss()));
    }

    @Test
    void withoutValidationExamplesItIsRefused() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> TUNING.run(new Scripted(1), EXAMPLES, List.of(), Listener.SILENT)).getMessage();
        assertTrue(message.contains("at least one") && message.contains("Split.of"), message);
        assertThrows(IllegalArgumentException.class, () -> TUNING.patience(0));
    }
}
