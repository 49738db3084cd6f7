package norma.norm.weight;

import static norma.nn.ParameterCheck.assertFusedIsComposed;
import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import norma.kernel.Activation;
import norma.kernel.Window;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Weights that are computed: what each reparametrization leaves unchanged, and how layers use them.
class ReparametrizationTest {
    /// The same first values for whatever is made alike.
    private static Init init() {
        return new Init(1);
    }

    private record Form(String name, Function<Weight, Reparametrization> on) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Form> forms() {
        return Stream.of(new Form("weight norm", WeightNorm::of),
                new Form("weight norm, one length", WeightNorm::whole),
                new Form("centered weight norm", CenteredWeightNorm::of),
                new Form("standardization", WeightStandardization::of),
                new Form("unbiased standardization", WeightStandardization::unbiased),
                new Form("scaled standardization", w -> WeightStandardization.scaled(w, 1.7139f)),
                new Form("fix norm", w -> FixNorm.of(w, 2)), new Form("spectral norm", w -> SpectralNorm.of(init(), w)),
                new Form("sigma reparam", w -> SigmaReparam.of(init(), w)),
                new Form("both", w -> WeightNorm.of(WeightStandardization.of(w))));
    }

    private static Param weight(int... dims) {
        return Param.weight(normal(2, dims));
    }

    // ---- On layers ----

    @ParameterizedTest
    @MethodSource("forms")
    void gradients(Form form) {
        Linear linear = Linear.of(init(), 6, 4, 1);
        Conv2d conv = Conv2d.of(init(), 2, 3, Window.of(2));
        Tensor rows = normal(3, 5, 6), images = normal(4, 2, 2, 4, 3);
        checkGradients(form, linear.with(form.on().apply(linear.weight())), rows);
        if (!form.name().equals("fix norm")) {
            checkGradients(form, conv.with(form.on().apply(conv.weight())), images);
        }
    }

    private static void checkGradients(Form form, Layer layer, Tensor x) {
        // a shaken u is no singular vector, and then the gradient is not the derivative
        boolean spectral = form.name().matches("spectral norm|sigma reparam");
        Layer ready = spectral ? layer : shaken(layer, 5, 0.2);
        assertParameterGradients(form + " " + layer, ready, () -> ready.forward(x));
        assertFusedIsComposed(form + " " + layer, () -> ready.forward(x));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void bakedIsTheSame(Form form) {
        Linear plain = Linear.of(init(), 6, 4, 1);
        Linear learning = plain.with(form.on().apply(plain.weight()));
        Linear learned = learning.with(learning.weight().materialized());
        Tensor x = normal(6, 3, 6);
        assertBits(learning.forward(x), learned.forward(x));
        assertEquals(List.of("weight", "bias"), List.copyOf(ParameterTree.of(learned).params().keySet()));
        assertEquals(plain.weight().shape(), learning.weight().shape());
        assertNotSame(plain.weight().value().data().array(), learned.weight().value().data().array());
    }

    @Test
    void partsAreListedInsideTheWeight() {
        Linear linear = Linear.of(init(), 6, 4, 1);
        assertEquals(List.of("weight.raw", "weight.gain", "bias"),
                List.copyOf(ParameterTree.of(linear.with(WeightNorm.of(linear.weight()))).params().keySet()));
        assertEquals(List.of("weight.raw.raw", "weight.raw.u", "weight.raw.v", "weight.gamma", "bias"),
                List.copyOf(ParameterTree.of(linear.with(SigmaReparam.of(init(), linear.weight()))).params().keySet()));
        assertEquals(4 * 6 + 4 + 4, ParameterTree.of(linear.with(WeightNorm.of(linear.weight()))).size());
    }

    // ---- Weight norm ----

    @Test
    void weightNormBeginsWithTheWeight() {
        for (int[] dims : new int[][] {{4, 6}, {3, 2, 3, 3}, {1, 1}}) {
            Param v = weight(dims);
            assertClose(v.value().detach(), WeightNorm.of(v).value().detach(), 1e-6);
            assertClose(v.value().detach(), WeightNorm.whole(v).value().detach(), 1e-6);
        }
    }

    @Test
    void weightNormForgetsTheLengthOfV() {
        Param gain = Param.noDecay(normal(7, 4, 1).abs());
        Tensor v = normal(8, 4, 6), w = new WeightNorm(Param.weight(v), gain).value().detach();
        // powers of two change exponents only
        assertBits(w, new WeightNorm(Param.weight(v.multiply(1024)), gain).value().detach());
        assertClose(w, new WeightNorm(Param.weight(v.multiply(3)), gain).value().detach(), 1e-6);
        assertClose(gain.value().detach(), w.square().sum(keepDims(-1)).sqrt(), 1e-6);
    }

    @Test
    void gradientIsOrthogonalToV() {
        Param v = weight(4, 6);
        var norm = WeightNorm.of(v);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(norm.value().multiply(normal(9, 4, 6)).sum());
        }
        assertClose(Tensor.zeros(4, 1), v.value().gradient().multiply(v.value().detach()).sum(keepDims(-1)), 1e-5);
    }

