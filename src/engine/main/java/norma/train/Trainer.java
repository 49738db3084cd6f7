package norma.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.optim.Optimizer;
import norma.tensor.Tape;

/// Trains a model step after step, and now and then validates it and writes a checkpoint.
///
/// ```java
/// new Trainer<>(objective, AdamW.of(objective, 1e-3), batches::batch, TrainConfig.of(1000, 1), Listener.SILENT).run();
/// ```
///
/// What a step does depends on the seed and its number only, so a run that is resumed from a checkpoint ends in the same
/// bits as one that was never stopped.
///
/// @param <B> a batch
public final class Trainer<B> {

    /// How a run ended.
    public enum End {
        /// All steps are done.
        FINISHED,
        /// The loss or the gradient was not finite any more; the checkpoint is an earlier one.
        DIVERGED,
        /// [#stop()] was called.
        STOPPED
    }

    /// What came out.
    ///
    /// @param end how the run ended
    /// @param step steps done
    /// @param validationLoss at the end; NaN after divergence or without validation
    public record Result(End end, long step, double validationLoss) {
    }

    private final Objective<B> objective;
    private final Optimizer optimizer;
    private final LongFunction<B> batches;
    private final List<B> validation;
    private final TrainConfig config;
    private final Listener listener;
    private final TrainStep<B> trainStep;
    private volatile boolean stop;
    private long step;

    private Trainer(Objective<B> objective, Optimizer optimizer, LongFunction<B> batches, TrainConfig config,
            Listener listener, List<B> validation) {
        this.objective = objective;
        this.optimizer = optimizer;
        this.batches = batches;
        this.validation = List.copyOf(validation);
        this.config = config;
        this.listener = listener;
        this.trainStep = new TrainStep<>(objective, optimizer, batches, config, listener);
        if (validation.isEmpty() && config.schedule().needsValidation()) {
            throw new IllegalArgumentException(
                    "Trainer: the schedule goes by validation losses, so there must be validation batches; got none");
        }
    }

    /// A run that has not begun and never validates.
    ///
    /// @param optimizer of the parameters that the objective lists and does not freeze
    /// @param batches a batch for each number from 0 on, always the same one for the same number
    public Trainer(Objective<B> objective, Optimizer optimizer, LongFunction<B> batches, TrainConfig config,
            Listener listener) {
        this(objective, optimizer, batches, config, listener, List.of());
    }

    /// A run that has not begun.
    ///
    /// @param optimizer of the parameters that the objective lists and does not freeze
    /// @param batches a batch for each number from 0 on, always the same one for the same number
    /// @param validation batches to measure on, at least one
    public Trainer(Objective<B> objective, Optimizer optimizer, LongFunction<B> batches, List<B> validation,
            TrainConfig config, Listener listener) {
        this(objective, optimizer, batches, config, listener, validation);
        if (validation.isEmpty()) {
            throw new IllegalArgumentException(
                    "Trainer: needs at least one validation batch; got none; leave the list out");
        }
    }

    /// Goes on where a checkpoint stopped; nothing is changed if it is not one of this run.
    public void resume(Path checkpoint) throws IOException {
        step = Checkpoint.resume(checkpoint, kept(), optimizer, config.seed(), objective.description()).step();
    }

    /// What a checkpoint keeps besides the optimizer: the model, and what the schedule remembers.
    private Parameterized kept() {
        return new Parameterized() {
            @Override
            public void register(ParameterTree tree) {
                tree.addAll(objective).add(Checkpoint.OPTIMIZER + "schedule", config.schedule());
            }
        };
    }

    /// Steps done so far.
    public long step() {
        return step;
    }

    /// Asks the run to end after the step that is under way, with a checkpoint. May be called from any thread.
    public void stop() {
        stop = true;
    }

    /// Trains until all steps are done, the run diverges or [#stop()] is called.
    public Result run() {
        try {
            return train(Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("without a checkpoint nothing is written", e);
        }
    }

    /// Trains as [#run()] does and writes checkpoints.
    ///
    /// @param checkpoint file to write; a diverged run leaves the last good one there
    public Result run(Path checkpoint) throws IOException {
        return train(Optional.of(checkpoint));
    }

    private Result train(Optional<Path> checkpoint) throws IOException {
        prepare();
        double loss = measure();
        for (boolean last = isLast(); !last;) {
            if (!trainStep.run(step)) {
                return diverged();
            }
            step++;
            last = isLast(); // asked once: whoever leaves the loop has written a checkpoint
            boolean regular = step % config.validateEvery() == 0;
            boolean measured = !validation.isEmpty() && (last || regular);
            boolean kept = checkpoint.isPresent() && (last || isCheckpoint());
            loss = measured ? measure() : loss;
            // a step on finite numbers may still end in a broken model, which must not replace a good one
            if ((measured || kept) && !Double.isFinite(measured ? loss : mean(sample()))) {
                return diverged();
            }
            if (measured && regular) { // no others: a run that was stopped in between would have heard more
                config.schedule().validated(step, loss);
            }
            if (kept) {
                write(checkpoint.get());
            }
        }
        return new Result(step < config.steps() ? End.STOPPED : End.FINISHED, step, loss);
    }

    private boolean isLast() {
        return step >= config.steps() || stop;
    }

    private boolean isCheckpoint() {
        return config.checkpointEvery() > 0 && step % config.checkpointEvery() == 0;
    }

    private Result diverged() {
        return new Result(End.DIVERGED, step, Double.NaN);
    }

    private void prepare() {
        if (step == 0) {
            B first = batches.apply(0);
            try (Tape _ = Tape.inference(trainStep.pool())) {
                objective.prepare(first);
            }
        }
    }

    private void write(Path checkpoint) throws IOException {
        Files.createDirectories(checkpoint.toAbsolutePath().getParent());
        new Checkpoint(step, config.seed(), objective.description()).write(checkpoint, kept(), optimizer);
    }

    /// Validates and says so; NaN where there is nothing to validate on.
    private double measure() {
        double loss = validate();
        if (!validation.isEmpty()) {
            listener.validated(step, loss);
        }
        return loss;
    }

    private List<B> sample() {
        return validation.isEmpty() ? List.of(batches.apply(0)) : validation.subList(0, 1);
    }

    /// Mean loss over the validation batches, NaN if there are none.
    public double validate() {
        return mean(validation);
    }

    private double mean(List<B> measured) {
        double sum = 0;
        for (B batch : measured) {
            try (Tape _ = Tape.inference(trainStep.pool())) {
                sum += objective.loss(batch).item();
            }
        }
        return sum / measured.size();
    }
}
