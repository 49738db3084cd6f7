package norma.lab.plot;

import java.io.IOException;
import java.nio.file.Path;
import norma.catalogue.Placements;
import norma.data.Batches;
import norma.data.Corpus;
import norma.model.GptConfig;
import norma.tokenizer.CharacterTrainer;

/// The gradients of 8 blocks in the first updates of a small language model.
///
/// @param corpus what it reads
record PublishedNormFormerPlot(Corpus corpus) implements Plot {
    private static final int BLOCKS = 8, TIME = 32, BATCH = 8;
    private static final long SEED = 1;

    @Override
    public String name() {
        return "normformer_published";
    }

    @Override
    public void write(Path file) throws IOException {
        double[] blocks = Numbers.range(1, BLOCKS);
        new Figure("Mean |dL/dW2| of 8 blocks, updates 6 to 55", "block", "times that of the last block").logY()
                .line("pre, std 0.02", blocks, gradients("pre", false))
                .line("normformer, std 0.02", blocks, gradients("normformer", false))
                .line("pre, unit embeddings", blocks, gradients("pre", true))
                .line("normformer, unit embeddings", blocks, gradients("normformer", true)).write(file);
    }

    private double[] gradients(String placement, boolean unitEmbeddings) {
        var tokenizer = CharacterTrainer.train(corpus.texts());
        Batches batches = Batches.of(corpus, tokenizer, BATCH, TIME, SEED);
        GptConfig config = GptConfig.of(tokenizer.vocabulary(), TIME, 64, 4, BLOCKS)
                .with(Placements.named(placement).placement()).withUnitEmbeddings(unitEmbeddings);
        double[] sizes = new DepthGradients(config, SEED).whileLearning(batches::batch, 3e-3, 5, 55);
        return Numbers.map(sizes, size -> size / sizes[BLOCKS - 1]);
    }
}
