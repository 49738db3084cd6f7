package norma.norm.channel;

import static norma.nn.ParameterCheck.assertFusedIsComposed;
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
import static org.junit.jupiter.api.Assertions.assertTrue;

import norma.catalogue.Norms;
import norma.nn.Init;
import norma.norm.feature.AdaptiveNormFormer;
import norma.norm.feature.AdaptiveNormFormer.Options;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptiveImageNormTest {
    private static final int C = 6;

    private static AdaptiveImageNorm norm(boolean spatial) {
        return AdaptiveImageNorm.of(new Init(1), C, 2, Options.of(false, C), spatial);
    }

    private static AdaptiveImageNorm moved(boolean spatial) {
        return shaken(norm(spatial), 2, 0.3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void atFirstItIsAGroupNorm(boolean spatial) {
        for (int[] dims : new int[][] {{2, C, 1, 1}, {2, C, 5, 7}, {1, C, 17, 19}, {1, C, 32, 32}, {1, C, 3, 100},
                {0, C, 4, 4}}) {
            Tensor x = normal(3, dims);
            assertBits(GroupNorm.plain(C, 2).forward(x), norm(spatial).forward(x).detach());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gradients(boolean spatial) {
        AdaptiveImageNorm norm = moved(spatial);
        for (int[] dims : new int[][] {{2, C, 2, 3}, {1, C, 17, 16}}) {
            Tensor x = normal(4, dims);
            assertGradients("image " + x.shape(), xs -> norm.forward(xs[0]), x);
            assertParameterGradients("image " + x.shape(), norm, () -> norm.forward(x));
            assertFusedIsComposed("image", () -> norm.forward(normal(5, dims).variable()));
        }
    }

    /// Gain and bias, from y at two values of xhat, are the same all over a cell.
    @Test
    void aCellHasOneGainAndOneBias() {
        AdaptiveImageNorm norm = moved(true);
        Tensor x = normal(6, 1, C, 24, 17), xhat = norm.base().forward(x), y = norm.forward(x).detach();
        for (int c = 0; c < C; c++) {
            for (int row = 0; row < 8; row++) {
                // columns 3, 4 of 17 lie in cell 1; rows 3 r .. 3 r + 2 of 24 in cell r
                double[] gains = new double[2];
                for (int k = 0; k < 2; k++) {
                    int at = c * 24 * 17 + (3 * row + k) * 17 + 3, next = c * 24 * 17 + (3 * row + 2) * 17 + 4;
                    gains[k] = (y.data().get(next) - y.data().get(at))
                            / (xhat.data().get(next) - xhat.data().get(at));
                    double difference = Math.abs(xhat.data().get(next) - xhat.data().get(at));
                    gains[k] = difference < 0.1 ? Double.NaN : gains[k];
                }
                if (!Double.isNaN(gains[0] + gains[1])) {
                    assertEquals(gains[0], gains[1], 1e-4);
                }
            }
        }
    }

    @Test
    void imagesOfManyPixelsAreReadByTheMeansOfTheirCells() {
        AdaptiveImageNorm norm = moved(false);
        Tensor x = normal(7, 2, C, 24, 32), xhat = norm.base().forward(x);
        Tensor means = xhat.reshape(2, C, 8, 3, 8, 4).mean(keepDims(3, 5)).reshape(2, C, 64).transpose(1, 2);
        AdaptiveNormFormer.Affine affine = norm.reader().read(means, norma.nn.Context.NONE);
        Tensor gamma = affine.gamma().mean(keepDims(1)).reshape(2, C, 1, 1),
                beta = affine.beta().mean(keepDims(1)).reshape(2, C, 1, 1);
        assertClose(gamma.multiply(xhat).add(beta).detach(), norm.forward(x).detach(), 2e-6);
    }

    @Test
    void everyPixelMatters() {
        AdaptiveImageNorm norm = moved(true);
        Tensor x = normal(8, 1, C, 4, 4), changed = x.copy();
        changed.data().array()[changed.data().offset() + C * 16 - 1] += 3;
        float first = norm.forward(x).data().get(0), other = norm.forward(changed).data().get(0);
        assertTrue(Math.abs(first - other) > 1e-5, first + " " + other);
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm(true).forward(normal(9, 2, C, 5))),
                "AdaptiveImageNorm", "(2, 6, 5)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm(true).forward(normal(9, 2, 4, 5, 5))),
                "(2, 4, 5, 5)", "6");
        AdaptiveNormFormer causal = AdaptiveNormFormer.of(new Init(1), C, Options.of(true, C));
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new AdaptiveImageNorm(GroupNorm.of(C, 2), causal, true)), "AdaptiveImageNorm", "causal");
        Norms.any("normformer_adaptive_image{groups=2, spatial=false, depth=2, bound=2}", true).create(new Init(1), C);
    }
}
