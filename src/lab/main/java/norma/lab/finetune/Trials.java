package norma.lab.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import norma.embeddings.finetuning.ClassificationReport;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.Course;
import norma.embeddings.finetuning.Example;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Measured;
import norma.embeddings.finetuning.Split;
import norma.lab.console.Progress;
import norma.nn.ParameterTree;
import norma.train.Listener;

/// Measures a pretrained model, tunes it, and measures it again.
///
/// @param <E> kind of example
/// @param split to learn from, and to choose the best epoch by
/// @param test to measure on
/// @param progress advances by one for each step
/// @param told of each trial that is done
record Trials<E extends Example>(Lesson<E> lesson, Split<E> split, List<E> test, Progress progress,
        Consumer<Result> told) {

    /// What came out of one training.
    ///
    /// @param arm which norms were tuned, or that nothing was
    /// @param parameters numbers that learned
    /// @param test figures of the test
    /// @param course epoch by epoch, if there were some
    /// @param report of the test, if it has labels
    /// @param seconds that it took
    record Result(String arm, long seed, long parameters, Map<String, Double> test, Optional<Course> course,
            Optional<ClassificationReport> report, double seconds) {
    }

    /// All trials of a seed: the model before it is tuned, then each arm.
    ///
    /// @param folder where the tuned models are written, if they are
    List<Result> run(List<FineTune.Norm> arms, FineTuning tuning, Optional<Path> folder) throws IOException {
        var results = new ArrayList<Result>();
        progress.note("seed %d, %s".formatted(tuning.seed(), lesson.untunedName()));
        long start = System.nanoTime();
        Measured<E> untuned = lesson.untuned(split, tuning.seed(), steps());
        boolean learned = lesson.untunedSteps(split.train().size()) > 0;
        results.add(result(lesson.untunedName(), learned ? ParameterTree.of(untuned).size() : 0, tuning.seed(), untuned,
                Optional.empty(), start));
        for (FineTune.Norm arm : arms) {
            progress.note("seed %d, %s".formatted(tuning.seed(), arm));
            long begun = System.nanoTime();
            Measured<E> model = lesson.model(untuned, arm, tuning);
            Course course = tuning.run(model, split.train(), split.held(), steps());
            results.add(
                    result("tuned, " + arm, ParameterTree.of(model).size(), tuning.seed(), model, Optional.of(course),
                            begun));
            if (folder.isPresent()) {
                lesson.save(model, arms.size() == 1 ? folder.get() : folder.get().resolve(arm.toString()));
            }
        }
        return results;
    }

    private Listener steps() {
        return new Listener() {
            @Override
            public void step(Step step) {
                progress.step();
            }
        };
    }

    private Result result(String arm, long parameters, long seed, Measured<E> model, Optional<Course> course,
            long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        var result = new Result(arm, seed, parameters, model.measure(test), course, report(model), seconds);
        told.accept(result);
        return result;
    }

    private Optional<ClassificationReport> report(Measured<E> model) {
        List<Labelled> labelled =
                test.stream().filter(Labelled.class::isInstance).map(Labelled.class::cast).toList();
        return model instanceof Classifier classifier ? Optional.of(classifier.report(labelled)) : Optional.empty();
    }
}
