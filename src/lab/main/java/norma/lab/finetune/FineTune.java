package norma.lab.finetune;

import static norma.lab.console.Figures.number;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Example;
import norma.embeddings.finetuning.FineTuning;
import norma.embeddings.finetuning.Split;
import norma.io.AtomicFile;
import norma.lab.console.Json;
import norma.lab.console.Machine;
import norma.lab.console.Version;
import norma.lab.embed.EncoderOptions;
import norma.lab.run.Run;
import norma.nn.Init;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tunes a pretrained model on rows of a file, beside what the model can do without it.
///
/// Since adaptive norms compute at first what the layer norms did, both arms start from the same model.
@Command(name = "finetune", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Fine-tunes a pretrained encoder or reranker on data of your own.",
        description = "Prints what it finds in the data and a table of the test; writes results.json, report.html and the tuned "
                + "model (model/), the best epoch's by the validation.%n")
public final class FineTune implements Callable<Integer> {

    /// The norm behind each residual sum.
    enum Norm {
        /// what the model came with
        LAYER_NORM,
        /// [norma.norm.feature.AdaptiveNormFormer]
        ADAPTIVE;

        /// An encoder with this norm.
        TrainableEncoder in(TrainableEncoder encoder, long seed) {
            return this == ADAPTIVE ? encoder.withAdaptiveNorms(new Init(seed)) : encoder;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What results.json holds.
    ///
    /// @param data what was found there
    record Outcome(String version, String task, List<String> data, String model, int maxTokens, int train,
            int validation, int test, FineTuning tuning, int seeds, String kernels, int threads, String cpu,
            List<Trials.Result> trials) {
    }

    @Mixin
    private DataOptions data;

    @Option(names = "--model", paramLabel = "DIR|NAME", defaultValue = EncoderOptions.BUILT_IN,
            description = "Folder as Hugging Face has them, or the name of a model that comes with the command "
                    + "(default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--max-tokens", paramLabel = "N",
            description = "Longer texts are cut (default: 128, or less if the model reads less).")
    private int maxTokens;

    @Option(names = "--norm", paramLabel = "A,B", split = ",", defaultValue = "layer_norm",
            description = "Norms of the models that are tuned, an arm each: ${COMPLETION-CANDIDATES} "
                    + "(default: ${DEFAULT-VALUE}).")
    private List<Norm> norms;

    @Option(names = "--frozen",
            description = "Tune nothing: measure the model as it is, for classify with a head on top.")
    private boolean frozen;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1",
            description = "Runs of each arm, with seeds from --seed on, on one split (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "3",
            description = "Epochs at most (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--patience", paramLabel = "N", defaultValue = "2",
            description = "End after so many epochs without a better one (default: ${DEFAULT-VALUE}).")
    private int patience;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "Rows of a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "5e-5",
            description = "Highest learning rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Mixin
    private Run run;

    private final List<String> found = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        check();
        Path folder = run.folder();
        return run.call(() -> {
            DataOptions.Parts parts = data.read(this::tell);
            return finetune(data.lesson(parts, new Source(model, maxTokens)), parts, folder);
        });
    }

    private void check() {
        if (seeds < 1 || epochs < 1 || patience < 1 || batch < 1 || maxTokens < 0
                || !(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "--seeds, --epochs, --patience, --batch and --rate must be positive; got %d, %d, %d, %d and %s"
                            .formatted(seeds, epochs, patience, batch, rate));
        }
    }

    /// Says what was found in the data, and keeps it for the report.
    private void tell(String remark) {
        found.add(remark);
        run.say(remark);
    }

    private <E extends Example> int finetune(Lesson<E> lesson, DataOptions.Parts parts, Path folder)
            throws IOException {
        for (Norm norm : norms) {
            if (!lesson.allows(norm)) {
                throw new IllegalArgumentException(
                        "--norm must be layer_norm for " + parts.columns().task() + "; got " + norm);
            }
        }
        Divided<E> examples = split(lesson, parts);
        run.say("%s, %d threads, %s kernels".formatted(model, run.threads(), Machine.kernels()));
        List<Trials.Result> results = trials(lesson, examples, folder);
        var outcome = new Outcome(Version.text(), parts.columns().task().toString(), found, model, lesson.maxTokens(),
                examples.split.train().size(), examples.split.held().size(), examples.test.size(), tuning(run.seed()),
                seeds, Machine.kernels(), run.threads(), Machine.cpu(), results);
        AtomicFile.write(folder.resolve("results.json"), Json.page(outcome) + "\n");
        AtomicFile.write(folder.resolve("report.html"), FineTuneReport.html(outcome));
        run.print(outcome, "\n" + FineTuneReport.text(outcome));
        run.say("%s: results.json, report.html%s".formatted(folder, frozen ? "" : ", model/"));
        return 0;
    }

