package norma.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import norma.data.TokenWindows.Batch;
import norma.lab.console.Progress;
import norma.lab.run.CorpusOptions;
import norma.lab.run.JsonLines;
import norma.model.Gpt;
import norma.optim.AdamW;
import norma.tensor.BufferPool;
import norma.train.LanguageModeling;
import norma.train.Listener;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// Trains every arm with one seed after the other. The arms of a seed take turns, a step each.
///
/// @param arms what is compared
/// @param tokens to learn from
/// @param batch B
/// @param rate highest learning rate
/// @param validation to measure on
/// @param metrics the file for all numbers
/// @param progress one unit for each step of each run
record Trials(List<Arm> arms, CorpusOptions.Tokens tokens, int batch, double rate, List<Batch> validation,
        JsonLines metrics, Progress progress) {

    /// All arms with the seed of `config`.
    List<Trial> run(TrainConfig config) {
        var roundRobin = new RoundRobin();
        var tasks = new ArrayList<Supplier<Trial>>();
        for (Arm arm : arms) {
            tasks.add(() -> trial(arm, config, roundRobin));
        }
        return roundRobin.run(tasks);
    }

    private Trial trial(Arm arm, TrainConfig config, RoundRobin roundRobin) {
        Gpt model = Gpt.of(arm.config(), config.seed());
        var pool = new BufferPool();
        Batch first = validation.getFirst();
        double[] varianceAtStart = MetricsListener.variances(model, first, pool);
        var metricsListener = new MetricsListener(arm.name(), model, config, metrics);
        var batches = tokens.batches(batch, first.inputs().shape().dim(1), config.seed());
        var trainer = new Trainer<>(new LanguageModeling(model), AdamW.of(model, rate, AdamW.Config.GPT),
                batches::batch, validation, config, metricsListener.and(new Listener() {
                    @Override
                    public void step(Step step) {
                        progress.step();
                        roundRobin.next();
                    }
                }));
        return metricsListener.trial(trainer.run(), varianceAtStart, MetricsListener.variances(model, first, pool));
    }
}
