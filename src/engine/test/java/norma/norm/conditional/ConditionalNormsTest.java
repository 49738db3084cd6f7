package norma.norm.conditional;

import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.ids;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import norma.kernel.Activation;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Interpolation;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Upsample;
import norma.norm.Norm;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.InstanceNorm;
import norma.norm.feature.AdaNorm;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.norm.feature.SeedNorm;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Norms whose gain depends on something: on a second input, or on x itself.
class ConditionalNormsTest {
    /// The same first values for whatever is made alike.
    private static Init init() {
        return new Init(1);
    }

    // ---- Gain and bias from a vector ----

    @Test
    void filmBeginsAsTheIdentity() {
        Film film = Film.of(init(), 3, 5);
        for (Tensor x : new Tensor[] {normal(2, 4, 3), normal(2, 4, 3, 2, 2)}) {
            assertBits(x, film.forward(x, normal(3, 4, 5)).detach());
        }
    }

    @Test
    void filmIsItsFormula() {
        Film film = shaken(Film.of(init(), 3, 5), 4, 0.5);
        Tensor x = normal(5, 4, 3, 2), c = normal(6, 4, 5), both = film.condition().forward(c).detach();
        Tensor y = film.forward(x, c).detach();
        for (int i = 0; i < x.size(); i++) {
            int n = i / 6, channel = i / 2 % 3;
            float expected =
                    (1 + both.data().get(6 * n + channel)) * x.data().get(i) + both.data().get(6 * n + 3 + channel);
            assertEquals(expected, y.data().get(i), 2e-6);
        }
        assertGradients("film", xs -> film.forward(xs[0], xs[1]), x, c);
        assertParameterGradients("film", film, () -> film.forward(x, c));
        assertSays(assertThrows(IllegalArgumentException.class, () -> film.forward(normal(7, 4, 5), c)), "Film",
                "(N, 3",
                "(4, 5)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> film.forward(normal(7, 2, 3), c)), "Film",
                "(2, 3)", "(4, 5)");
    }

