package norma.lab.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import norma.data.TokenWindows.Batch;
import norma.lab.run.JsonLines;
import norma.model.Gpt;
import norma.nn.Context;
import norma.nn.Param;
import norma.optim.Gradients;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// Measures one training run: losses, times, gradients of each block, variance of the residual stream.
final class MetricsListener implements Listener {
    /// Updates that count as early: this share of all, since it is at the start that gradients of depths differ most.
    static final double EARLY = 0.1;

    private final String arm;
    private final long seed;
    private final long early;
    private final long every;
    private final double gradientScale;
    private final List<Map<String, Param>> blocks = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Trial.Point> validation = new ArrayList<>();
    private final BlockMeans earlyGradients;
    private final BlockMeans gradients;
    private final JsonLines metrics;

    /// @param arm its name
    /// @param metrics the file for all numbers
    MetricsListener(String arm, Gpt model, TrainConfig config, JsonLines metrics) {
        this.arm = arm;
        this.seed = config.seed();
        this.early = earlySteps(config.steps());
        this.every = every(config.steps());
        this.gradientScale = 1.0 / config.accumulation();
        this.metrics = metrics;
        Map<String, Param> params = model.params();
        for (int i = 0; i < model.transformer().blocks().size(); i++) {
            String prefix = "blocks." + i + ".";
            Map<String, Param> block = new LinkedHashMap<>(params);
            block.keySet().removeIf(name -> !name.startsWith(prefix));
            blocks.add(block);
        }
        earlyGradients = new BlockMeans(blocks.size());
        gradients = new BlockMeans(blocks.size());
    }

    /// How many updates of a run count as early.
    static long earlySteps(long steps) {
        return Math.max(1, Math.round(steps * EARLY));
    }

    /// Gradients are measured at all early updates, and at each so many of the later ones.
    static long every(long steps) {
        return Math.max(1, steps / 100);
    }

    @Override
    public void step(Step step) {
        steps.add(step);
        metrics.write(
                new StepLine(arm, seed, step.step(), step.loss(), step.rate(), step.gradientNorm(), step.seconds()));
    }

    @Override
    public void validated(long step, double loss) {
        validation.add(new Trial.Point(step, loss));
        metrics.write(new ValidationLine(arm, seed, step, loss));
        metrics.flush();
    }

    @Override
    public void gradients(long step) {
        if (step >= early && step % every != 0) {
            return;
        }
        double[] norms = new double[blocks.size()];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = gradientScale * Gradients.norm(blocks.get(i));
        }
        if (step < early) {
            earlyGradients.add(norms);
        }
        if (step % every == 0) {
            gradients.add(norms);
            metrics.write(new GradientLine(arm, seed, step, norms));
        }
    }

    /// The variance of the residual stream after the embedding and after each block: over D, mean over tokens.
    static double[] variances(Gpt model, Batch batch, BufferPool pool) {
        var variances = new ArrayList<Double>();
        try (Tape _ = Tape.inference(pool)) {
            model.stream(batch.inputs(), Context.NONE,
                    stream -> variances.add(variance(stream)));
        }
        return variances.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double variance(Tensor stream) {
        float[] values = stream.toArray();
        int dim = stream.dim(-1);
        double sum = 0;
        for (int row = 0; row < values.length; row += dim) {
            double mean = 0;
            for (int i = 0; i < dim; i++) {
                mean += values[row + i] / (double) dim;
            }
            for (int i = 0; i < dim; i++) {
                sum += (values[row + i] - mean) * (values[row + i] - mean);
            }
        }
        return sum / values.length;
    }

    /// All that was measured.
    Trial trial(Trainer.Result result, double[] varianceAtStart, double[] varianceAtEnd) {
        return new Trial(arm, seed, result.end().name().toLowerCase(Locale.ROOT), result.step(),
                result.validationLoss(), steps.stream().mapToDouble(Step::loss).toArray(),
                steps.stream().mapToDouble(Step::gradientNorm).toArray(),
                steps.stream().mapToDouble(Step::seconds).toArray(), List.copyOf(validation), earlyGradients.means(),
                gradients.means(), varianceAtStart, varianceAtEnd);
    }

    /// Means over updates, for each block.
    private static final class BlockMeans {
        private final double[] sums;
        private int count;

        BlockMeans(int blocks) {
            sums = new double[blocks];
        }

        void add(double[] values) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[i];
            }
            count++;
        }

        double[] means() {
            return Arrays.stream(sums).map(sum -> sum / count).toArray();
        }
    }

    private record StepLine(String arm, long seed, long step, double loss, double rate, double gradientNorm,
            double seconds) {
    }

    private record ValidationLine(String arm, long seed, long step, double validationLoss) {
    }

    private record GradientLine(String arm, long seed, long step, double[] blockGradients) {
    }
}
