package norma.norm;

import static norma.nn.ParameterCheck.assertFusedIsComposed;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.awayFromZero;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import norma.nn.AlphaDropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Selu;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Networks that normalize themselves.
class SeluTest {
    private static final Selu SELU = new Selu();

    @Test
    void valuesOfPyTorch() {
        Tensor x = Tensor.of(Shape.of(7), -20, -3, -0.5f, 0, 1e-4f, 0.5f, 3);
        Tensor y = Tensor.of(Shape.of(7), -1.758099f, -1.670569f, -0.691758f, 0, 1.0507e-4f, 0.525351f, 3.152103f);
        assertClose(y, SELU.forward(x), 1e-6);
    }

    @Test
    void gradients() {
        assertGradients("selu", xs -> SELU.forward(xs[0]), awayFromZero(1, 4, 9));
        assertFusedIsComposed("selu", () -> SELU.forward(normal(2, 3, 17).multiply(4).variable()));
        Tensor zero = Tensor.zeros(3).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(SELU.forward(zero).sum());
        }
        assertClose(Tensor.full(Shape.of(3), 1.7580993f), zero.gradient(), 1e-6);
    }

    private static void assertNormalized(Tensor x, double tolerance) {
        assertEquals(0, x.mean().item(), tolerance);
        assertEquals(1, x.square().mean().item() - Math.pow(x.mean().item(), 2), tolerance);
    }

    @Test
    void thirtyLayersLaterMeanAndVarianceAreStillZeroAndOne() {
        Tensor x = normal(3, 64, 256);
        for (int i = 0; i < 30; i++) {
            x = Selu.linear(new Init(i), 256, 256).forward(x);
        }
        assertNormalized(x, 0.1);
        Tensor shifted = normal(4, 64, 256).multiply(1.3f).add(0.2f);
        for (int i = 0; i < 30; i++) {
            shifted = Selu.linear(new Init(i), 256, 256).forward(shifted);
        }
        assertNormalized(shifted, 0.1);
    }

    @Test
    void alphaDropoutKeepsMeanAndVariance() {
        Tensor x = normal(5, 400, 256);
        Layer dropout = new AlphaDropout(0.3f);
        assertBits(x, dropout.forward(x));
        try (Tape _ = Tape.training(new BufferPool(), 7)) {
            Tensor y = dropout.forward(x);
            assertNormalized(y, 0.02);
            // a (d - 0.3 d): what all dropped elements become
            double d = -1.7580993, a = 1 / Math.sqrt(0.7 * (1 + 0.3 * d * d));
            Tensor dropped = y.subtract((float) (a * 0.7 * d)).abs();
            assertEquals(0.3, Tensor.scalar(1e-5f).greater(dropped).mean().item(), 0.01);
            assertBits(x, new AlphaDropout(0).forward(x));
        }
        assertGradients("alpha dropout", xs -> dropout.forward(xs[0]), normal(6, 5, 7));
        for (float rate : new float[] {-0.1f, 1, Float.NaN}) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> new AlphaDropout(rate)), "AlphaDropout",
                    Float.toString(rate));
        }
    }
}
