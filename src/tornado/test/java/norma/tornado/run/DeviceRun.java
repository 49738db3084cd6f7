package norma.tornado.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import norma.backend.Backend;
import norma.catalogue.GptCheckpoint;
import norma.catalogue.Placements;
import norma.data.TokenWindows;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.FineTuning;
import norma.kernel.SplitMix;
import norma.kernel.Window;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Activations;
import norma.nn.Conv2d;
import norma.nn.Flatten;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Losses;
import norma.nn.MaxPool2d;
import norma.nn.Sequential;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.GroupNorm;
import norma.optim.AdamW;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import norma.tornado.TestDevice;
import norma.tornado.offload.Offload;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// Trainings on the device under test or on the processor, in a process of their own, since kernels are chosen once. Prints a line for
/// each loss, and last what fell back to the host.
///
///     DeviceRun device|cpu STEPS WHAT...
///     DeviceRun device|cpu STEPS FILE.safetensors STOP
///
/// The second form goes on from a checkpoint if it is there, stops after step STOP and writes it.
public final class DeviceRun {
    private static final int VOCABULARY = 65, CONTEXT = 32, BATCH = 4;
    private static final Map<String, List<String>> GPT = Map.of("gpt", List.of("layer_norm", "pre"),
            "normformer", List.of("layer_norm", "normformer"),
            "adaptive", List.of("normformer_adaptive{width=16}", "pre"));

    private DeviceRun() {
    }

    /// Runs.
    public static void main(String[] args) throws Exception {
        Offload offload = null;
        if (args[0].equals("device")) {
            offload = TestDevice.offload();
            Backend.use(offload.kernels());
        }
        int steps = Integer.parseInt(args[1]);
        if (args[2].endsWith(".safetensors")) {
            checkpoint(steps, Path.of(args[2]), Long.parseLong(args[3]));
        } else {
            for (String what : Arrays.asList(args).subList(2, args.length)) {
                System.out.println("== " + what);
                run(what, steps);
            }
        }
        System.out.println("== " + Backend.name());
        if (offload != null) {
            System.out.printf("launches %d, floats %d, fallbacks %s%n", offload.launches(), offload.most(),
                    offload.fallbacks());
        }
    }

    private static void run(String what, int steps) throws Exception {
        switch (what) {
            case "convolution" -> convolution(steps);
            case "bert" -> bert(steps);
            case "embed" -> embed();
            default -> gpt(GPT.get(what), steps, new Printing()).run();
        }
    }

    private static void checkpoint(int steps, Path file, long stop) throws Exception {
        var printing = new Printing();
        var trainer = gpt(GPT.get("gpt"), steps, printing);
        printing.then = step -> {
            if (step == stop) {
                trainer.stop();
            }
        };
        if (Files.exists(file)) {
            trainer.resume(file);
        }
        trainer.run(file);
    }

    private static Trainer<TokenWindows.Batch> gpt(List<String> shape, int steps, Listener listener) {
        Placements.Entry placement = Placements.named(shape.getLast());
        GptConfig config = GptConfig.of(VOCABULARY, CONTEXT, 64, 4, 2).withDropout(0.1f)
                .with(placement.norm(shape.getFirst()), placement.placement());
        Gpt model = Gpt.of(config, 1);
        return new Trainer<>(GptCheckpoint.objective(model), AdamW.of(model, 1e-3, AdamW.Config.GPT),
                DeviceRun::windows,
                TrainConfig.of(steps, 2), listener);
    }

