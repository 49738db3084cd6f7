package norma.lab.plot;

import java.util.SplittableRandom;
import java.util.function.Supplier;
import norma.kernel.Window;
import norma.nn.Context;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Losses;
import norma.nn.ParameterTree;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.GroupNorm;
import norma.optim.Schedule;
import norma.optim.Sgd;
import norma.tensor.Indices;
import norma.tensor.Tensor;
import norma.train.Listener;
import norma.train.Objective;
import norma.train.TrainConfig;
import norma.train.Trainer;

/// The errors of a small convolutional network that was trained with batches of different size, with a batch norm and with a group
/// norm.
final class GroupNormPlot {
    private static final int UPDATES = 150, TESTS = 1024, CLASSES = 8, SIDE = 8, CHANNELS = 8, SEEDS = 3;
    private static final double NOISE = 1.5;

    static Figure figure() {
        double[] sizes = Numbers.geometric(1, 2, 6);
        return new Figure("8 noisy patterns, 150 updates, mean of 3 seeds", "images in a batch",
                "errors after it, in %")
                .logX()
                .line("batch norm", sizes, Numbers.map(sizes, n -> error((int) n, () -> BatchNorm.of(CHANNELS))))
                .line("group norm, 2 groups", sizes,
                        Numbers.map(sizes, n -> error((int) n, () -> GroupNorm.of(CHANNELS, 2))));
    }

    private static double error(int batch, Supplier<Layer> norm) {
        double sum = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            sum += new Network(new Init(seed), norm.get(), norm.get()).learn(batch).errors();
        }
        return 100 * sum / SEEDS / TESTS;
    }

    private record Network(Conv2d first, Layer firstNorm, Conv2d second, Layer secondNorm, Linear head)
            implements Layer {
        Network(Init init, Layer firstNorm, Layer secondNorm) {
            this(Conv2d.of(init.at("first"), 1, CHANNELS, Window.of(3).padding(1)).withoutBias(), firstNorm,
                    Conv2d.of(init.at("second"), CHANNELS, CHANNELS, Window.of(3).padding(1).stride(2)).withoutBias(),
                    secondNorm,
                    Linear.of(init.at("head"), CHANNELS * SIDE * SIDE / 4, CLASSES, 0.02));
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor h = firstNorm.forward(first.forward(x)).relu();
            return head.forward(secondNorm.forward(second.forward(h)).relu().flatten(1));
        }

        /// The number of updates is the same for all sizes of batches.
        Network learn(int batch) {
            new Trainer<>(Objective.of(this, this::loss),
                    Sgd.of(this, 0.01, new Sgd.Config(0.9, false, 0)),
                    step -> Examples.of("learn", (int) step, batch),
                    TrainConfig.of(UPDATES, Schedule.constant(), 0, 0), Listener.SILENT).run();
            return this;
        }

        private Tensor loss(Examples batch) {
            return Losses.crossEntropy(forward(batch.images()), batch.classes());
        }

        int errors() {
            Examples test = Examples.of("test", 0, TESTS);
            int[] guesses = forward(test.images()).argmax(-1).values(), classes = test.classes().values();
            int errors = 0;
            for (int i = 0; i < TESTS; i++) {
                errors += guesses[i] == classes[i] ? 0 : 1;
            }
            return errors;
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("first", first).add("firstNorm", firstNorm).add("second", second).add("secondNorm", secondNorm)
                    .add("head", head);
        }
    }

    private record Examples(Tensor images, Indices classes) {
        static Examples of(String set, int step, int count) {
            var random = new SplittableRandom(set.hashCode() * 31L + step);
            int[] classes = new int[count];
            for (int i = 0; i < count; i++) {
                classes[i] = random.nextInt(CLASSES);
            }
            var all = Indices.of(classes, count);
            return new Examples(images(set, step, all), all);
        }

        /// The pattern of each class with noise, each image with a contrast of its own.
        private static Tensor images(String set, int step, Indices classes) {
            int count = classes.values().length;
            Tensor patterns = Numbers.normal("patterns", CLASSES, SIDE * SIDE).take(classes, 0);
            Tensor noise = Numbers.normal(set + step, count, SIDE * SIDE).multiply((float) NOISE);
            Tensor contrasts = Numbers.normal(set + step + "contrast", count, 1).exp();
            return patterns.add(noise).multiply(contrasts).reshape(count, 1, SIDE, SIDE);
        }
    }
}
