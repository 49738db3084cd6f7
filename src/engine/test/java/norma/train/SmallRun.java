package norma.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import norma.catalogue.GptCheckpoint;
import norma.data.TokenWindows;
import norma.data.TokenWindows.Batch;
import norma.kernel.Activation;
import norma.model.FeedForward;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.model.Texts;
import norma.optim.AdamW;
import norma.optim.Optimizer;
import norma.optim.Schedule;
import norma.tensor.Tensor;

/// A small training run with everything in it that could differ from run to run: dropout, tied weights, NormFormer's
/// extra parts, adaptive norms, warm-up, clipping.
final class SmallRun {
    static final long SEED = 5;
    private static final int V = 13, T = 32, BATCH = 16;
    private static final GptConfig CONFIG =
            Texts.with(GptConfig.of(V, T, 32, 2, 1).with(FeedForward.of(64, Activation.GELU_TANH)).withDropout(0.1f),
                    "normformer_adaptive{width=8, bottleneck=true}", "normformer_resscale");

    final Gpt model = Gpt.of(CONFIG, SEED);
    final Optimizer optimizer = AdamW.of(model, 0.01, AdamW.Config.GPT);
    final Trainer<Batch> trainer;

    SmallRun(long steps) {
        this(new TrainConfig(steps, 1, Schedule.cosine(45).withFloor(0.1).withWarmup(5), 1, SEED, 25, 0), BATCH,
                Listener.SILENT);
    }

    SmallRun(TrainConfig config, int batch, Listener listener) {
        trainer = trainer(model, optimizer, config, batch, listener);
    }

    static Trainer<Batch> trainer(Gpt model, Optimizer optimizer, TrainConfig config, int batch, Listener listener) {
        return new Trainer<>(GptCheckpoint.objective(model), optimizer, batches(batch)::batch, batches(2).validation(1),
                config, listener);
    }

    /// Text of a language in which the next letter mostly follows from the last two.
    static TokenWindows batches(int batch) {
        int[] tokens = new int[3000];
        for (int i = 2; i < tokens.length; i++) {
            tokens[i] = i % 29 == 0 ? i * 7 % V : (tokens[i - 1] + 2 * tokens[i - 2] + 1) % V;
        }
        return new TokenWindows(tokens, batch, T, SEED);
    }

    /// Everything that a run changes: parameters, the optimizer's tensors and its steps.
    Map<String, float[]> state() {
        var state = new LinkedHashMap<String, float[]>();
        model.params().forEach((name, param) -> state.put(name, param.value().toArray()));
        optimizer.state().forEach((name, tensor) -> state.put("optimizer." + name, tensor.toArray()));
        state.put("steps", new float[] {optimizer.steps()});
        return state;
    }

    /// One number for all bits of the state.
    static long digest(Map<String, float[]> state) {
        long digest = 0;
        for (var entry : state.entrySet()) {
            digest = 31 * (31 * digest + entry.getKey().hashCode()) + Arrays.hashCode(entry.getValue());
        }
        return digest;
    }

    /// A run in a process of its own, where nothing is compiled yet: prints its digest.
    public static void main(String[] args) throws Exception {
        var run = new SmallRun(Long.parseLong(args[0]));
        run.trainer.run();
        System.out.println("digest " + digest(run.state()));
    }

    /// The gradient-free view of a parameter.
    static Tensor value(Gpt model, String name) {
        return model.params().get(name).value().detach();
    }
}
