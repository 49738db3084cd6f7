package norma.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.data.Batches;
import norma.data.Batches.Batch;
import norma.io.Checkpoint;
import norma.kernel.SplitMix;
import norma.model.Gpt;
import norma.nn.Parts;
import norma.optim.Gradients;
import norma.optim.Optimizer;
import norma.tensor.Indices;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Trains a [Gpt] on batches of tokens: forward, backward, clip, step, and now and then a validation and a checkpoint.
///
/// What a step does depends on the seed and its number only, so a run that is resumed from a checkpoint ends in the same
/// bits as one that was never stopped.
public final class Trainer {

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
    /// @param validationLoss at the end; NaN after divergence
    public record Result(End end, long step, double validationLoss) {
    }

    private final Gpt model;
    private final Optimizer optimizer;
    private final Batches batches;
    private final List<Batch> validation;
    private final TrainConfig config;
    private final Listener listener;
    private final Memory memory = new Memory();
    private volatile boolean stop;
    private long step;

    /// A run that has not begun.
    ///
    /// @param optimizer of the model's parameters
    /// @param validation batches to measure on, at least one
    public Trainer(Gpt model, Optimizer optimizer, Batches batches, List<Batch> validation, TrainConfig config,
            Listener listener) {
        if (validation.isEmpty()) {
            throw new IllegalArgumentException("Trainer: needs at least one validation batch");
        }
        this.model = model;
        this.optimizer = optimizer;
        this.batches = batches;
        this.validation = List.copyOf(validation);
        this.config = config;
        this.listener = listener;
    }

    /// Goes on where a checkpoint stopped; nothing is changed if it is not one of this run.
    public void resume(Path checkpoint) throws IOException {
        step = Checkpoint.resume(checkpoint, model, optimizer, config.seed()).step();
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
    ///
    /// @param checkpoint file to write, or null for none; a diverged run leaves the last good one there
    public Result run(Path checkpoint) throws IOException {
        prepare();
        double lastLoss = validate();
        listener.validated(step, lastLoss);
        boolean last = step >= config.steps() || stop;
        while (!last) {
            if (!trainStep()) {
                return new Result(End.DIVERGED, step, Double.NaN);
            }
            last = step == config.steps() || stop; // asked once: whoever leaves the loop has written a checkpoint
            boolean measured = last || step % config.validateEvery() == 0;
            boolean kept = checkpoint != null
                    && (last || config.checkpointEvery() > 0 && step % config.checkpointEvery() == 0);
            if (measured) {
                lastLoss = validate();
                listener.validated(step, lastLoss);
            }
            // a step on finite numbers may still end in a broken model, which must not replace a good one
            if ((measured || kept) && !Double.isFinite(measured ? lastLoss : mean(validation.subList(0, 1)))) {
                return new Result(End.DIVERGED, step, Double.NaN);
            }
            if (kept) {
                write(checkpoint);
            }
        }
        return new Result(step < config.steps() ? End.STOPPED : End.FINISHED, step, lastLoss);
    }

    /// Before the first step, the model may look at a batch.
    private void prepare() {
        if (step == 0) {
            Batch first = batches.batch(0);
            try (Tape _ = Tape.inference(memory)) {
                model.prepare(Indices.of(first.inputs(), first.batch(), first.time()));
            }
        }
    }

    private void write(Path checkpoint) throws IOException {
        Files.createDirectories(checkpoint.toAbsolutePath().getParent());
        new Checkpoint(step, config.seed()).write(checkpoint, model, optimizer);
    }

    /// One optimizer step; false if loss or gradient are not finite, and then nothing has changed.
    private boolean trainStep() {
        long start = System.nanoTime();
        double loss = 0;
        long tokens = 0;
        for (int i = 0; i < config.accumulation(); i++) {
            long number = step * config.accumulation() + i;
            Batch batch = batches.batch(number);
            tokens += batch.inputs().length;
            try (Tape tape = Tape.training(memory, SplitMix.at(config.seed(), number))) {
                Tensor batchLoss = loss(batch);
                loss += batchLoss.item() / config.accumulation();
                tape.backward(batchLoss);
            }
        }
        double scale = 1.0 / config.accumulation();
        double norm = Gradients.norm(model.params()) * scale;
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            model.params().values().forEach(param -> param.value().clearGradient());
            return false;
        }
        listener.gradients(step);
        double rate = config.schedule().rate(step);
        optimizer.step(rate, scale * Gradients.clip(norm, config.clip()));
        Parts.of(model).afterStep();
        step++;
        listener.step(new Listener.Step(step, loss, rate, norm, (System.nanoTime() - start) / 1e9, tokens));
        return true;
    }

    /// Mean loss over the validation batches, in nats per token.
    public double validate() {
        return mean(validation);
    }

    private double mean(List<Batch> measured) {
        double sum = 0;
        for (Batch batch : measured) {
            try (Tape _ = Tape.inference(memory)) {
                sum += loss(batch).item();
            }
        }
        return sum / measured.size();
    }

    private Tensor loss(Batch batch) {
        return model.loss(Indices.of(batch.inputs(), batch.batch(), batch.time()),
                Indices.of(batch.targets(), batch.batch(), batch.time()));
    }
}
