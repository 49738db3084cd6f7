package norma.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.catalogue.NormEntry;
import norma.catalogue.NormEntry.On;
import norma.catalogue.Norms;
import norma.io.Safetensors;
import norma.kernel.Activation;
import norma.kernel.SplitMix;
import norma.kernel.contract.ElsewhereKernels;
import norma.kernel.contract.Kernels;
import norma.kernel.simd.Simd;
import norma.model.FeedForward;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.model.Sampler;
import norma.model.Texts;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.nn.Rotary;
import norma.optim.AdamW;
import norma.optim.Gradients;
import norma.optim.Optimizer;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Steps of training on small models and on every layer of the catalogue, as lines that tell each loss to the last bit.
final class ElsewhereRun {
    private static final int V = 11, T = 8, BATCH = 2, D = 8, STEPS = 3;
    private static final GptConfig PLAIN = gpt(false), ROTARY = gpt(true);

    private ElsewhereRun() {
    }

    private static GptConfig gpt(boolean rotary) {
        GptConfig config = GptConfig.of(V, T, 16, 2, 2).with(new FeedForward(32, Activation.GELU_TANH, rotary, true))
                .withDropout(0.1f);
        return rotary ? config.with(Rotary.HALVES) : config;
    }

    /// A process of its own, with the data of all tensors out of the host's reach.
    public static void main(String[] args) throws IOException {
        boolean reference = System.getProperty("norma.kernels", "auto").equals("reference") || !Simd.available();
        Backend.use(ElsewhereKernels.of(reference ? Kernels.REFERENCE : Simd.kernels()));
        lines().forEach(System.out::println);
    }

    static List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("gpt " + gpt(PLAIN));
        lines.add("gpt with rotary " + gpt(Texts.with(ROTARY, "dynamic_tanh", "peri")));
        lines.add("adaptive gpt " + gpt(Texts.with(PLAIN, "normformer_adaptive{width=8}", "normformer_resscale")));
        for (NormEntry entry : Norms.all()) {
            if (!(entry.on() instanceof On.Condition)) {
                lines.add(entry.name() + " " + layer(entry));
            }
        }
        return lines;
    }

    private static String gpt(GptConfig config) throws IOException {
        Gpt model = Gpt.of(config, 5);
        var optimizer = AdamW.of(model, 0.01, AdamW.Config.GPT);
        var values = new StepValues(1);
        var told = new StringBuilder();
        for (int step = 0; step < STEPS; step++) {
            try (Tape tape = Tape.training(new BufferPool(), step)) {
                Tensor loss = model.loss(tokens(2 * step), tokens(2 * step + 1));
                tape.backward(loss);
                values.loss(0, loss);
            }
            told.append(step(model, optimizer, values)).append(' ');
        }
        var sampler = new Sampler(model, new int[] {1, 2, 3}, Sampler.Choice.of(1).withSeed(7));
        return told.append(sampler.next()).append(' ').append(sampler.next()).append(' ').append(reread(model))
                .toString();
    }

    private static StepValues.Read step(Parameterized model, Optimizer optimizer, StepValues values) {
        var params = ParameterTree.of(model).params();
        values.gradients(params.values());
        StepValues.Read read = values.read();
        if (read.norm() != Gradients.norm(params)) {
            throw new AssertionError(read + " is not " + Gradients.norm(params));
        }
        optimizer.step(1, Gradients.clip(read.norm(), 1));
        return read;
    }

    private static Indices tokens(long seed) {
        int[] tokens = new int[BATCH * T];
        Arrays.setAll(tokens, i -> (int) Long.remainderUnsigned(SplitMix.at(seed, i), V));
        return Indices.of(tokens, BATCH, T);
    }

    /// The digest of the parameters, written to a file and read into the model again.
    private static int reread(Gpt model) throws IOException {
        Path file = Files.createTempFile("norma", ".safetensors");
        try {
            var arrays = new LinkedHashMap<String, Safetensors.Array>();
            model.params().forEach((name, param) -> arrays.put(name, Safetensors.Array.of(param.value())));
            Safetensors.write(file, Map.of(), arrays);
            try (Safetensors stored = Safetensors.open(file)) {
                model.params().forEach((name, param) -> param.value().fill(0).set(stored.floats(name)));
            }
        } finally {
            Files.delete(file);
        }
        int digest = 0;
        for (var param : model.params().values()) {
            digest = 31 * digest + Arrays.hashCode(param.value().toArray());
        }
        return digest;
    }

    /// Some steps and a look at what evaluation gives.
    private static String layer(NormEntry entry) {
        Layer layer = (Layer) Norms.any(entry.name(), false).create(new Init(1), D);
        Shape shape = entry.on() instanceof On.Channels ? Shape.of(6, D, 4, 4) : Shape.of(6, 3, D);
        Tensor x = input("x", shape).variable(), weight = input("weight", shape);
        var optimizer = AdamW.of(layer, 0.01, AdamW.Config.GPT);
        var values = new StepValues(1);
        var told = new StringBuilder();
        for (int step = 0; step < STEPS; step++) {
            try (Tape tape = Tape.training(new BufferPool(), step)) {
                Tensor loss = layer.forward(x).multiply(weight).sum();
                tape.backward(loss);
                values.loss(0, loss);
            }
            told.append(step(layer, optimizer, values)).append(' ');
        }
        try (Tape _ = Tape.inference(new BufferPool())) {
            told.append(Arrays.hashCode(layer.forward(x).toArray()));
        }
        return told.append(' ').append(Arrays.hashCode(x.gradient().toArray())).toString();
    }

    private static Tensor input(String name, Shape shape) {
        return new Init(9).normal(name, 1, shape.toArray()).value().detach();
    }
}
