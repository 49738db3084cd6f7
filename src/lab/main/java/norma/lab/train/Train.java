package norma.lab.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import norma.catalogue.GptCheckpoint;
import norma.data.TokenWindows.Batch;
import norma.lab.console.Failure;
import norma.lab.console.Machine;
import norma.lab.run.CorpusOptions;
import norma.lab.run.Footprint;
import norma.lab.run.Run;
import norma.model.Gpt;
import norma.nn.ParameterTree;
import norma.tokenizer.Tokenizer;
import norma.train.TrainConfig;
import norma.train.Trainer;
import norma.train.Trainer.End;
import norma.tornado.Tornado;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `norma train`: trains one model and keeps it.
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Trains a small Transformer and keeps it.",
        description = {
                "Writes checkpoint.safetensors, tokenizer.json, metrics.jsonl and run.json. Ctrl-C ends the run after "
                        + "the step under way, with a checkpoint.%n"})
public final class Train implements Callable<Integer> {
    private static final int MEASURED_TOKENS = 1 << 14;

    /// What came out.
    ///
    /// @param end finished, stopped or diverged
    /// @param steps done
    /// @param validationLoss nats per token, null after divergence
    /// @param parameters learned numbers
    /// @param tokensPerSecond of the steps done now
    /// @param kernels that computed
    /// @param onProcessor what a device had no kernel for, and how often
    /// @param checkpoint the file, null if there is none
    private record Outcome(String end, long steps, double validationLoss, long parameters, double tokensPerSecond,
            long seed, String kernels, Map<String, Integer> onProcessor, String checkpoint) {
    }

    @Option(names = "--resume",
            description = "Go on with the run in --out, bit for bit. Its options are read from there; a larger --steps "
                    + "makes it longer.")
    private boolean resume;

    @Option(names = "--force", description = "Throw away the run that is in --out.")
    private boolean force;

    /// What a run that is made longer is told.
    private Optional<String> longer = Optional.empty();

    @Mixin
    private TrainOptions options;
    @Mixin
    private CorpusOptions text;
    @Mixin
    private Run run;
    @Spec
    private CommandSpec command;

    /// What training takes without options.
    public static Footprint usualFootprint(int vocabulary) {
        var usual = new Train();
        new CommandLine(usual).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
        return usual.options.footprint(vocabulary);
    }

    @Override
    public Integer call() throws IOException {
        var folder = new RunFolder(run.folder());
        if (resume && force) {
            throw new IllegalArgumentException(
                    "--resume goes on with a run and --force throws it away; give one of them");
        }
        if (!resume && !force && folder.used()) {
            throw new IllegalArgumentException(
                    ("%s holds a run already; --resume goes on with it, --force throws it away, "
                            + "--out names another folder").formatted(folder.path()));
        }
        RunFolder.Manifest before = resume ? folder.read() : null;
        if (resume) {
            ModelOptions.restore(command, new CommandLine(new Train()), before.options(), "--steps");
            longer = options.extend(Long.parseLong(before.options().get("--steps")));
        }
        options.check();
        return options.footprint(1).run(() -> run.call(() -> train(folder, before)));
    }

    private int train(RunFolder folder, RunFolder.Manifest before) throws IOException {
        Gpt.of(options.model(2), 0); // to find mistakes in the options before the corpus is read
        TrainConfig config = options.training(run.seed());
        CorpusOptions.Tokens tokens = resume ? text.read(run, Optional.of(Tokenizer.load(folder.tokenizer())))
                : text.read(run);
        options.footprint(tokens.tokenizer().vocabulary()).check();
        String fingerprint =
                "%08x%08x".formatted(Arrays.hashCode(tokens.train()), Arrays.hashCode(tokens.validation()));
        Gpt model = Gpt.of(options.model(tokens.tokenizer().vocabulary()), run.seed());
        try (var log = new TrainLog(config, run)) {
            var trainer = new Trainer<>(GptCheckpoint.objective(model), options.optimizer(model),
                    tokens.batches(options.batch(), options.context(), run.seed())::batch, validation(tokens), config,
                    log);
            run.say(tokens.describe());
            run.say("%s, %,d parameters, %s kernels".formatted(options, ParameterTree.of(model).size(),
                    Machine.kernels()));
            if (resume) {
                goOn(folder, before, fingerprint, trainer, config);
            } else {
                folder.clear();
                tokens.tokenizer().save(folder.tokenizer());
                folder.begin(RunFolder.Manifest.of(Machine.kernels(), fingerprint, ModelOptions.of(command)));
            }
            log.open(folder.metrics(), trainer.step());
            return run(trainer, model, folder, log);
        }
    }

