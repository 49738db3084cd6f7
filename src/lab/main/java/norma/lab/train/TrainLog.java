package norma.lab.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import norma.lab.console.Progress;
import norma.lab.run.JsonLines;
import norma.lab.run.Run;
import norma.train.Listener;
import norma.tornado.Tornado;
import norma.train.TrainConfig;

/// Writes what a training run measures into a file, and shows its progress.
final class TrainLog implements Listener, AutoCloseable {

    private record StepLine(long step, double loss, double rate, double gradientNorm, double seconds, long tokens) {
    }

    private record ValidationLine(long step, double validationLoss) {
    }

    /// What a device had no kernel for until now, and how often it was computed on the processor.
    private record ProcessorLine(long step, Map<String, Integer> onProcessor) {
    }

    private final TrainConfig config;
    private final Run run;
    private JsonLines metrics;
    private Progress progress;
    private long first;
    private double validationLoss = Double.NaN;
    private double seconds;
    private long tokens;
    private int onProcessor;

    TrainLog(TrainConfig config, Run run) {
        this.config = config;
        this.run = run;
    }

    /// Begins to listen.
    ///
    /// @param file where lines are added
    /// @param first steps that were done before
    void open(Path file, long first) throws IOException {
        this.first = first;
        metrics = new JsonLines(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void step(Step step) {
        write(new StepLine(step.step(), step.loss(), step.rate(), step.gradientNorm(), step.seconds(), step.tokens()));
        Map<String, Integer> fallbacks = Tornado.fallbacks();
        if (fallbacks.size() > onProcessor) {
            onProcessor = fallbacks.size();
            write(new ProcessorLine(step.step(), fallbacks));
        }
        seconds += step.seconds();
        tokens += step.tokens();
        progress.step();
        progress.note(String.format(Locale.ROOT, "loss %.3f%s rate %.1e", step.loss(),
                Double.isNaN(validationLoss) ? "" : String.format(Locale.ROOT, " (val %.3f)", validationLoss),
                step.rate()));
    }

    @Override
    public void validated(long step, double loss) {
        validationLoss = loss;
        if (progress == null) { // after the first validation, whose time says nothing about that of a step
            progress = run.progress("train", "step", config.steps() - first);
        }
        if (step > first || step == 0) { // where a run goes on, this was written before it stopped
            write(new ValidationLine(step, loss));
        }
    }

    private void write(Object line) {
        metrics.write(line);
        metrics.flush();
    }

    /// Over the steps since it was opened; NaN if there were none.
    double tokensPerSecond() {
        return tokens / seconds;
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
        try {
            if (metrics != null) {
                metrics.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
