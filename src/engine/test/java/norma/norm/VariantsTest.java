package norma.norm;

import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import norma.catalogue.Norms;
import norma.nn.Init;
import norma.norm.axis.Moments;
import norma.norm.channel.BatchChannelNorm;
import norma.norm.channel.LayerNorm2d;
import norma.norm.conditional.AdaRmsNorm;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.norm.feature.SimpleNorm;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Norms that are another with one thing changed.
class VariantsTest {

    private static void assertNormGradients(String what, Norm norm, Tensor x) {
        assertGradients(what, xs -> norm.forward(xs[0]), x);
        assertParameterGradients(what, norm, () -> norm.forward(x));
    }

    @Test
    void layerNorm2dIsALayerNormAtEachPosition() {
        LayerNorm2d norm = shaken(LayerNorm2d.of(5), 1, 0.3);
        Tensor x = normal(2, 2, 5, 3, 4), y = norm.forward(x);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 4; j++) {
                Tensor pixel = x.slice(2, i, i + 1).slice(3, j, j + 1).reshape(2, 5);
                // the kernel across channels adds up in another order than that along rows: a bit or two of float
                assertClose(norm.norm().forward(pixel), y.slice(2, i, i + 1).slice(3, j, j + 1).reshape(2, 5), 1e-6);
            }
        }
        assertClose(norm.norm().forward(normal(3, 4, 5)), norm.forward(normal(3, 4, 5)), 1e-6);
        assertNormGradients("layer norm 2d", norm, x);
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(4, 2, 3, 5))), "LayerNorm2d",
                "(2, 3, 5)", "5", "channels on axis 1");
    }

    @Test
    void simpleNormOfMeanZeroIsAnRmsNormButForOneInTheDivisor() {
        SimpleNorm norm = new SimpleNorm(Init.constant(2, 6), 0);
        Tensor x = normal(5, 4, 6), centered = x.subtract(x.mean(keepDims(-1)));
        Tensor expected = RmsNorm.plain(6).withEps(0).forward(centered).multiply((float) (2 * Math.sqrt(5 / 6.0)));
        assertClose(expected, norm.forward(centered).detach(), 1e-6);
        assertClose(x.divide(Moments.of(x, -1).unbiased().sqrt()).multiply(2), norm.forward(x).detach(), 1e-6);
        assertNormGradients("simple norm", shaken(new SimpleNorm(Init.constant(1, 6), 1e-6f), 6, 0.3), x);
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(7, 2, 5))), "SimpleNorm",
                "(2, 5)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> new SimpleNorm(Init.constant(1, 1), 0)),
                "one feature");
    }

    @Test
    void batchChannelNormIsAGroupNormOfABatchNorm() {
        BatchChannelNorm norm = shaken(BatchChannelNorm.of(6, 2), 8, 0.3),
                twin = shaken(BatchChannelNorm.of(6, 2), 8, 0.3);
        Tensor x = normal(9, 5, 6, 3);
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            assertBits(twin.channel().forward(twin.batch().forward(x)), norm.forward(x));
        }
        assertBits(twin.channel().forward(twin.batch().forward(x)), norm.forward(x));
        assertNormGradients("batch channel norm", norm, x);
        assertThrows(IllegalArgumentException.class, () -> BatchChannelNorm.of(6, 4));
    }

    @Test
    void adaptiveRmsNormBeginsAsItsBase() {
        Tensor x = normal(10, 2, 3, 6), c = normal(11, 2, 5);
        for (Norm base : new Norm[] {RmsNorm.plain(6), LayerNorm.plain(6)}) {
            AdaRmsNorm norm = AdaRmsNorm.of(new Init(1), base, 6, 5);
            assertBits(base.forward(x), norm.forward(x, c).detach());
            AdaRmsNorm moved = shaken(norm, 12, 0.5);
            Tensor gain = moved.gain().forward(c).add(1).reshape(2, 1, 6);
            assertClose(base.forward(x).multiply(gain).detach(), moved.forward(x, c).detach(), 1e-6);
            assertGradients("adaptive", xs -> moved.forward(xs[0], xs[1]), x, c);
            assertParameterGradients("adaptive", moved, () -> moved.forward(x, c));
            assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(13, 3, 3, 6), c)),
                    "AdaRmsNorm", "(3, 3, 6)", "(2, 6)");
        }
        assertEquals(7, ((AdaRmsNorm) Norms.any("ada_rms_norm{features=7, base=layer}", false).create(new Init(1), 6))
                .gain().weight().shape().dim(1));
    }
}
