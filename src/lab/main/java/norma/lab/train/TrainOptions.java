package norma.lab.train;

import java.util.Locale;
import java.util.Optional;
import norma.catalogue.Placements;
import norma.lab.catalogue.PlacementNames;
import norma.lab.run.Footprint;
import norma.lab.run.Numbers;
import norma.lab.run.Run;
import norma.model.GptConfig;
import norma.nn.Parameterized;
import norma.nn.Rotary;
import norma.optim.AdamW;
import norma.optim.Optimizer;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.train.TrainConfig;
import picocli.CommandLine.Option;

/// The options of the model, the optimizer and the run.
final class TrainOptions {

    /// Which optimizer.
    enum Rule {
        /// Adam with decoupled weight decay
        ADAMW,
        /// gradient descent with momentum
        SGD
    }

    /// How the rate falls.
    enum Fall {
        /// half a cosine to a tenth
        COSINE,
        /// a line to 0
        LINEAR,
        /// a square to 0
        POLYNOMIAL,
        /// not at all
        CONSTANT;

        /// The schedule of so many steps.
        Schedule over(long steps) {
            return switch (this) {
                case COSINE -> Schedule.cosine(steps).withFloor(0.1);
                case LINEAR -> Schedule.linear(steps);
                case POLYNOMIAL -> Schedule.polynomial(steps, 2);
                case CONSTANT -> Schedule.constant();
            };
        }
    }

    @Option(names = "--norm", paramLabel = "NORM",
            description = "As `norma norms` lists them, with options in braces: rms_norm{eps=1e-5} "
                    + "(default: layer_norm, or none where the placement has no place for one).")
    private String norm;

    @Option(names = "--placement", paramLabel = "PLACE", defaultValue = "pre",
            description = "Where the norms stand: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            completionCandidates = PlacementNames.class)
    private String placement;

    @Option(names = "--dim", paramLabel = "D", defaultValue = "128",
            description = "Features (default: ${DEFAULT-VALUE}).")
    private int dim;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "4",
            description = "Blocks (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(names = "--heads", paramLabel = "N", defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(names = "--context", paramLabel = "T", defaultValue = "128",
            description = "Tokens of a window (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--rotary", description = "Positions are rotations of queries and keys instead of learned vectors.")
    private boolean rotary;

    @Option(names = "--dropout", paramLabel = "P", defaultValue = "0",
            description = "Probability that a feature is dropped (default: ${DEFAULT-VALUE}).")
    private float dropout;

