package norma.lab.plot;

import java.util.stream.IntStream;
import norma.data.Batches.Batch;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Param;
import norma.optim.AdamW;
import norma.tensor.Indices;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The gradient that each block of a language model gets: mean |d loss / d W2|, W2 the last matrix of its feed-forward layer.
final class DepthGradients {

    /// Where batches come from.
    interface Text {
        Batch batch(long step);
    }

    private final Gpt model;
    private final Memory memory = new Memory();

    DepthGradients(GptConfig config, long seed) {
        model = Gpt.of(config, seed);
    }

    /// Means over the updates from `from` to `to`.
    double[] whileLearning(Text text, double rate, int from, int to) {
        var optimizer = new AdamW(model.params(), AdamW.Config.GPT);
        double[] sums = new double[model.transformer().blocks().size()];
        for (int step = 0; step < to; step++) {
            backward(text.batch(step), step);
            if (step >= from) {
                double[] now = gradients();
                IntStream.range(0, sums.length).forEach(i -> sums[i] += now[i] / (to - from));
            }
            optimizer.step(rate * Math.min(1, (step + 1) / 50.0), 1);
        }
        return sums;
    }

    private void backward(Batch batch, long step) {
        int[] shape = {batch.batch(), batch.time()};
        try (Tape tape = Tape.training(memory, step)) {
            tape.backward(model.loss(Indices.of(batch.inputs(), shape), Indices.of(batch.targets(), shape)));
        }
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
