import module norma.engine;
import static norma.tensor.Axes.keepDims;

/// y = gamma x / (mean|x| + eps) over the last axis: an RMS norm without squares.
record MeanAbsoluteNorm(Param gamma, float eps) implements Norm {
    static MeanAbsoluteNorm of(int dim) {
        return new MeanAbsoluteNorm(Init.constant(1, dim), 1e-5f);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return x.divide(x.abs().mean(keepDims(-1)).add(eps)).multiply(gamma.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma);                               // what is learned, saved and counted
    }
}

/// The norm in a GPT, in the place of each layer norm.
void main() {
    IO.println(MeanAbsoluteNorm.of(4).forward(Tensor.of(new float[][] {{1, -2, 3, 2}, {100, -200, 300, 200}})));

    GptConfig config = GptConfig.of(11, 8, 32, 4, 2).with((_, dim) -> MeanAbsoluteNorm.of(dim), Placements.named("pre").placement());
    Gpt model = Gpt.of(config, 1);
    Indices digits = Indices.of(new int[] {3, 1, 4, 1, 5, 9, 2, 6}, 1, 8), next = Indices.of(new int[] {1, 4, 1, 5, 9, 2, 6, 5}, 1, 8);
    var optimizer = AdamW.of(model, 1e-2);
    for (int step = 0; step < 60; step++) {
        try (Tape tape = Tape.training()) {
            tape.backward(model.loss(digits, next));
        }
        optimizer.step();
    }
    IO.println(model.logits(digits, Context.NONE).argmax(-1));
}
