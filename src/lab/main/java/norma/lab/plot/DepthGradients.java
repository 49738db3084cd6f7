package norma.lab.plot;

import java.util.function.LongFunction;
import java.util.stream.IntStream;
import norma.data.Batches.Batch;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Param;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.tensor.Tensor;
import norma.train.LanguageModeling;
import norma.train.Listener;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// The gradient that each block of a language model gets: mean |d loss / d W2|, W2 the last matrix of its feed-forward layer.
final class DepthGradients {

    private final Gpt model;

    DepthGradients(GptConfig config, long seed) {
        model = Gpt.of(config, seed);
    }

    /// Means over the updates from `from` to `to`.
    double[] whileLearning(LongFunction<Batch> batches, double rate, int from, int to) {
        double[] sums = new double[model.transformer().blocks().size()];
        var schedule = new Schedule(Schedule.Decay.CONSTANT, rate, rate, 50, to, 1);
        new Trainer<>(new LanguageModeling(model), new AdamW(model.params(), AdamW.Config.GPT), batches,
                TrainConfig.of(to, schedule, 0, 0), new Listener() {
                    @Override
                    public void gradients(long step) {
                        if (step >= from) {
                            double[] now = DepthGradients.this.gradients();
                            IntStream.range(0, sums.length).forEach(i -> sums[i] += now[i] / (to - from));
                        }
                    }
                }).run();
        return sums;
    }

    private double[] gradients() {
        return IntStream.range(0, model.transformer().blocks().size()).mapToDouble(i -> size(model.params().get(
                "blocks." + i + ".mlp.f.down.weight"))).toArray();
    }

    private static double size(Param weight) {
        Tensor gradient = weight.value().gradient();
        return gradient.abs().mean().item();
    }
}