    /// Tokens that follow one another by a rule with some noise, so that there is something to learn.
    private static TokenWindows.Batch windows(long number) {
        int[] tokens = new int[BATCH * (CONTEXT + 1)];
        for (int i = 0; i < tokens.length; i++) {
            int before = i == 0 ? 0 : tokens[i - 1];
            boolean noise = SplitMix.below(4, number, i) == 0;
            tokens[i] = noise ? SplitMix.below(VOCABULARY, ~number, i) : (7 * before + 3) % VOCABULARY;
        }
        int[] inputs = new int[BATCH * CONTEXT], targets = new int[BATCH * CONTEXT];
        Arrays.setAll(inputs, i -> tokens[i / CONTEXT * (CONTEXT + 1) + i % CONTEXT]);
        Arrays.setAll(targets, i -> tokens[i / CONTEXT * (CONTEXT + 1) + i % CONTEXT + 1]);
        return new TokenWindows.Batch(Indices.of(inputs, BATCH, CONTEXT), Indices.of(targets, BATCH, CONTEXT));
    }

    /// With seed 3, one of a million activations that lie next to 0 falls on the other side of it in step 14, and losses differ by 1e-4
    /// from there on. With 4, 5 and 6 none does.
    private static void convolution(int steps) {
        var init = new Init(4);
        Window three = Window.of(3).padding(1), two = Window.of(2).stride(2);
        var model = Sequential.of(Conv2d.of(init.at("first"), 1, 8, three), BatchNorm.of(8), Activations.relu(),
                MaxPool2d.of(two), Conv2d.of(init.at("second"), 8, 16, three), GroupNorm.of(16, 4), Activations.relu(),
                MaxPool2d.of(two), Flatten.of(), Linear.of(init.at("head"), 16 * 4 * 4, 10));
        Objective<Long> objective = Objective.of(model,
                number -> Losses.crossEntropy(model.forward(images(number)), classes(number)));
        new Trainer<>(objective, AdamW.of(model, 1e-3), number -> number, TrainConfig.of(steps, 2),
                new Printing()).run();
    }

    /// (8, 1, 16, 16): stripes whose distance is that of the class, with noise.
    private static Tensor images(long number) {
        float[] pixels = new float[8 * 16 * 16];
        int[] classes = classes(number).values();
        for (int i = 0; i < pixels.length; i++) {
            double noise = SplitMix.below(1000, number, i) / 1000.0 - 0.5;
            pixels[i] = (float) (Math.sin(i % 16 * (classes[i / 256] + 1) * 0.3) + noise);
        }
        return Tensor.adopt(Shape.of(8, 1, 16, 16), pixels);
    }

    private static Indices classes(long number) {
        int[] classes = new int[8];
        Arrays.setAll(classes, i -> SplitMix.below(10, ~number, i));
        return Indices.of(classes, 8);
    }

    private static void bert(int steps) throws Exception {
        TrainableEncoder encoder = TrainableEncoder.load("all-minilm-l6-v2").maxTokens(16);
        List<Labelled> examples = new ArrayList<>();
        for (String text : TEXTS) {
            examples.add(new Labelled(encoder.tokens(text), examples.size() % 2));
        }
        FineTuning tuning = new FineTuning(Math.ceilDiv(steps * 2, TEXTS.size()), 1, 2, 5e-5, 0.01, 1, 4);
        tuning.run(Classifier.of(encoder, 2), examples, new Printing());
    }

    private static void embed() throws Exception {
        try (SentenceEncoder encoder = SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT)) {
            for (float[] vector : encoder.encode(TEXTS)) {
                System.out.println(Arrays.toString(vector));
            }
        }
    }

    private static final List<String> TEXTS = List.of("Works very well.", "Broke at once.", "I would buy it again.",
            "Money thrown away.", "Fast and quiet, a pleasure.", "It arrived late and scratched.",
            "Exactly as described.", "Nobody answers the phone.");

    /// Prints losses.
    private static final class Printing implements Listener {
        private LongConsumer then = _ -> {};

        @Override
        public void step(Step step) {
            then.accept(step.step());
            System.out.println("step %d loss %s norm %s".formatted(step.step(), step.loss(), step.gradientNorm()));
        }

        @Override
        public void diverged(Step step) {
            throw new AssertionError(step.toString());
        }
    }
}