    @Test
    void adaptiveLayerNormBeginsAsALayerNorm() {
        AdaLayerNorm norm = AdaLayerNorm.of(init(), 6, 5);
        Tensor x = normal(8, 2, 3, 6), c = normal(9, 2, 5);
        assertBits(LayerNorm.plain(6).withEps(AdaLayerNorm.EPS).forward(x), norm.forward(x, c).detach());
        AdaLayerNorm moved = shaken(norm, 10, 0.5);
        assertGradients("adaLN", xs -> moved.forward(xs[0], xs[1]), x, c);
        assertParameterGradients("adaLN", moved, () -> moved.forward(x, c));
        assertClose(moved.forward(x, c).detach().slice(0, 1, 2).copy(),
                moved.forward(x.slice(0, 1, 2), c.slice(0, 1, 2)).detach(), 1e-6);
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(11, 3, 3, 6), c)),
                "AdaLayerNorm",
                "(3, 3, 6)", "(2, 6)");
    }

    @Test
    void adaptiveLayerNormZeroBeginsAsTheIdentity() {
        Mlp mlp = Mlp.of(init(), 6, 8, Activation.GELU_ERF, 0.5, 0.5);
        AdaLayerNormZero block = AdaLayerNormZero.of(init(), mlp, 6, 5);
        Tensor x = normal(12, 2, 3, 6), c = normal(13, 2, 5);
        assertBits(x, block.forward(x, c, Context.NONE).detach());
        AdaLayerNormZero moved = shaken(block, 14, 0.3);
        assertGradients("adaLN-Zero", xs -> moved.forward(xs[0], xs[1], Context.NONE), x, c);
        assertParameterGradients("adaLN-Zero", moved, () -> moved.forward(x, c, Context.NONE));
    }

    // ---- From a class, an image, a map ----

    @Test
    void conditionalBatchNormOfOneClassIsABatchNorm() {
        ConditionalBatchNorm norm = shaken(ConditionalBatchNorm.of(2, 3), 15, 0.5);
        Tensor x = normal(16, 5, 2, 3, 2);
        Param gamma = Param.noDecay(norm.gamma().table().value().slice(0, 1, 2).reshape(2).copy());
        Param beta = Param.noDecay(norm.beta().table().value().slice(0, 1, 2).reshape(2).copy());
        var batch = new BatchNorm(2, Optional.of(gamma), Optional.of(beta), ((BatchNorm) norm.norm()).running(),
                BatchNorm.EPS, false);
        assertClose(batch.forward(x).detach(), norm.forward(x, Indices.of(new int[] {1, 1, 1, 1, 1}, 5)).detach(),
                2e-6);
        Indices classes = ids(17, 3, 5);
        assertGradients("conditional batch norm", xs -> norm.forward(xs[0], classes), x);
        // each of the three is there: a class that is not has no gradient but zeros
        assertParameterGradients("conditional batch norm", norm,
                () -> norm.forward(x, Indices.of(new int[] {0, 1, 2, 1, 0}, 5)));
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(x, ids(18, 3, 4))),
                "ConditionalBatchNorm", "(5, 2, 3, 2)", "4");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> norm.forward(x, Indices.of(new int[] {0, 1, 2, 3, 0}, 5))), "ConditionalBatchNorm", "[0, 3)");
    }

    @Test
    void contentGetsTheStatisticsOfTheStyle() {
        Tensor content = normal(19, 2, 3, 4, 5).multiply(3).add(1),
                style = normal(20, 2, 3, 2, 7).multiply(2).subtract(4);
        var norm = new AdaIn(AdaIn.EPS, true);
        Tensor y = norm.forward(content, style);
        assertClose(style.mean(keepDims(2, 3)), y.mean(keepDims(2, 3)), 1e-5);
        assertClose(variance(style), variance(y), 1e-3);
        assertClose(content, norm.forward(content, content), 1e-5);
        assertGradients("adain", xs -> norm.forward(xs[0], xs[1]), content, style);
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(content, normal(21, 2, 3, 1, 1))),
                "AdaIn", "(2, 3, 4, 5)", "(2, 3, 1, 1)");
    }

    private static Tensor variance(Tensor x) {
        int n = x.dim(2) * x.dim(3);
        return x.subtract(x.mean(keepDims(2, 3))).square().sum(keepDims(2, 3)).divide(n - 1);
    }

    @Test
    void mapsAreBroughtToTheSizeOfTheImage() {
        Tensor map = Tensor.of(Shape.of(1, 1, 2, 3), 1, 2, 3, 4, 5, 6);
        assertBits(Tensor.of(Shape.of(1, 1, 4, 3), 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6),
                Upsample.apply(map, Interpolation.NEAREST, 4, 3));
        assertBits(Tensor.of(Shape.of(1, 1, 1, 2), 1, 2), Upsample.apply(map, Interpolation.NEAREST, 1, 2));
        assertBits(map, Upsample.apply(map, Interpolation.NEAREST, 2, 3));
        Tensor two = normal(22, 2, 3, 4, 4), small = Upsample.apply(two, Interpolation.NEAREST, 2, 2);
        for (int plane = 0; plane < 6; plane++) {
            assertEquals(two.data().get(16 * plane + 10), small.data().get(4 * plane + 3));
        }
    }

    @Test
    void spadeIsTheNormWhereTheMapSaysNothing() {
        Spade spade = Spade.of(init(), InstanceNorm.of(2), 2, 3, 4);
        Tensor x = normal(23, 2, 2, 4, 4), map = normal(24, 2, 3, 2, 2);
        assertBits(InstanceNorm.of(2).forward(x), spade.forward(x, Tensor.zeros(2, 3, 2, 2)).detach());
        Spade moved = shaken(spade, 25, 0.2);
        moved.shared().bias().orElseThrow().value().fill(6); // away from the kink of the ReLU
        assertParameterGradients("spade", moved, () -> moved.forward(x, map));
        assertSays(assertThrows(IllegalArgumentException.class, () -> spade.forward(x, normal(26, 3, 3, 2, 2))),
                "Spade",
                "(2, 2, 4, 4)", "(3, 3, 2, 2)");
    }

    // ---- From x itself ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void seedNormBeginsAsAnRmsNorm(int heads) {
        SeedNorm norm = SeedNorm.of(8, heads);
        Tensor x = normal(27, 2, 3, 8);
        assertClose(RmsNorm.plain(8).forward(x), norm.forward(x).detach(), 1e-6);
        SeedNorm moved = shaken(norm, 28, 0.3);
        assertGradients("seed norm", xs -> moved.forward(xs[0]), x);
        assertParameterGradients("seed norm", moved, () -> moved.forward(x));
    }

    @Test
    void aHeadOfOneFeatureLooksAtItAlone() {
        SeedNorm norm = shaken(SeedNorm.of(4, 4), 29, 0.3);
        Tensor x = normal(30, 5, 4);
        Tensor gain = x.multiply(norm.beta().value()).tanh().multiply(norm.alpha().value()).add(norm.gamma().value());
        assertClose(RmsNorm.plain(4).forward(x).multiply(gain).detach(), norm.forward(x).detach(), 1e-6);
        assertThrows(IllegalArgumentException.class, () -> SeedNorm.of(8, 3));
    }

    @Test
    void theFactorOfAdaNormIsAConstantToTheGradient() {
        Tensor x = normal(31, 2, 3, 8);
        Tensor xhat = LayerNorm.plain(8).forward(x);
        Tensor factor = xhat.multiply(-0.2f).add(2);
        var norm = new AdaNorm(8, 2, 0.1f, LayerNorm.EPS);
        assertClose(xhat.multiply(factor), norm.forward(x), 1e-6);
        Tensor dy = normal(32, 2, 3, 8);
        assertClose(gradient(LayerNorm.plain(8), x, dy.multiply(factor)), gradient(norm, x, dy), 1e-5);
    }

    private static Tensor gradient(Norm norm, Tensor x, Tensor dy) {
        Tensor variable = x.variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(norm.forward(variable).multiply(dy).sum());
        }
        return variable.gradient();
    }
}
