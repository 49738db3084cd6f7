package norma.bench.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import norma.bench.work.Work.Operation;
import norma.catalogue.Norms;
import norma.data.Batches;
import norma.kernel.Activation;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Mlp;
import norma.norm.feature.LayerNorm;
import norma.optim.AdamW;
import norma.optim.Schedule;
import norma.placement.Block;
import norma.placement.Place;
import norma.placement.Post;
import norma.tensor.Indices;
import norma.tensor.Tensor;
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

    static List<Work> works() {
        var works = new ArrayList<Work>();
        for (int vocabulary : new int[] {96, 4096}) {
            works.add(gptStep(8, 256, vocabulary).inQuickRun());
        }
        for (int batch : new int[] {1, 32}) {
            for (int time : new int[] {16, 128, 256}) {
                Work work = encoder(batch, time);
                works.add(batch * time == 128 || batch * time == 32 * 128 ? work.inQuickRun() : work);
            }
        }
        return works;
    }

    /// Parameters of the matrices in all layers.
    static double matrices() {
        return LAYERS * 12.0 * DIM * DIM;
    }

    // ---- GPT ----

    /// FLOPs: 6 for each weight of a matrix and token (forward, and twice that backward), and causal attention, which needs
    /// half of 12 T D for each layer and token. Bytes: a weight is read forward and backward, its gradient written, and
    /// AdamW reads and writes 7 floats; activations could stay in cache.
    private static Work gptStep(int batch, int time, int vocabulary) {
        double weights = matrices() + (double) vocabulary * DIM;
        double flops = (double) batch * time * (6 * weights + LAYERS * 6.0 * time * DIM);
        String shape = "B %d, T %d, D %d, %d layers, V %d".formatted(batch, time, DIM, LAYERS, vocabulary);
        return Work.of("gpt_step", shape, flops, 4 * 10 * weights,
                () -> trainingStep(batch, time, DIM, 6, LAYERS, vocabulary));
    }

    /// Forward, backward, clip, AdamW; another batch of random tokens each step.
    static Operation trainingStep(int batch, int time, int dim, int heads, int layers, int vocabulary) {
        Gpt model = Gpt.of(GptConfig.of(vocabulary, time, dim, heads, layers), 1);
        var batches = new Batches(Inputs.indices(1, vocabulary, 1_000_000).values(), batch, time, 1);
        var training = new TrainStep<>(new LanguageModeling(model), new AdamW(model.params(), AdamW.Config.GPT),
                batches::batch, TrainConfig.of(Long.MAX_VALUE, Schedule.constant(3e-4), 1, 1), Listener.SILENT);
        var steps = new AtomicLong();
        return () -> {
            training.run(steps.getAndIncrement());
            return model;
        };
    }

    // ---- Encoder ----

    /// The shape of MiniLM-L6: 12 heads, post-norm, erf GELU, no mask. Bytes: the weights.
    private static Work encoder(int batch, int time) {
        return Work.of("encoder_fwd", "B %d, T %d".formatted(batch, time), batch * encoderFlops(time), 4 * matrices(),
                () -> encode(batch, time));
    }

    /// 2 for each weight and token, and attention's 4 T D for each layer and token.
    static double encoderFlops(int time) {
        return time * (2 * matrices() + LAYERS * 4.0 * time * DIM);
    }

    private static Operation encode(int batch, int time) {
        var init = new Init(1);
        Embedding tokens = Embedding.of(init.at("tokens"), 30522, DIM, 0.02, 1);
        Embedding positions = Embedding.of(init.at("positions"), 512, DIM, 0.02, 1);
        LayerNorm norm = LayerNorm.of(DIM);
        List<Block> blocks = IntStream.range(0, LAYERS).mapToObj(i -> block(init.at("block" + i)))
                .toList();
        Indices ids = Inputs.indices(2, 30522, batch, time);
        Indices places = Indices.of(IntStream.range(0, time).toArray(), time);
        return Passes.forward(() -> {
            Tensor x = norm.forward(tokens.forward(ids).add(positions.forward(places)));
            for (Block block : blocks) {
                x = block.forward(x, Context.NONE);
            }
            return x;
        });
    }

    private static Block block(Init init) {
        var place = new Place(init, DIM, Norms.factory("layer_norm", false), Dropout.NONE, 1, LAYERS);
        var post = new Post();
        return new Block(
                post.around(Attention.of(init.at("attention"), DIM, 12, false, null, 0.05, 0.05), place),
                post.around(Mlp.of(init.at("mlp"), DIM, 4 * DIM, Activation.GELU_ERF, 0.05, 0.05), place));
    }
}
