package norma.train;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import norma.kernel.SplitMix;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.optim.Gradients;
import norma.optim.Optimizer;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// One step of training: forward and backward for each batch, a check for finite numbers, clipping, the optimizer, and what layers
/// do after a step.
///
/// With accumulation a, step s has the batches s a, ..., s a + a - 1. What a step does depends on its number and the seed only.
///
/// @param <B> a batch
public final class TrainStep<B> {
    private final Objective<B> objective;
    private final ParameterTree tree;
    private final Optimizer optimizer;
    private final LongFunction<B> batches;
    private final TrainConfig config;
    private final Listener listener;
    private final BufferPool pool = new BufferPool();
    private final StepValues values;

    /// The steps of a run.
    ///
    /// @param optimizer of the parameters that the objective lists and does not freeze
    /// @param batches a batch for each number from 0 on, always the same one for the same number
    /// @param config its accumulation, schedule, clip and seed
    public TrainStep(Objective<B> objective, Optimizer optimizer, LongFunction<B> batches, TrainConfig config,
            Listener listener) {
        this.objective = objective;
        this.tree = ParameterTree.of(objective);
        this.optimizer = optimizer;
        this.batches = batches;
        this.config = config;
        this.listener = listener;
        this.values = new StepValues(config.accumulation());
        requireLearned();
    }

    /// Checks that the optimizer has the parameters that are to be learned, and no others.
    private void requireLearned() {
        var learned = new LinkedHashMap<String, Param>(tree.params());
        learned.entrySet().removeIf(
                entry -> entry.getValue().role() == Param.Role.BUFFER || objective.frozen(entry.getKey()));
        List<String> lacking = without(learned, optimizer.params()), others = without(optimizer.params(), learned);
        if (!lacking.isEmpty() || !others.isEmpty()) {
            throw new IllegalArgumentException(
                    ("TrainStep: the optimizer must have the parameters that the objective learns, and no others; it lacks %s "
                            + "and has %s besides; build it of the objective or its model, or "
                            + "let Objective.frozen say what stays").formatted(lacking, others));
        }
    }

    private static List<String> without(Map<String, Param> some, Map<String, Param> others) {
        Set<Tensor> values = Collections.newSetFromMap(new IdentityHashMap<>());
        others.values().forEach(param -> values.add(param.value()));
        return some.entrySet().stream().filter(entry -> !values.contains(entry.getValue().value()))
                .map(Map.Entry::getKey).toList();
    }

    /// Does a step.
    ///
    /// @param step its number, from 0 on
    /// @return false if the loss or the gradient is not finite: then the optimizer has changed nothing, and gradients are cleared
    public boolean run(long step) {
        long start = System.nanoTime();
        long tokens = 0;
        for (int i = 0; i < config.accumulation(); i++) {
            tokens += backward(step * config.accumulation() + i, i);
        }
        values.gradients(tree.params().values());
        StepValues.Read read = values.read(); // the only place that waits for results
        double loss = read.loss(), scale = 1.0 / config.accumulation(), norm = read.norm() * scale;
        double factor = config.schedule().factor(step), rate = factor * optimizer.rate();
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            clearGradients();
            listener.diverged(event(step, loss, rate, norm, start, tokens));
            return false;
        }
        listener.gradients(step);
        optimizer.step(factor, scale * Gradients.clip(norm, config.clip()), List.of(tree));
        listener.step(event(step, loss, rate, norm, start, tokens));
        return true;
    }

    private static Listener.Step event(long step, double loss, double rate, double norm, long start, long tokens) {
        return new Listener.Step(step + 1, loss, rate, norm, (System.nanoTime() - start) / 1e9, tokens);
    }

    /// Adds the gradients of a batch and keeps its loss; returns its tokens.
    private long backward(long number, int i) {
        B batch = batches.apply(number);
        try (Tape tape = Tape.training(pool, SplitMix.at(config.seed(), number))) {
            Tensor loss = objective.loss(batch);
            tape.backward(loss);
            values.loss(i, loss);
        }
        return objective.tokens(batch);
    }

    private void clearGradients() {
        tree.params().values().forEach(param -> param.value().clearGradient());
    }

    /// What tapes of this run borrow from.
    BufferPool pool() {
        return pool;
    }
}
