package norma.lab.compare;

import static norma.lab.console.Figures.number;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import norma.data.TokenWindows.Batch;
import norma.io.AtomicFile;
import norma.lab.catalogue.PlacementNames;
import norma.lab.console.Json;
import norma.lab.console.Machine;
import norma.lab.console.Table;
import norma.lab.console.Version;
import norma.lab.run.CorpusOptions;
import norma.lab.run.Footprint;
import norma.lab.run.JsonLines;
import norma.lab.run.Numbers;
import norma.lab.run.Run;
import norma.model.GptConfig;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.train.TrainConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `norma compare`: trains the same small Transformer under several norms.
///
/// All arms see the same batches in the same order and start from the same numbers wherever a parameter has the same name
/// and shape. They take turns, one step each, so that a machine which is busy for a while slows all of them alike.
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Trains one small Transformer under several norms.",
        description = "All of them get the same batches, the same first weights and the same number of parameters. Prints a "
                + "table and writes report.html, results.json and metrics.jsonl.%n")
public final class Compare implements Callable<Integer> {
    private static final int MEASURED_TOKENS = 1 << 13;
    private static final double CLIP = 1;
    private static final int MOST_SEEDS = 1000;
    /// Of AdamW, for each parameter.
    private static final int MOMENTS = 2;

    @Option(names = "--norm", paramLabel = "A,B",
            description = "Norms, as `norma norms` lists them, with options in braces: rms_norm{eps=1e-5}. With "
                    + "--placement, each norm in each placement; pairs that make no sense are left out, with the reason. "
                    + "Default: pre-norm LayerNorm, post-norm LayerNorm, pre-norm RMSNorm, NormFormer as published, "
                    + "adaptive NormFormer.")
    private List<String> norms = List.of();

    @Option(names = "--placement", paramLabel = "X,Y", description = "Where the norms stand: ${COMPLETION-CANDIDATES}.",
            completionCandidates = PlacementNames.class)
    private List<String> placements = List.of();

