package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import norma.bench.workload.Workload.Operation;
import norma.data.TokenWindows;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Context;
import norma.nn.Init;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.tensor.Indices;
import norma.train.LanguageModeling;
import norma.train.Listener;
import norma.train.TrainConfig;
import norma.train.TrainStep;

/// Whole models of D 384 and 6 layers: a GPT's training step, a sentence encoder's forward pass.
final class Models {
    private static final int DIM = 384;
    private static final int LAYERS = 6;

    private Models() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        for (int vocabulary : new int[] {96, 4096}) {
            workloads.add(gptStep(8, 256, vocabulary).inQuickRun());
        }
        for (int batch : new int[] {1, 32}) {
            for (int time : new int[] {16, 128, 256}) {
                Workload workload = encoder(batch, time);
                workloads.add(batch * time == 128 || batch * time == 32 * 128 ? workload.inQuickRun() : workload);
            }
        }
        return workloads;
    }

    /// Parameters of the matrices in all layers.
    static double matrices() {
        return LAYERS * 12.0 * DIM * DIM;
    }

    // ---- GPT ----

    /// FLOPs: 6 for each weight of a matrix and token (forward, and twice that backward), and causal attention, which needs
    /// half of 12 T D for each layer and token. Bytes: a weight is read forward and backward, its gradient written, and
    /// AdamW reads and writes 7 floats; activations could stay in cache.
    private static Workload gptStep(int batch, int time, int vocabulary) {
        double weights = matrices() + (double) vocabulary * DIM;
        double flops = (double) batch * time * (6 * weights + LAYERS * 6.0 * time * DIM);
        String shape = "B %d, T %d, D %d, %d layers, V %d".formatted(batch, time, DIM, LAYERS, vocabulary);
        return Workload.of("gpt_step", shape, flops, 4 * 10 * weights,
                () -> trainingStep(batch, time, DIM, 6, LAYERS, vocabulary));
    }

    /// Forward, backward, clip, AdamW; another batch of random tokens each step.
    static Operation trainingStep(int batch, int time, int dim, int heads, int layers, int vocabulary) {
        Gpt model = Gpt.of(GptConfig.of(vocabulary, time, dim, heads, layers), 1);
        var batches = new TokenWindows(Inputs.indices(1, vocabulary, 1_000_000).values(), batch, time, 1);
        var training = new TrainStep<>(new LanguageModeling(model), AdamW.of(model, 3e-4, AdamW.Config.GPT),
                batches::batch, TrainConfig.of(Long.MAX_VALUE, Schedule.constant(), 1, 1), Listener.SILENT);
        var steps = new AtomicLong();
        return () -> {
            training.run(steps.getAndIncrement());
            return model;
        };
    }

    // ---- Encoder ----

    /// The shape of MiniLM-L6: 12 heads, post-norm, erf GELU, no mask. Bytes: the weights.
    private static Workload encoder(int batch, int time) {
        return Workload.of("encoder_fwd", "B %d, T %d".formatted(batch, time), batch * encoderFlops(time),
                4 * matrices(),
                () -> encode(batch, time));
    }

    /// 2 for each weight and token, and attention's 4 T D for each layer and token.
    static double encoderFlops(int time) {
        return time * (2 * matrices() + LAYERS * 4.0 * time * DIM);
    }

    private static Operation encode(int batch, int time) {
        Bert model = Bert.of(BertConfig.of(30522, 512, DIM, 12, LAYERS, 1e-12f), new Init(1));
        Indices ids = Inputs.indices(2, 30522, batch, time);
        return Passes.forward(() -> model.forward(ids, Context.NONE));
    }
}