    private List<Batch> validation(CorpusOptions.Tokens tokens) {
        int size = Math.multiplyExact(options.batch(), options.context());
        int measured = Math.min(MEASURED_TOKENS, tokens.validation().length);
        return tokens.validation(options.batch(), options.context(), Math.max(1, measured / size));
    }

    private void goOn(RunFolder folder, RunFolder.Manifest before, String fingerprint, Trainer<?> trainer,
            TrainConfig config)
            throws IOException {
        if (!before.tokens().equals(fingerprint)) {
            throw new IllegalArgumentException(
                    text.name() + " is not what it was when the run began; batches would differ");
        }
        if (!before.kernels().equals(Machine.kernels())) {
            run.say("The run began with %s kernels and goes on with %s: the last bits will differ."
                    .formatted(before.kernels(), Machine.kernels()));
        }
        boolean kept = Files.exists(folder.checkpoint());
        if (kept) {
            trainer.resume(folder.checkpoint());
        }
        if (longer.isPresent()) {
            run.say(longer.get());
            folder.begin(before.with(ModelOptions.of(command)));
        }
        folder.rewind(kept ? trainer.step() : -1, step -> step % config.validateEvery() == 0 || step == config.steps());
        run.say("Going on after step %,d of %,d.".formatted(trainer.step(), config.steps()));
    }

    private int run(Trainer<?> trainer, Gpt model, RunFolder folder, TrainLog log) throws IOException {
        try (var _ = new ShutdownHook(trainer)) {
            Trainer.Result result = trainer.run(folder.checkpoint());
            log.close();
            boolean kept = Files.exists(folder.checkpoint());
            var outcome = new Outcome(result.end().name().toLowerCase(Locale.ROOT), result.step(),
                    result.validationLoss(), ParameterTree.of(model).size(), log.tokensPerSecond(), run.seed(),
                    Machine.kernels(), Tornado.fallbacks(),
                    kept ? folder.checkpoint().toString() : null);
            boolean diverged = result.end() == End.DIVERGED;
            if (run.json() || !diverged) {
                run.print(outcome, summary(result, folder.path(), kept));
            }
            if (diverged) {
                run.error(("%s: diverged after step %,d: the loss or a gradient is not finite; %s; a lower --rate, "
                        + "a longer --warmup or --clip 1 may help").formatted(command.qualifiedName(), result.step(),
                                kept ? "the last good checkpoint is " + folder.checkpoint()
                                        : "there is no checkpoint yet"));
            }
            return diverged ? Failure.DIVERGED : 0;
        }
    }

    private static String summary(Trainer.Result result, Path folder, boolean kept) {
        String out = folder.equals(Path.of("out", "train")) ? "" : " --out " + folder;
        String from = out.replace("--out", "--from");
        return switch (result.end()) {
            case STOPPED -> "Stopped after step %,d%s. Go on with: norma train --resume%s".formatted(result.step(),
                    kept ? ", which " + folder.resolve("checkpoint.safetensors") + " holds" : "", out);
            default ->
                String.format(Locale.ROOT, "%nValidation loss %.4f nats per token after %,d steps.%nLet it speak: "
                        + "norma sample%s", result.validationLoss(), result.step(), from);
        };
    }
}