    @Option(names = "--batch", paramLabel = "B", defaultValue = "8",
            description = "Windows of a batch (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--accumulation", paramLabel = "N", defaultValue = "1",
            description = "Batches whose gradients are averaged for one step (default: ${DEFAULT-VALUE}).")
    private int accumulation;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "500",
            description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
    private long steps;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "2e-3",
            description = "Highest learning rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--schedule", paramLabel = "KIND", defaultValue = "cosine",
            description = "How the rate falls: cosine (to a "
                    + "tenth), linear or polynomial (to 0, the latter with the square), constant (default: ${DEFAULT-VALUE}).")
    private Fall schedule;

    @Option(names = "--warmup", paramLabel = "N",
            description = "Steps in which the rate rises (default: a tenth of --steps).")
    private Long warmup;

    @Option(names = "--clip", paramLabel = "X", defaultValue = "1",
            description = "Largest length of the gradient, 0 for no limit (default: ${DEFAULT-VALUE}).")
    private double clip;

    @Option(names = "--optimizer", paramLabel = "KIND", defaultValue = "adamw",
            description = "adamw or sgd (default: ${DEFAULT-VALUE}).")
    private Rule optimizer;

    @Option(names = "--decay", paramLabel = "X", defaultValue = "0.1",
            description = "Weight decay of matrices (default: ${DEFAULT-VALUE}).")
    private double decay;

    @Option(names = "--momentum", paramLabel = "X", defaultValue = "0.9",
            description = "Momentum of sgd (default: ${DEFAULT-VALUE}).")
    private double momentum;

    @Option(names = "--nesterov", description = "Nesterov's form of the momentum.")
    private boolean nesterov;

    @Option(names = "--validate-every", paramLabel = "N", defaultValue = "100",
            description = "Steps between validations (default: ${DEFAULT-VALUE}).")
    private long validateEvery;

    @Option(names = "--checkpoint-every", paramLabel = "N", defaultValue = "100",
            description = "Steps between checkpoints; 0 for one at the end only (default: ${DEFAULT-VALUE}).")
    private long checkpointEvery;

    private String norm() {
        return norm == null ? Placements.named(placement).usualNorm() : norm;
    }

    /// The model for a vocabulary of some size.
    GptConfig model(int vocabulary) {
        Placements.Entry place = Placements.named(placement);
        GptConfig config = GptConfig.of(vocabulary, context, dim, heads, layers)
                .with(place.norm(norm()), place.placement()).withDropout(dropout);
        return rotary ? config.with(Rotary.HALVES) : config;
    }

    /// What training it takes at least.
    Footprint footprint(int vocabulary) {
        int kept = optimizer == Rule.ADAMW ? 2 : momentum > 0 ? 1 : 0;
        return new Footprint(vocabulary, context, dim, layers, batch, kept, 1);
    }

    /// An optimizer of the model.
    Optimizer optimizer(Parameterized model) {
        return switch (optimizer) {
            case ADAMW -> AdamW.of(model, rate, AdamW.Config.GPT.withDecay(decay));
            case SGD -> Sgd.of(model, rate, new Sgd.Config(momentum, nesterov, decay));
        };
    }

    /// Length, schedule, clipping and validation of the run.
    TrainConfig training(long seed) {
        long rise = warmup == null ? usualWarmup(steps) : warmup;
        Schedule rates = schedule.over(Math.max(0, steps - rise)).withWarmup(rise);
        return new TrainConfig(steps, accumulation, rates, clip, seed, validateEvery, checkpointEvery);
    }

    /// Goes on with a run of `before` steps, which may become longer. The rise of the rate stays what it was.
    ///
    /// @return what changes, in words; empty if nothing does
    Optional<String> extend(long before) {
        Numbers.require("--steps", steps, steps >= before,
                "at least %,d, as when the run began, to make it longer".formatted(before));
        if (steps == before) {
            return Optional.empty();
        }
        warmup = warmup == null ? usualWarmup(before) : warmup;
        String rates =
                " The rate falls until step %,d now, so from here on it is higher than it was to be.".formatted(steps);
        return Optional.of("Longer: %,d steps instead of %,d.%s".formatted(steps, before,
                schedule == Fall.CONSTANT ? "" : rates));
    }

    private static long usualWarmup(long steps) {
        return Math.ceilDiv(steps, 10);
    }

    /// Checks what is not checked elsewhere.
    void check() {
        Numbers.require("--steps", steps, steps >= 1 && steps <= Run.MOST_STEPS, "in [1, 10^12]");
        Numbers.require("--rate", rate, rate > 0 && rate < Double.POSITIVE_INFINITY, "positive");
        Numbers.require("--clip", clip, clip >= 0, "at least 0");
        Numbers.require("--decay", decay, decay >= 0 && decay < Double.POSITIVE_INFINITY, "at least 0");
        Numbers.require("--momentum", momentum, momentum >= 0 && momentum < 1, "in [0, 1)");
        Numbers.require("--accumulation", accumulation, accumulation >= 1, "at least 1");
        Numbers.require("--heads", heads, heads >= 1, "at least 1");
        Numbers.require("--warmup", warmup, warmup == null || warmup >= 0, "at least 0");
        Numbers.require("--validate-every", validateEvery, validateEvery >= 1, "at least 1");
        Numbers.require("--checkpoint-every", checkpointEvery, checkpointEvery >= 0, "at least 0");
    }

    int batch() {
        return batch;
    }

    int context() {
        return context;
    }

    /// In one line, for a person.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s, %d layers of %d features, %,d steps of %,d tokens", placement, norm(),
                layers,
                dim, steps, (long) batch * context * accumulation);
    }
}
