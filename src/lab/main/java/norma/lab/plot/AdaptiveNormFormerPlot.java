package norma.lab.plot;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import norma.nn.Context;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.feature.AdaptiveNormFormer.Base;
import norma.norm.feature.AdaptiveNormFormer;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.tensor.Indices;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// Random tokens, which nothing can predict: a loss below ln V means that the model has seen the answer.
final class AdaptiveNormFormerPlot {
    private static final int VOCABULARY = 8, TIME = 16, BATCH = 32, DIM = 32, STEPS = 600, EVERY = 10;

    static Figure figure() {
        double[] steps = Numbers.map(Numbers.range(1, STEPS / EVERY), i -> i * EVERY);
        return new Figure("Foretelling random tokens, with one adaptive norm as the model", "step", "loss in nats")
                .line("causal = true", steps, losses(true)).line("causal = false", steps, losses(false))
                .reference("ln 8: pure guessing", steps, Numbers.map(steps, _ -> Math.log(VOCABULARY)));
    }

    /// Embedding, one norm, output matrix.
    private record Model(Embedding tokens, AdaptiveNormFormer norm, Linear head) implements Parameterized {
        static Model of(boolean causal) {
            var init = new Init(1);
            var options = new AdaptiveNormFormer.Options(causal, Base.LAYER, 1, DIM, 1, false, true, true, 0);
            return new Model(Embedding.of(init.at("tokens"), VOCABULARY, DIM, 1, 1),
                    AdaptiveNormFormer.of(init.at("norm"), DIM, options),
                    Linear.of(init.at("head"), DIM, VOCABULARY, 1 / Math.sqrt(DIM)));
        }

        Tensor loss(int[] ids) {
            Tensor x = tokens.forward(windows(ids, 0));
            return Losses.crossEntropy(head.forward(norm.forward(x, Context.NONE)), windows(ids, 1));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("tokens", tokens).add("norm", norm).add("head", head);
        }
    }

    /// Means over each ten steps; every batch is new.
    private static double[] losses(boolean causal) {
        Model model = Model.of(causal);
        var random = new SplittableRandom(1);
        List<int[]> batches = Stream.generate(() -> random.ints((long) BATCH * (TIME + 1), 0, VOCABULARY).toArray())
                .limit(STEPS).toList();
        double[] losses = new double[STEPS / EVERY];
        new Trainer<>(Objective.of(model, model::loss),
                AdamW.of(model, 3e-3, new AdamW.Config(0.9, 0.99, 1e-8, 0)),
                step -> batches.get((int) step), TrainConfig.of(STEPS, Schedule.constant(), 0, 0), new Listener() {
                    @Override
                    public void step(Step step) {
                        losses[(int) (step.step() - 1) / EVERY] += step.loss() / EVERY;
                    }
                }).run();
        return losses;
    }

    private static Indices windows(int[] ids, int shift) {
        int[] windows = new int[BATCH * TIME];
        for (int b = 0; b < BATCH; b++) {
            System.arraycopy(ids, b * (TIME + 1) + shift, windows, b * TIME, TIME);
        }
        return Indices.of(windows, BATCH, TIME);
    }
}