    @Test
    void dataDependentStartGivesMeanZeroAndVarianceOne() {
        Tensor rows = normal(10, 4, 50, 6).multiply(3).add(2);
        Linear linear = WeightNorm.fitted(Linear.of(init(), 6, 4, 5).then(Activation.RELU), rows);
        assertEquals(Activation.RELU, linear.activation());
        assertStandard(linear.then(Activation.IDENTITY).forward(rows).reshape(200, 4), 0);
        Tensor images = normal(11, 8, 2, 5, 4).multiply(3).add(2);
        Conv2d conv = WeightNorm.fitted(Conv2d.of(init(), 2, 3, Window.of(3).padding(1)), images);
        assertStandard(conv.forward(images), 0, 2, 3);
    }

    private static void assertStandard(Tensor y, int... axes) {
        Tensor mean = y.mean(keepDims(axes)).detach();
        assertClose(Tensor.full(mean.shape(), 0), mean, 1e-5);
        assertClose(Tensor.full(mean.shape(), 1), y.detach().subtract(mean).square().mean(keepDims(axes)), 1e-5);
    }

    @Test
    void whatCanNotBeFittedIsNamed() {
        Linear linear = Linear.of(init(), 6, 4, 1);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> WeightNorm.fitted(linear, Tensor.full(Shape.of(3, 6), 1))), "WeightNorm", "vary", "(3, 4)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> WeightNorm.fitted(linear, normal(1, 1, 6))),
                "WeightNorm", "(1, 4)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new WeightNorm(weight(4, 6), Init.constant(1, 4, 2))), "WeightNorm", "(4, 6)", "(4, 2)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new WeightNorm(weight(4, 1), Init.constant(1, 4, 2))), "WeightNorm", "(4, 1)", "(4, 2)");
    }

    // ---- Rows of mean 0 ----

    @Test
    void centeredWeightNormForgetsMeanAndLength() {
        Tensor v = normal(12, 4, 6), w = CenteredWeightNorm.of(Param.weight(v)).value().detach();
        assertClose(w, CenteredWeightNorm.of(Param.weight(v.multiply(3).add(2))).value().detach(), 5e-6);
        assertClose(Tensor.zeros(4, 1), w.sum(keepDims(-1)), 1e-6);
        assertClose(Tensor.full(Shape.of(4, 1), 1), w.square().sum(keepDims(-1)), 1e-6);
    }

    @ParameterizedTest
    @EnumSource(WeightStandardization.Form.class)
    void standardizedWeightsHaveTheVarianceOfTheirForm(WeightStandardization.Form form) {
        Tensor v = normal(13, 3, 2, 3, 3);
        Tensor w = standardized(v, form).reshape(3, 18);
        assertClose(Tensor.zeros(3, 1), w.sum(keepDims(-1)), 1e-5);
        float squares = switch (form) {
            case BIASED -> 18;
            case UNBIASED -> 17;
            case SCALED -> 1;
        };
        assertClose(Tensor.full(Shape.of(3, 1), squares), w.square().sum(keepDims(-1)), 1e-3);
        assertClose(w, standardized(v.multiply(3).add(2), form).reshape(3, 18), 1e-4);
    }

    private static Tensor standardized(Tensor v, WeightStandardization.Form form) {
        return new WeightStandardization(Param.weight(v), form, Optional.empty(), 1, 1e-6f).value().detach();
    }

    // ---- Spectral norm ----

    @Test
    void theLargestSingularValueBecomesOne() {
        Tensor a = normal(14, 5, 1), b = normal(15, 1, 7), v = a.multiply(b);
        float sigma = (float) Math.sqrt(a.square().sum().item() * (double) b.square().sum().item());
        assertClose(v.divide(sigma), SpectralNorm.of(init(), Param.weight(v)).value().detach(), 1e-6);
        for (int[] dims : new int[][] {{5, 7}, {7, 5}, {4, 2, 3, 3}, {6, 1}, {1, 6}}) {
            Param raw = weight(dims);
            var norm = SpectralNorm.of(init(), raw);
            double factor = 1;
            for (int step = 0; step < 300; step++) {
                try (Tape _ = Tape.training(new BufferPool(), 0)) {
                    factor = norm.value().data().get(0) / raw.value().data().get(0);
                }
            }
            assertEquals(largestSingularValue(raw.value()), 1 / factor, 1e-5 / factor, Arrays.toString(dims));
            var reparam = new SigmaReparam(norm, Param.noDecay(Tensor.of(Shape.of(1), 3)));
            assertBits(norm.value().detach().multiply(3), reparam.value().detach());
        }
    }

    private static double largestSingularValue(Tensor w) {
        int rows = w.dim(0), columns = w.size() / rows;
        double[] v = new double[columns];
        Arrays.fill(v, 1);
        double sigma = 0;
        for (int step = 0; step < 2000; step++) {
            double[] next = new double[columns];
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                double dot = 0;
                for (int j = 0; j < columns; j++) {
                    dot += w.data().get(i * columns + j) * v[j];
                }
                for (int j = 0; j < columns; j++) {
                    next[j] += w.data().get(i * columns + j) * dot;
                }
            }
            for (double value : next) {
                squares += value * value;
            }
            sigma = Math.sqrt(Math.sqrt(squares));
            for (int j = 0; j < columns; j++) {
                v[j] = next[j] / Math.sqrt(squares);
            }
        }
        return sigma;
    }

    private static SpectralNorm fresh(Tensor v) {
        Param left = Param.buffer(Tensor.of(Shape.of(4), 0.5f, 0.5f, 0.5f, 0.5f));
        Param right = Param.buffer(Tensor.of(Shape.of(2), 0.6f, 0.8f));
        return new SpectralNorm(Param.weight(v), left, right, 1, SpectralNorm.EPS);
    }

    @Test
    void spectralNormForgetsTheLengthOfV() {
        Tensor v = normal(16, 4, 2);
        assertBits(fresh(v).value().detach(), fresh(v.multiply(8)).value().detach());
    }

    @Test
    void vectorsMoveInTrainingOnly() {
        var norm = fresh(normal(17, 4, 2));
        Tensor before = norm.u().value().copy();
        norm.value();
        try (Tape _ = Tape.inference(new BufferPool())) {
            norm.value();
        }
        assertBits(before, norm.u().value());
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            norm.value();
        }
        assertTrue(before.subtract(norm.u().value()).abs().max(keepDims(0)).item() > 1e-3);
        assertEquals(1, norm.u().value().square().sum().item(), 1e-6);
    }

    @Test
    void aSecondUseLeavesTheGradientOfTheFirstAlone() {
        assertBits(gradientOfFirstUse(1), gradientOfFirstUse(3));
    }

    private static Tensor gradientOfFirstUse(int uses) {
        var norm = fresh(normal(18, 4, 2));
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor first = norm.value();
            for (int i = 1; i < uses; i++) {
                norm.value();
            }
            tape.backward(first.multiply(normal(19, 4, 2)).sum());
        }
        return norm.raw().value().gradient();
    }

    @Test
    void vectorsThatDoNotFitAreRefused() {
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new SpectralNorm(weight(4, 2), Init.constant(1, 3), Init.constant(1, 2), 1, SpectralNorm.EPS)),
                "SpectralNorm", "(4, 2)", "u must be (4)", "(3)");
    }

    // ---- Length and angle ----

    @Test
    void fixedRowsHaveOneLength() {
        Tensor w = FixNorm.of(weight(5, 3), 2.5f).value().detach();
        assertClose(Tensor.full(Shape.of(5, 1), 2.5f), w.square().sum(keepDims(-1)).sqrt(), 1e-6);
    }

    @Test
    void cosinesForgetBothLengths() {
        Tensor x = normal(20, 2, 5, 6), w = normal(21, 4, 6);
        Tensor y = CosineNormalization.of(Param.weight(w)).forward(x).detach();
        assertEquals(Shape.of(2, 5, 4), y.shape());
        assertClose(y, CosineNormalization.of(Param.weight(w.multiply(7))).forward(x.multiply(5)).detach(), 1e-6);
        Tensor self = CosineNormalization.of(Param.weight(w)).forward(w).detach();
        for (int i = 0; i < 4; i++) {
            assertEquals(1, self.data().get(5 * i), 1e-6);
        }
        assertTrue(y.abs().max().item() <= 1 + 1e-6);
    }
}
