package norma.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import norma.data.Batches;
import norma.data.Batches.Batch;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.optim.AdamW;
import norma.optim.Gradients;
import norma.tensor.Indices;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The reference training step: 6 layers, D 384, 6 heads, T 256, batch 8, AdamW, clipping; random tokens, another batch
/// each step.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Thread)
public class GptStep {
    private static final int BATCH = 8;
    private static final int TIME = 256;
    private static final int DIM = 384;
    private static final int LAYERS = 6;

    /// Tokens of one step.
    static final int TOKENS = BATCH * TIME;

    /// V
    @Param({"96", "4096"})
    public int vocabulary;

    private final Memory memory = new Memory();
    private Gpt model;
    private AdamW optimizer;
    private Batches batches;
    private long step;

    /// Model, optimizer and tokens.
    @Setup
    public void build() {
        var random = new SplittableRandom(1);
        batches = new Batches(random.ints(1_000_000, 0, vocabulary).toArray(), BATCH, TIME, 1);
        model = Gpt.of(GptConfig.of(vocabulary, TIME, DIM, 6, LAYERS), 1);
        optimizer = new AdamW(model.params(), AdamW.Config.GPT);
    }

    /// Forward, backward, clip, update.
    @Benchmark
    public float trainingStep() {
        Batch batch = batches.batch(step++);
        float loss;
        try (Tape tape = Tape.training(memory, step)) {
            Tensor y = model.loss(Indices.of(batch.inputs(), BATCH, TIME), Indices.of(batch.targets(), BATCH, TIME));
            tape.backward(y);
            loss = y.item();
        }
        optimizer.step(3e-4, Gradients.clip(Gradients.norm(model.params()), 1));
        return loss;
    }

    /// Floating-point operations of one step: 6 for each weight of a matrix and token (forward, and twice that backward),
    /// and causal attention, which needs half of 12 T D for each layer and token.
    static double flops(int vocabulary) {
        double matrices = LAYERS * 12.0 * DIM * DIM + (double) vocabulary * DIM;
        return TOKENS * (6 * matrices + LAYERS * 6.0 * TIME * DIM);
    }
}
