package norma.lab.finetune;

import static norma.lab.console.Figures.number;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.FineTuning;
import norma.io.AtomicFile;
import norma.lab.console.Json;
import norma.lab.console.Machine;
import norma.lab.console.Table;
import norma.lab.console.Version;
import norma.lab.embed.EncoderOptions;
import norma.lab.run.Measurements;
import norma.lab.run.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tunes a pretrained encoder for a classification, with the norms it came with and with adaptive ones in their place.
///
/// For each seed a head is trained on the frozen encoder first, which is logistic regression. From there everything learns (first
/// the head, then all: Kumar et al. 2022, arXiv 2202.10054). Since adaptive norms compute at first what the layer norms did, both arms
/// start from the same head and the same accuracy.
@Command(name = "finetune", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Fine-tunes a pretrained sentence encoder as a classifier.",
        description = "Prints a table and writes results.json; with --save also each arm's model of the last seed.%n")
public final class FineTune implements Callable<Integer> {

    /// What is learned.
    enum Task {
        /// praise or blame
        SENTIMENT,
        /// WordNet's 45 lexicographer files
        WORDNET
    }

    /// The norm behind each residual sum.
    enum Norm {
        /// what the model came with
        LAYER_NORM,
        /// [norma.norm.feature.AdaptiveNormFormer]
        ADAPTIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What results.json holds.
    private record Outcome(String version, String task, String model, int train, int test, double majority,
            FineTuning head,
            FineTuning whole, String kernels, int threads, String cpu, List<FineTuneTrials.Result> trials) {
    }

    @Option(names = "--task", paramLabel = "TASK", required = true, description = "One of ${COMPLETION-CANDIDATES}.")
    private Task task;

    @Option(names = "--norm", paramLabel = "A,B", split = ",", defaultValue = "layer_norm,adaptive",
            description = "Norms of the encoders that are tuned as a whole, an arm each: ${COMPLETION-CANDIDATES} "
                    + "(default: ${DEFAULT-VALUE}).")
    private List<Norm> norms;

    @Option(names = "--frozen", description = "Train heads only, on the encoder as it is.")
    private boolean frozen;

    @Option(names = "--data", paramLabel = "DIR", defaultValue = "node_modules/sentiment",
            description = "The npm package sentiment@5.0.2, whose tests hold the sentences (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Option(names = "--examples", paramLabel = "N", defaultValue = "4000",
            description = "Of WordNet's definitions, how many to learn from (default: ${DEFAULT-VALUE}).")
    private int examples;

    @Option(names = "--model", paramLabel = "DIR|NAME", defaultValue = EncoderOptions.BUILT_IN,
            description = "Folder as Hugging Face has them, or the name of a model that comes with the command "
                    + "(default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "64",
            description = "Longer texts are cut (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "3",
            description = "Runs of each arm, with seeds from --seed on (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "3",
            description = "Epochs of the whole encoder (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "5e-5",
            description = "Highest learning rate of the whole encoder (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--save",
            description = "Save the tuned models, a folder for each arm.")
    private boolean save;

    @Mixin
    private Run run;

    @Override
    public Integer call() throws IOException {
        Path folder = run.folder();
        return run.call(() -> finetune(folder));
    }

    private int finetune(Path folder) throws IOException {
        check();
        LabelledTexts texts = task == Task.SENTIMENT ? LabelledTexts.sentiment(data) : LabelledTexts.wordNet(examples);
        run.say("%s: %s texts to learn from, %s to measure on, %d labels; always saying the most frequent one is right in %s"
                .formatted(texts.name(), number(texts.train().size()), number(texts.test().size()), texts.labels(),
                        percent(texts.majority())));
        run.say("%s, %d seeds, %d threads, %s kernels".formatted(model, seeds, run.threads(), Machine.kernels()));
        List<FineTuneTrials.Result> trials = trials(texts, folder);
        var outcome = new Outcome(Version.text(), texts.name(), model, texts.train().size(), texts.test().size(),
                texts.majority(), FineTuning.head(run.seed()), whole(run.seed()), Machine.kernels(), run.threads(),
                Machine.cpu(),
                trials);
        AtomicFile.write(folder.resolve("results.json"), Json.page(outcome) + "\n");
        run.print(outcome, "\n" + table(trials));
        return 0;
    }

    private void check() {
        if (seeds < 1 || epochs < 1 || examples < 1 || !(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "--seeds, --epochs, --examples and --rate must be positive; got %d, %d, %d and %s"
                            .formatted(seeds, epochs, examples, rate));
        }
    }

    private List<Norm> arms() {
        return frozen ? List.of() : norms;
    }

    private FineTuning whole(long seed) {
        return FineTuning.whole(seed).epochs(epochs).rate(rate);
    }

    private TrainableEncoder load() throws IOException {
        TrainableEncoder encoder =
                Files.isDirectory(Path.of(model)) ? TrainableEncoder.load(Path.of(model))
                        : TrainableEncoder.load(model);
        return encoder.maxTokens(maxTokens);
    }

    private List<FineTuneTrials.Result> trials(LabelledTexts texts, Path folder) throws IOException {
        List<Norm> arms = arms();
        long steps = seeds
                * (FineTuning.head(0).steps(texts.train().size()) + arms.size() * whole(0).steps(texts.train().size()));
        try (var progress = run.progress("finetune", "step", steps)) {
            var trials = FineTuneTrials.of(this::load, texts, progress, this::tell);
            for (long seed = run.seed(); seed < run.seed() + seeds; seed++) {
                Classifier probe = trials.probe(seed);
                for (Norm arm : arms) {
                    Classifier tuned = trials.tune(probe, arm, whole(seed));
                    if (save && seed == run.seed() + seeds - 1) {
                        keep(tuned, folder.resolve(arm.toString()));
                    }
                }
            }
            return trials.done();
        }
    }

    private static void keep(Classifier tuned, Path folder) throws IOException {
        tuned.save(folder);
    }

    private void tell(FineTuneTrials.Result trial) {
        run.say("seed %d, %s: %s of the test, %s of what it learned from, %s s".formatted(trial.seed(), trial.arm(),
                percent(trial.accuracy()), percent(trial.trainAccuracy()), number(trial.seconds(), 0)));
    }

    private static String table(List<FineTuneTrials.Result> trials) {
        Map<String, List<FineTuneTrials.Result>> arms = new LinkedHashMap<>();
        trials.forEach(trial -> arms.computeIfAbsent(trial.arm(), _ -> new ArrayList<>()).add(trial));
        var table = new Table("arm", ">numbers that learn", ">test accuracy", ">of what it learned from", ">seconds");
        arms.forEach((arm, its) -> table.row(arm, number(its.getFirst().parameters()),
                spread(its.stream().map(trial -> trial.accuracy() * 100).toList()),
                spread(its.stream().map(trial -> trial.trainAccuracy() * 100).toList()),
                number(Measurements.of(its.stream().map(trial -> trial.seconds()).toList()).median(), 0)));
        return table + "\nAccuracy in %, mean ± standard deviation over the seeds; seconds of training, median.";
    }

    private static String spread(List<Double> values) {
        var measured = Measurements.of(values);
        return number(measured.mean(), 1) + (values.size() > 1 ? " ± " + number(measured.deviation(), 1) : "");
    }

    private static String percent(double share) {
        return number(share * 100, 1) + " %";
    }
}
