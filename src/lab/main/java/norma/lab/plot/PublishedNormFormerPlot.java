package norma.lab.plot;

import java.util.function.LongFunction;
import norma.catalogue.Placements;
import norma.data.TokenWindows;
import norma.data.TokenWindows.Batch;
import norma.data.Corpus;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Param;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.tokenizer.CharacterTrainer;
import norma.train.LanguageModeling;
import norma.train.Listener;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// The gradients of 8 blocks in the first updates of a small language model.
final class PublishedNormFormerPlot {
    private static final int BLOCKS = 8, TIME = 32, BATCH = 8;
    private static final int FROM = 5, TO = 55;
    private static final double RATE = 3e-3;
    private static final long SEED = 1;

    /// The figure.
    ///
    /// @param corpus what the model reads
    static Figure figure(Corpus corpus) {
        double[] blocks = Numbers.range(1, BLOCKS);
        return new Figure("Mean |dL/dW2| of 8 blocks, updates 6 to 55", "block", "times that of the last block").logY()
                .line("pre, std 0.02", blocks, gradients(corpus, "pre", false))
                .line("normformer, std 0.02", blocks, gradients(corpus, "normformer", false))
                .line("pre, unit embeddings", blocks, gradients(corpus, "pre", true))
                .line("normformer, unit embeddings", blocks, gradients(corpus, "normformer", true));
    }

    private static double[] gradients(Corpus corpus, String placement, boolean unitEmbeddings) {
        var tokenizer = CharacterTrainer.train(corpus.texts());
        TokenWindows batches = TokenWindows.of(corpus, tokenizer, BATCH, TIME, SEED);
        GptConfig config = GptConfig.of(tokenizer.vocabulary(), TIME, 64, 4, BLOCKS)
                .with(Placements.named(placement).placement()).withUnitEmbeddings(unitEmbeddings);
        double[] sizes = gradients(Gpt.of(config, SEED), batches::batch);
        return Numbers.map(sizes, size -> size / sizes[BLOCKS - 1]);
    }

    /// Mean |dL/dW2| of each block, W2 the last matrix of its feed-forward layer, over the updates from `FROM` to `TO`.
    private static double[] gradients(Gpt model, LongFunction<Batch> batches) {
        double[] means = new double[BLOCKS];
        var schedule = Schedule.constant().withWarmup(50);
        new Trainer<>(new LanguageModeling(model), AdamW.of(model, RATE, AdamW.Config.GPT), batches,
                TrainConfig.of(TO, schedule, 0, 0), new Listener() {
                    @Override
                    public void gradients(long step) {
                        for (int i = 0; i < BLOCKS && step >= FROM; i++) {
                            Param w2 = model.params().get("blocks." + i + ".mlp.f.down.weight");
                            means[i] += w2.value().gradient().abs().mean().item() / (double) (TO - FROM);
                        }
                    }
                }).run();
        return means;
    }
}