    /// Examples in three parts that have no text in common.
    private record Divided<E extends Example>(Split<E> split, List<E> test) {
    }

    private <E extends Example> Divided<E> split(Lesson<E> lesson, DataOptions.Parts rows) {
        List<E> learn = examples(lesson, rows.learn());
        Optional<List<E>> validation = rows.validation().map(apart -> examples(lesson, apart));
        Optional<List<E>> test = rows.test().map(apart -> examples(lesson, apart));
        lesson.remarks(learn).forEach(this::tell);
        if (test.isEmpty()) {
            Split<E> split = Split.of(learn, data.testShare(), run.seed());
            learn = split.train();
            test = Optional.of(split.held());
        }
        learn = without(learn, test.get(), "the test");
        if (validation.isPresent()) {
            validation = Optional.of(without(validation.get(), test.get(), "the test"));
            learn = without(learn, validation.get(), "the validation");
        } else {
            double share = data.validationShare() / (1 - (rows.test().isPresent() ? 0 : data.testShare()));
            Split<E> split = Split.of(learn, Math.min(1, share), run.seed());
            learn = split.train();
            validation = Optional.of(split.held());
        }
        tell("to learn from: %s; validation: %s; test: %s".formatted(number(learn.size()),
                number(validation.get().size()), number(test.get().size())));
        if (learn.isEmpty() || validation.get().isEmpty() || test.get().isEmpty()) {
            throw new IllegalArgumentException(
                    "each part must have a row; to learn from, validation and test have %d, %d and %d; rows that share a text stay in one part; more rows, larger shares, or files of their own?"
                            .formatted(learn.size(), validation.get().size(), test.get().size()));
        }
        return new Divided<>(new Split<>(learn, validation.get()), test.get());
    }

    private <E extends Example> List<E> examples(Lesson<E> lesson, Rows rows) {
        List<E> examples = rows.rows().stream().map(lesson::example).toList();
        long full = examples.stream().filter(example -> example.tokens() >= lesson.maxTokens()).count();
        if (full > 0) {
            tell("%s: %s rows reach %d tokens, behind which texts are cut; --max-tokens changes it".formatted(
                    rows.source(), number(full), lesson.maxTokens()));
        }
        return examples;
    }

    /// Those that share no text with others that are measured on.
    private <E extends Example> List<E> without(List<E> examples, List<E> others, String part) {
        Set<Object> keys = new HashSet<>();
        others.forEach(example -> keys.addAll(example.keys()));
        List<E> kept = examples.stream().filter(example -> example.keys().stream().noneMatch(keys::contains)).toList();
        if (kept.size() < examples.size()) {
            tell("left out: %s rows whose text stands in %s too".formatted(number(examples.size() - kept.size()),
                    part));
        }
        return kept;
    }

    private FineTuning tuning(long seed) {
        return FineTuning.whole(seed).epochs(epochs).patience(patience).batch(batch).rate(rate);
    }

    private <E extends Example> List<Trials.Result> trials(Lesson<E> lesson, Divided<E> examples, Path folder)
            throws IOException {
        List<Norm> arms = frozen ? List.of() : norms;
        int count = examples.split.train().size();
        long steps = seeds * (lesson.untunedSteps(count) + arms.size() * tuning(0).steps(count));
        var results = new ArrayList<Trials.Result>();
        try (var progress = run.progress("finetune", "step", steps)) {
            var trials = new Trials<>(lesson, examples.split, examples.test, progress, this::say);
            for (long seed = run.seed(); seed < run.seed() + seeds; seed++) {
                boolean first = seed == run.seed();
                results.addAll(trials.run(arms, tuning(seed),
                        first ? Optional.of(folder.resolve("model")) : Optional.empty()));
            }
        }
        return results;
    }

    private void say(Trials.Result result) {
        run.say("seed %d, %s: %s%s, %s s".formatted(result.seed(), result.arm(), figures(result.test()),
                result.course().map(course -> ", best epoch " + course.best()).orElse(""),
                number(result.seconds(), 0)));
    }

    private static String figures(Map<String, Double> figures) {
        return figures.entrySet().stream().map(e -> e.getKey() + " " + number(e.getValue(), 3))
                .collect(Collectors.joining(", "));
    }
}
