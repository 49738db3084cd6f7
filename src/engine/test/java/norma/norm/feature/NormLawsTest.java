package norma.norm.feature;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static norma.tensor.Numbers.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import norma.nn.Init;
import norma.nn.Param;
import norma.norm.Norm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What LayerNorm and RMSNorm must do whatever their kernels look like.
class NormLawsTest {
    private static final float TINY = 1e-12f;

    private static Tensor layerNorm(Tensor x, float eps) {
        return LayerNorm.plain(x.dim(-1)).withEps(eps).forward(x);
    }

    private static Tensor rmsNorm(Tensor x, float eps) {
        return RmsNorm.plain(x.dim(-1)).withEps(eps).forward(x);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 17, 64, 207})
    void invariances(int n) {
        Tensor x = normal(1, 5, n);
        assertClose(layerNorm(x, TINY), layerNorm(x.multiply(3).add(2), TINY), 2e-5);
        assertClose(layerNorm(x, TINY), layerNorm(x.multiply(-3), TINY).negate(), 2e-6);
        assertClose(rmsNorm(x, TINY), rmsNorm(x.multiply(1000), TINY), 2e-6);
        // powers of two change exponents only
        assertBits(rmsNorm(x, 0), rmsNorm(x.multiply(1024), 0));
        assertClose(layerNorm(x, 1e-5f), rmsNorm(x.subtract(x.mean(keepDims(-1))), 1e-5f), 2e-6);
        assertClose(Tensor.zeros(5, 1), layerNorm(x, 1e-5f).mean(keepDims(-1)), 1e-6);
        assertClose(Tensor.full(Shape.of(5, 1), 1), rmsNorm(x, TINY).square().mean(keepDims(-1)), 1e-5);
    }

    private static Tensor gradient(Norm norm, Tensor x, Tensor dy) {
        Tensor variable = x.variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(norm.forward(variable).multiply(dy).sum());
        }
        return variable.gradient();
    }

    @Test
    void rowsOfTheGradientAreOrthogonalToWhatDoesNotMatter() {
        Tensor x = normal(2, 6, 33), dy = normal(3, 6, 33);
        // to shifts: rows of dx sum to 0; to scalings: <dx, x> = 0 but for eps
        assertClose(Tensor.zeros(6, 1), gradient(LayerNorm.plain(33), x, dy).sum(keepDims(-1)), 5e-6);
        assertClose(Tensor.zeros(6, 1), gradient(RmsNorm.plain(33).withEps(TINY), x, dy).multiply(x).sum(keepDims(-1)),
                2e-5);
        assertClose(Tensor.zeros(6, 1),
                gradient(LayerNorm.plain(33).withEps(TINY), x, dy).multiply(x).sum(keepDims(-1)), 2e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 32})
    void derivatives(int n) {
        Tensor gamma = uniform(4, 0.5, 1.5, n), beta = normal(5, n);
        Shape s = Shape.of(n);
        assertGradients("layer norm", x -> LayerNorm.normalize(x[0], s, x[1], x[2], 1e-2f), normal(6, 2, 3, n), gamma,
                beta);
        assertGradients("gain only", x -> LayerNorm.normalize(x[0], s, x[1], null, 1e-2f), normal(7, 4, n), gamma);
        assertGradients("bias only", x -> LayerNorm.normalize(x[0], s, null, x[1], 1e-2f), normal(7, 4, n), beta);
        assertGradients("plain", x -> LayerNorm.apply(x[0], s, 1e-2f), normal(8, n));
        assertGradients("rms norm", x -> RmsNorm.normalize(x[0], s, x[1], 1e-2f), normal(9, 2, 3, n), gamma);
        assertGradients("plain rms norm", x -> RmsNorm.apply(x[0], s, 1e-2f), normal(10, 7, n));
        assertGradients("gain is x", x -> RmsNorm.normalize(x[0], s, x[0], 1e-2f), uniform(11, 0.5, 1.5, n));
    }

    @Test
    void severalAxesAreOneRow() {
        Tensor x = normal(12, 2, 3, 4, 5), gamma = normal(13, 4, 5), beta = normal(14, 4, 5);
        Tensor flat = LayerNorm.normalize(x.reshape(6, 20), Shape.of(20), gamma.reshape(20), beta.reshape(20), 1e-5f);
        assertBits(flat.reshape(2, 3, 4, 5), LayerNorm.normalize(x, Shape.of(4, 5), gamma, beta, 1e-5f));
        assertGradients("two axes", xs -> LayerNorm.normalize(xs[0], Shape.of(4, 5), xs[1], xs[2], 1e-5f), x, gamma,
                beta);
    }

    @ParameterizedTest
    @EnumSource(RmsNorm.Form.class)
    void formsOfRmsNorm(RmsNorm.Form form) {
        Tensor x = normal(15, 3, 8), gamma = uniform(16, 0.5, 1.5, 8);
        var norm = new RmsNorm(Shape.of(8), Optional.of(Param.noDecay(gamma)), 1e-6f, form);
        Tensor gain = form == RmsNorm.Form.UNIT_OFFSET ? gamma.add(1) : gamma;
        assertClose(x.divide(x.square().mean(keepDims(-1)).sqrt()).multiply(gain), norm.forward(x), 1e-5);
        assertGradients("form " + form,
                xs -> new RmsNorm(Shape.of(8), Optional.of(new Param(xs[1], Param.Role.NO_DECAY)), 1e-6f, form)
                        .forward(xs[0]),
                x, gamma);
    }

    // ---- The degenerate inputs ----

    @Test
    void oneFeatureGivesTheBias() {
        Tensor beta = Tensor.of(Shape.of(1), 7);
        var norm = LayerNorm.of(Init.constant(3, 1), Param.noDecay(beta));
        Tensor x = Tensor.of(Shape.of(3, 1), 1, -1e10f, 1e4f + 0.01f);
        assertBits(Tensor.full(Shape.of(3, 1), 7), norm.forward(x));
        assertBits(Tensor.zeros(3, 1), gradient(norm, x, Tensor.full(x.shape(), 1)).abs());
    }

    @Test
    void aRowWithoutVarianceGivesTheBias() {
        for (float value : new float[] {0, 1, 0.1f, -3.3f, 1e4f, 1e20f}) {
            Tensor x = Tensor.full(Shape.of(2, 7), value), beta = normal(17, 7), dy = normal(18, 2, 7);
            var norm = LayerNorm.of(Init.constant(2, 7), Param.noDecay(beta));
            Tensor y = norm.forward(x);
            assertBits(beta.detach(), y.slice(0, 1, 2).reshape(7).copy());
            // dx = (g - mean g) / sqrt(eps): a factor of 316
            Tensor g = dy.multiply(2);
            assertClose(g.subtract(g.mean(keepDims(-1))).divide((float) Math.sqrt(1e-5)), gradient(norm, x, dy), 1e-3);
        }
    }

    @Test
    void aRowOfZerosGivesZeros() {
        Tensor x = Tensor.zeros(2, 5), dy = normal(19, 2, 5), gamma = normal(20, 5);
        var norm = RmsNorm.of(Param.noDecay(gamma));
        assertBits(Tensor.zeros(2, 5), norm.forward(x).abs());
        assertClose(dy.multiply(gamma).multiply(1000), gradient(norm, x, dy), 1e-2);
    }

    @Test
    void nothingInNothingOut() {
        for (int[] dims : new int[][] {{0, 4}, {2, 0, 4}, {3, 0}}) {
            int n = dims[dims.length - 1];
            Tensor x = Tensor.zeros(dims), dy = Tensor.zeros(dims);
            for (Norm norm : new Norm[] {LayerNorm.of(n), RmsNorm.of(n)}) {
                assertBits(x, norm.forward(x));
                assertBits(x, gradient(norm, x, dy));
            }
        }
    }

    @Test
    void nanPoisonsItsOwnRowOnly() {
        Tensor x = normal(21, 3, 40);
        Tensor bad = x.copy();
        bad.data().array()[45] = Float.NaN;
        for (Norm norm : new Norm[] {LayerNorm.of(40), RmsNorm.of(40)}) {
            Tensor good = norm.forward(x), y = norm.forward(bad);
            assertBits(
                    Tensor.concat(0, good.slice(0, 0, 1), Tensor.full(Shape.of(1, 40), Float.NaN), good.slice(0, 2, 3)),
                    y);
            Tensor dx = gradient(norm, bad, Tensor.full(x.shape(), 1));
            assertTrue(Float.isNaN(dx.data().get(40)) && Float.isFinite(dx.data().get(39))
                    && Float.isFinite(dx.data().get(80)));
        }
    }

    @Test
    void infinityPoisonsAsInPyTorch() {
        Tensor x = Tensor.of(Shape.of(1, 3), 1, Float.POSITIVE_INFINITY, -2);
        assertBits(Tensor.full(Shape.of(1, 3), Float.NaN), layerNorm(x, 1e-5f));
        assertBits(Tensor.of(Shape.of(1, 3), 0, Float.NaN, 0), rmsNorm(x, 1e-6f).abs());
    }

    // ---- Accuracy ----

    @ParameterizedTest
    @ValueSource(ints = {17, 768, 2000})
    void offsetsDoNotCostAccuracy(int n) {
        // x = 1e4 +- 0.01: float32 kernels that do not take care are off by 0.1 here
        Tensor x = Tensor.of(Shape.of(3, n), offset(22, 3 * n));
        Tensor y = layerNorm(x, 1e-5f);
        for (int row = 0; row < 3; row++) {
            double mean = 0, var = 0;
            for (int i = 0; i < n; i++) {
                mean += x.data().get(row * n + i) / (double) n;
            }
            for (int i = 0; i < n; i++) {
                var += Math.pow(x.data().get(row * n + i) - mean, 2) / n;
            }
            for (int i = 0; i < n; i++) {
                assertEquals((x.data().get(row * n + i) - mean) / Math.sqrt(var + 1e-5f), y.data().get(row * n + i),
                        1e-6);
            }
        }
    }

    private static float[] offset(long seed, int length) {
        float[] values = uniform(seed, -0.01, 0.01, length).toArray();
        for (int i = 0; i < length; i++) {
            values[i] = (float) (1e4 + values[i]);
        }
        return values;
    }

    @Test
    void squaresMayOverflowFloat() {
        for (float size : new float[] {1e20f, 3e38f, 1e-20f}) {
            Tensor x = Tensor.of(Shape.of(1, 5), size, -size, size, size, -size);
            assertClose(x.sign(), rmsNorm(x, 0), 1e-6);
            Tensor balanced = Tensor.of(Shape.of(1, 4), size, -size, size, -size);
            assertClose(balanced.sign(), layerNorm(balanced, 0), 1e-6);
            float[] dx = gradient(RmsNorm.plain(5).withEps(0), x, normal(23, 1, 5)).toArray();
            for (float v : dx) {
                assertTrue(Float.isFinite(v), Arrays.toString(dx));
            }
        }
    }

    @Test
    void wrongShapesAreNamed() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> LayerNorm.of(768).forward(normal(24, 2, 5))),
                "LayerNorm",
                "last axis", "(2, 5)", "(768)", "transpose x?");
        assertSays(
                assertThrows(IllegalArgumentException.class, () -> RmsNorm.of(2, 3).forward(normal(24, 3, 2))),
                "RMSNorm",
                "last axes", "(3, 2)", "(2, 3)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> LayerNorm.normalize(normal(24, 2, 5), Shape.of(5), normal(25, 4), null, 1e-5f)), "gain", "(5)",
                "(4)");
        assertThrows(IllegalArgumentException.class, () -> LayerNorm.of(1).forward(Tensor.scalar(1)));
    }
}
