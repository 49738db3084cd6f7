package norma.nn;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.awayFromZero;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import norma.kernel.Activation;
import norma.kernel.Matrix;
import norma.kernel.Window;
import norma.kernel.contract.Functions;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayersTest {
    private static final int[][] SHAPES = {{5}, {1, 5}, {3, 5}, {2, 3, 5}, {2, 1, 3, 5}, {0, 5}};

    @ParameterizedTest
    @EnumSource(Activation.class)
    void linearIsItsDefinition(Activation f) {
        Tensor w = normal(1, 4, 5), b = normal(2, 4);
        for (int[] dims : SHAPES) {
            Tensor x = normal(3, dims), y = Linear.apply(x, w, b, f);
            assertEquals(x.shape().with(-1, 4), y.shape());
            for (int i = 0; i < y.size(); i++) {
                double sum = b.data().get(i % 4);
                for (int j = 0; j < 5; j++) {
                    sum += (double) x.data().get(i / 4 * 5 + j) * w.data().get(i % 4 * 5 + j);
                }
                assertEquals(Functions.value(f, sum), y.data().get(i), 1e-5);
            }
        }
    }

    /// Rows of x that are one of two, with weights such that no x w + b is near 0, the kink of ReLU.
    @ParameterizedTest
    @EnumSource(Activation.class)
    void derivativesOfLinear(Activation f) {
        for (int[] dims : SHAPES) {
            Tensor x = awayFromZero(4, dims).abs(), b = awayFromZero(5, 4);
            Tensor w = awayFromZero(6, 4, 5).abs().multiply(b.sign().reshape(4, 1));
            String what = f + " " + x.shape();
            assertGradients(what, xs -> Linear.apply(xs[0], xs[1], xs[2], f), x, w, b);
            assertGradients(what + " without bias", xs -> Linear.apply(xs[0], xs[1], f), x, w);
            assertGradients(what + " activation alone", xs -> xs[0].activate(f), x.subtract(0.1f));
        }
        assertGradients("x is w", xs -> Linear.apply(xs[0], xs[0], f), awayFromZero(7, 3, 3).abs());
    }

    @Test
    void reluHasNoSlopeAtZeroWhicheverWayItIsComputed() {
        Tensor x = Tensor.of(Shape.of(3), -1, 0, 2).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = x.relu().sum();
            tape.backward(y);
            assertBits(Tensor.of(x.shape(), 0, 0, 1), tape.gradients(y, x)[0]);
        }
        assertBits(Tensor.of(x.shape(), 0, 0, 1), x.gradient());
    }

    @Test
    void aPackedWeightIsTheSameWeightForGood() {
        Linear plain = Linear.of(new Init(9), 13, 40, 1).then(Activation.GELU_ERF);
        Tensor w = plain.weight().value();
        Linear packed = plain.with(PackedWeight.of(Matrix.of(w.data(), 40, 13)));
        Tensor x = normal(10, 3, 5, 13);
        assertBits(plain.forward(x), packed.forward(x));
        assertBits(w, packed.weight().value());
        assertEquals(List.of("bias"), List.copyOf(ParameterTree.of(packed).params().keySet()));
        assertGradients("behind a packed weight", xs -> packed.forward(xs[0]), x);
        assertSays(assertThrows(IllegalArgumentException.class, () -> packed.forward(normal(11, 5, 4))), "must be 13");
    }

    @Test
    void linearRefusesWhatDoesNotFit() {
        Linear linear = Linear.of(new Init(1), 5, 4, 1);
        assertSays(assertThrows(IllegalArgumentException.class, () -> linear.forward(normal(1, 5, 4))), "Linear",
                "(5, 4)",
                "must be 5", "(4, 5)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> linear.forward(Tensor.scalar(1))), "Linear",
                "()");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Linear.apply(normal(1, 2, 5), normal(2, 4, 5), normal(3, 5))), "bias",
                "(4)", "(5)");
    }

    @Test
    void mlpIsGatedOrNot() {
        var init = new Init(2);
        Mlp plain = Mlp.of(init, 3, 5, Activation.GELU_ERF, 0.7, 0.7);
        Mlp gated = Mlp.gated(init.at("gated"), 3, 5, Activation.SILU, 0.7, 0.7);
        Tensor x = normal(8, 2, 4, 3);
        Tensor hidden = plain.up().forward(x), gate = gated.gate().orElseThrow().forward(x);
        assertClose(plain.down().forward(hidden), plain.forward(x), 1e-6);
        assertClose(gated.down().forward(gate.multiply(gated.up().forward(x))), gated.forward(x), 1e-6);
        assertEquals(3 * 5 + 5 + 5 * 3 + 3, ParameterTree.of(plain).size());
        assertEquals(2 * (3 * 5 + 5) + 5 * 3 + 3, ParameterTree.of(gated).size());
        assertGradients("mlp", xs -> plain.forward(xs[0]), x);
        assertGradients("gated mlp", xs -> gated.forward(xs[0]), x);
        assertBits(plain.down().forward(hidden.multiply(2)), plain.withMiddle(new Doubling()).forward(x));
    }

    private record Doubling() implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.multiply(2);
        }
    }

    @Test
    void headScaleIsAFactorOnEachRun() {
        HeadScale scale =
                new HeadScale(Param.noDecay(Tensor.of(Shape.of(3), 1, -2, 0.5f)), HeadScale.Site.BEFORE_OUT_PROJ);
        Tensor x = normal(9, 2, 6), y = scale.forward(x);
        for (int i = 0; i < x.size(); i++) {
            assertEquals(x.data().get(i) * new float[] {1, -2, 0.5f}[i % 6 / 2], y.data().get(i));
        }
        assertBits(x, HeadScale.of(3, HeadScale.Site.AFTER_OUT_PROJ).forward(x));
        assertThrows(IllegalArgumentException.class, () -> scale.forward(normal(1, 2, 4)));
    }

    @Test
    void dropoutKeepsTheMeanAndForgetsNothing() {
        Tensor x = Tensor.full(Shape.of(40_000), 1);
        try (Tape _ = Tape.training(new BufferPool(), 3)) {
            for (float rate : new float[] {0.1f, 0.5f, 0.9f}) {
                Tensor y = new Dropout(rate).forward(x);
                // five standard deviations of the mean: sqrt(rate / (1 - rate) / 40,000)
                assertEquals(1, y.mean().item(), 5 * Math.sqrt(rate / (1 - rate) / 40_000));
                float kept = 1 / (1 - rate);
                for (float v : y.toArray()) {
                    assertEquals(v == 0 ? 0 : kept, v, 1e-6);
                }
            }
        }
    }

    @Test
    void dropoutIsOnInTrainingOnly() {
        Tensor x = normal(10, 50).variable();
        Dropout dropout = new Dropout(0.5f);
        assertSame(x, dropout.forward(x), "no tape");
        try (Tape _ = Tape.inference(new BufferPool())) {
            assertSame(x, dropout.forward(x), "inference");
        }
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            assertSame(x, Dropout.NONE.forward(x));
            float dropped = dropout.forward(x).equal(Tensor.scalar(0)).sum().item();
            assertTrue(dropped > 10 && dropped < 40, dropped + " of 50 dropped, as happens for one seed in 40,000");
        }
        for (float rate : new float[] {-0.1f, 1, Float.NaN}) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> new Dropout(rate)), "Dropout", "[0, 1)",
                    "" + rate);
        }
    }

    private static Tensor dropped(long seed, int times) {
        try (Tape _ = Tape.training(new BufferPool(), seed)) {
            Tensor y = Tensor.full(Shape.of(64), 1);
            for (int i = 0; i < times; i++) {
                y = new Dropout(0.2f).forward(y);
            }
            return y.copy();
        }
    }

    @Test
    void theMaskIsThatOfTheSeed() {
        assertBits(dropped(1, 3), dropped(1, 3));
        assertNotEquals(Arrays.toString(dropped(1, 1).toArray()), Arrays.toString(dropped(2, 1).toArray()));
        Tensor once = dropped(1, 1), twice = dropped(1, 2);
        assertNotEquals(Arrays.toString(once.multiply(1.25f).toArray()), Arrays.toString(twice.toArray()),
                "two masks in one step");
    }

    @Test
    void theGradientHasTheSameMask() {
        Tensor x = normal(11, 100).variable();
        try (Tape tape = Tape.training(new BufferPool(), 4)) {
            Tensor y = new Dropout(0.3f).forward(x);
            tape.backward(y.sum());
            for (int i = 0; i < 100; i++) {
                assertEquals(y.data().get(i), x.data().get(i) * x.gradient().data().get(i), 1e-6);
            }
        }
        assertGradients("dropout", xs -> new Dropout(0.4f).forward(xs[0].square()), normal(12, 3, 7));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 17})
    void softmaxRowsSumToOneAndShiftsDoNotMatter(int n) {
        Tensor x = normal(13, 4, n).multiply(5);
        Tensor y = x.softmax(-1);
        assertClose(Tensor.full(Shape.of(4, 1), 1), y.sum(keepDims(-1)), 1e-6);
        // 1024 is added exactly to numbers that have ten bits to spare
        Tensor coarse = x.multiply(64).add(12_582_912).subtract(12_582_912).divide(64);
        assertBits(coarse.softmax(-1), coarse.add(1024).softmax(-1));
        assertGradients("softmax", xs -> xs[0].softmax(-1), normal(14, 2, 3, n));
    }

    @Test
    void softmaxOfLargeNumbers() {
        float inf = Float.POSITIVE_INFINITY;
        assertBits(Tensor.of(Shape.of(1, 3), 0.5f, 0, 0.5f),
                Tensor.of(Shape.of(1, 3), 1e30f, -inf, 1e30f).softmax(-1));
        Tensor rows = Tensor.of(Shape.of(2, 2), Float.NaN, 1, 2, 2).softmax(-1);
        assertBits(Tensor.of(Shape.of(2, 2), Float.NaN, Float.NaN, 0.5f, 0.5f), rows);
    }

    @Test
    void embeddingRowsAreScaled() {
        Embedding embedding = Embedding.of(new Init(3), 7, 4, 0.5, 2);
        Tensor table = embedding.table().value();
        Tensor y = embedding.forward(Indices.of(new int[] {6, 0, 6}, 1, 3));
        assertEquals(Shape.of(1, 3, 4), y.shape());
        assertBits(table.slice(0, 6, 7).multiply(2), y.slice(1, 2, 3).reshape(1, 4));
        assertSays(assertThrows(IllegalArgumentException.class, () -> embedding.forward(Indices.of(new int[] {7}, 1))),
                "[0, 7)", "got 7");
    }

    @Test
    void anIdOfAnEmbeddingMayStandForNothing() {
        Embedding embedding = Embedding.of(new Init(3), 4, 3).withPadding(2);
        Indices ids = Indices.of(new int[] {2, 0, 2, 1}, 2, 2);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = embedding.forward(ids);
            assertClose(Tensor.zeros(1, 3), y.reshape(4, 3).slice(0, 2, 3), 0);
            tape.backward(y.square().add(y).sum());
        }
        assertClose(Tensor.zeros(2, 3), embedding.table().value().gradient().slice(0, 2, 4), 0);
        assertSays(assertThrows(IllegalArgumentException.class, () -> embedding.withPadding(4)), "Embedding",
                "[0, 4)", "got 4");
    }

    @Test
    void aSequenceReadsAsItIsMeant() {
        Sequential model = Sequential.of(Conv2d.of(1, 3, Window.of(3)), Activations.relu(),
                MaxPool2d.of(Window.of(2).stride(2)), Flatten.of(), Dropout.of(0.1), Linear.of(12, 5),
                Activations.softplus());
        assertEquals(Shape.of(2, 5), model.forward(normal(1, 2, 1, 6, 6)).shape());
        assertEquals(List.of("0.weight", "0.bias", "5.weight", "5.bias"),
                List.copyOf(ParameterTree.of(model).params().keySet()));
        assertEquals("[relu, leakyRelu(0.1)]",
                Sequential.of(Activations.relu(), Activations.leakyRelu(0.1)).layers().toString());
    }

    @Test
    void flattenKeepsTheFirstAxis() {
        assertEquals(Shape.of(2, 12), Flatten.of().forward(normal(1, 2, 3, 4)).shape());
        assertEquals(Shape.of(0, 12), Flatten.of().forward(normal(1, 0, 3, 4)).shape());
        assertEquals(Shape.of(3, 1), Flatten.of().forward(normal(1, 3)).shape());
        assertSays(assertThrows(IllegalArgumentException.class, () -> Flatten.of().forward(Tensor.scalar(1))),
                "Flatten", "(N, ...)", "()");
    }

    @Test
    void derivativesOfActivationsAsLayers() {
        Tensor x = awayFromZero(1, 3, 5);
        for (Layer f : List.of(Activations.relu(), Activations.gelu(), Activations.silu(), Activations.tanh(),
                Activations.sigmoid(), Activations.leakyRelu(0.2), Activations.softplus(),
                Activations.of(Activation.SELU))) {
            assertGradients(f.toString(), xs -> f.forward(xs[0]), x);
        }
    }

    @Test
    void softplusOfNumbersOfAnySize() {
        Tensor x = Tensor.of(Shape.of(6), -1e4f, -30, -1e-8f, 0, 30, 1e4f);
        double[] want = {0, Math.exp(-30), Math.log(2), Math.log(2), 30, 1e4};
        float[] y = Activations.softplus().forward(x).toArray();
        for (int i = 0; i < y.length; i++) {
            assertEquals(want[i], y[i], 2e-6 * want[i]);
        }
    }
}