    @Option(names = "--steps", paramLabel = "N", defaultValue = "480",
            description = "Optimizer steps of each run (default: ${DEFAULT-VALUE}).")
    private long steps;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "2",
            description = "Runs of each arm, with seeds from --seed on (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--dim", paramLabel = "D", defaultValue = "64",
            description = "Features (default: ${DEFAULT-VALUE}).")
    private int dim;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "4",
            description = "Blocks (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(names = "--heads", paramLabel = "N", defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(names = "--context", paramLabel = "T", defaultValue = "64",
            description = "Tokens of a window (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--batch", paramLabel = "B", defaultValue = "8",
            description = "Windows of a batch (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--accumulation", paramLabel = "N", defaultValue = "1",
            description = "Batches whose gradients are averaged for one step (default: ${DEFAULT-VALUE}).")
    private int accumulation;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "4e-3",
            description = "Highest learning rate, the same for all arms (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Mixin
    private CorpusOptions text;
    @Mixin
    private Run run;

    @Override
    public Integer call() throws IOException {
        Path folder = run.folder();
        check();
        return footprint(1, 1).run(() -> run.call(() -> compare(folder)));
    }

    private int compare(Path folder) throws IOException {
        long start = System.nanoTime();
        List<Arm.Pair> pairs = Arm.pairs(split(norms), split(placements));
        List<Comparison.Refusal> refused = refused(pairs);
        CorpusOptions.Tokens tokens = text.read(run);
        int vocabulary = tokens.tokenizer().vocabulary();
        footprint(vocabulary, pairs.size() - refused.size()).check();
        List<Arm> arms = Arm.of(pairs.stream().filter(pair -> pair.incompatibility().isEmpty()).toList(),
                model(vocabulary));
        List<Batch> validation = tokens.validation(batch, context, measuredBatches());
        tokens.batches(batch, context, run.seed());
        reasons(refused).forEach(reason -> run.say("Left out: " + reason));
        run.say(tokens.describe());
        run.say("%s, %s, %s of %,d tokens, %s, %s kernels".formatted(count(arms.size(), "arm"), count(seeds, "seed"),
                count(steps, "step"), (long) batch * context * accumulation, count(run.threads(), "thread"),
                Machine.kernels()));
        List<Trial> trials = trials(arms, tokens, validation, folder);
        var result = Comparison.of(settings(tokens, (System.nanoTime() - start) / 1e9), arms, refused, trials);
        AtomicFile.write(folder.resolve("results.json"), Json.line(result) + "\n");
        AtomicFile.write(folder.resolve("report.html"), Report.html(result));
        run.print(result.withoutCurves(), summary(result, folder));
        return 0;
    }

    /// The pairs that make no model. If none does, there is nothing to compare.
    private static List<Comparison.Refusal> refused(List<Arm.Pair> pairs) {
        List<Comparison.Refusal> refused = pairs.stream().flatMap(pair -> pair.incompatibility().stream()
                .map(reason -> new Comparison.Refusal(pair.norm(), pair.placement(), reason))).toList();
        if (refused.size() == pairs.size()) {
            throw new IllegalArgumentException("nothing to compare: " + String.join("; ", reasons(refused)));
        }
        return refused;
    }

    /// Each reason once, with the pairs it is about.
    private static List<String> reasons(List<Comparison.Refusal> refused) {
        var pairs = new LinkedHashMap<String, List<String>>();
        refused.forEach(pair -> pairs.computeIfAbsent(pair.reason(), _ -> new ArrayList<>())
                .add(pair.norm() + " in " + pair.placement()));
        return pairs.entrySet().stream().map(e -> "%s (%s)".formatted(e.getKey(),
                e.getValue().size() == 1 ? e.getValue().getFirst() : count(e.getValue().size(), "pair"))).toList();
    }

    private void check() {
        Numbers.require("--steps", steps, steps >= 1 && steps <= Run.MOST_STEPS, "in [1, 10^12]");
        Numbers.require("--seeds", seeds, seeds >= 1 && seeds <= MOST_SEEDS, "in [1, 1000]");
        Numbers.require("--heads", heads, heads >= 1, "at least 1");
        Numbers.require("--accumulation", accumulation, accumulation >= 1, "at least 1");
        Numbers.require("--rate", rate, rate > 0 && rate < Double.POSITIVE_INFINITY, "positive");
        footprint(1, 1).check();
        model(1);
    }

    private Footprint footprint(int vocabulary, int models) {
        return new Footprint(vocabulary, context, dim, layers, batch, MOMENTS, models);
    }

    private GptConfig model(int vocabulary) {
        return GptConfig.of(vocabulary, context, dim, heads, layers);
    }

    /// Cuts at commas that are not in braces.
    private static List<String> split(List<String> texts) {
        return texts.stream().flatMap(t -> List.of(t.split(",(?![^{]*})")).stream()).map(String::strip)
                .filter(t -> !t.isEmpty()).toList();
    }

    private int measuredBatches() {
        return (int) Math.max(1, MEASURED_TOKENS / Math.max(1, (long) batch * context));
    }

    private List<Trial> trials(List<Arm> arms, CorpusOptions.Tokens tokens, List<Batch> validation, Path folder)
            throws IOException {
        var trials = new ArrayList<Trial>();
        try (var metrics = new JsonLines(folder.resolve("metrics.jsonl"));
                var progress = run.progress("compare", "step", arms.size() * seeds * steps)) {
            var all = new Trials(arms, tokens, batch, rate, validation, metrics, progress);
            for (int i = 0; i < seeds; i++) {
                progress.note("seed %d of %d".formatted(i + 1, seeds));
                trials.addAll(all.run(training(run.seed() + i)));
            }
        }
        return trials;
    }

    private TrainConfig training(long seed) {
        Schedule schedule =
                Schedule.cosine(Math.max(0, steps - warmupSteps())).withFloor(0.1).withWarmup(warmupSteps());
        return new TrainConfig(steps, accumulation, schedule, CLIP, seed, Math.max(1, steps / 12), 0);
    }

    private long warmupSteps() {
        return Math.max(1, steps / 10);
    }

    private Comparison.Settings settings(CorpusOptions.Tokens tokens, double seconds) {
        GptConfig model = model(tokens.tokenizer().vocabulary());
        return new Comparison.Settings(Version.text(), LocalDate.now().toString(), tokens.corpus(), text.tokenizer(),
                model.vocabulary(), tokens.train().length, tokens.validation().length,
                (long) measuredBatches() * batch * context, dim, layers, heads, model.hidden(), context, batch,
                accumulation, steps, rate, warmupSteps(), AdamW.Config.GPT.decay(), CLIP, run.seed(), seeds,
                Machine.kernels(), run.threads(), Machine.jdk(), Machine.cpu(), seconds);
    }

    private static String summary(Comparison result, Path folder) {
        int seeds = result.settings().seeds();
        return """

                %s
                Loss in nats per token on %s tokens of other text,
                %s.
                %sOne learning rate for all arms, tuned for none.
                Report: %s""".formatted(table(result.arms()), number(result.settings().measuredTokens()),
                seeds == 1 ? "of one seed" : "mean ± standard deviation over %d seeds".formatted(seeds),
                result.allFinished() ? "All runs finished. " : "", folder.resolve("report.html"));
    }

    /// 80 columns wide as long as every run finished; how each ended is told only if not.
    private static Table table(List<Comparison.Summary> arms) {
        var table = new Table("arm", "norm", "placement", ">params", ">tokens/s", ">validation loss", "end");
        for (Comparison.Summary arm : arms) {
            String spread = Double.isFinite(arm.spread()) ? " ± " + number(arm.spread(), 4) : "";
            table.row(arm.name(), arm.norm(), arm.placement(), number(arm.parameters()),
                    number(arm.tokensPerSecond(), 0), number(arm.validationLoss(), 4) + spread, arm.end());
        }
        return arms.stream().allMatch(arm -> arm.diverged() == 0) ? table.withoutLast() : table;
    }

    private static String count(long count, String thing) {
        return number(count) + " " + thing + (count == 1 ? "" : "s");
    }
}
