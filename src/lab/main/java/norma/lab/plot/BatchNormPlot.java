package norma.lab.plot;

import static norma.tensor.Axes.keepDims;

import norma.nn.Layer;
import norma.norm.channel.BatchNorm;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The result for one example in many batches: how much of it depends on the other examples.
final class BatchNormPlot {
    private static final int CHANNELS = 16, BATCHES = 200;

    static Figure figure() {
        double[] sizes = Numbers.geometric(2, 2, 9);
        Layer batchNorm = BatchNorm.of(CHANNELS);
        return new Figure("One example in 200 batches of others", "batch size N", "standard deviation of its y").logX()
                .logY()
                .line("batch norm, training", sizes, Numbers.map(sizes, n -> spread(batchNorm, (int) n)))
                .reference("1 / √N", sizes, Numbers.map(sizes, n -> 1 / Math.sqrt(n)));
    }

    /// Standard deviation of the first example's result over batches, mean over channels.
    private static double spread(Layer norm, int size) {
        Tensor first = Numbers.normal("example", 1, CHANNELS);
        Tensor[] results = new Tensor[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            Tensor others = Numbers.normal("batch " + size + " " + i, size - 1, CHANNELS);
            try (Tape _ = Tape.training(new BufferPool(), i)) {
                results[i] = norm.forward(Tensor.concat(0, first, others)).slice(0, 0, 1).copy();
            }
        }
        Tensor all = Tensor.concat(0, results);
        return Math.sqrt(all.subtract(all.mean(keepDims(0))).square().mean().item());
    }
}
