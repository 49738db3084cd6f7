package norma.nn;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import norma.kernel.Window;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Convolution and pooling as layers: derivatives of all orders, definitions, shapes, errors.
class ImagesTest {
    private static final Window THREE = Window.of(3).padding(1);

    @Test
    void derivativesOfConvolution() {
        Tensor x = normal(1, 2, 4, 5, 6), b = normal(2, 6);
        for (int groups : new int[] {1, 2}) {
            Tensor w = normal(3, 6, 4 / groups, 3, 2);
            for (Window down : new Window[] {THREE, THREE.stride(2), Window.of(3).dilation(2)}) {
                Window across = Window.of(2).stride(2).padding(1);
                String what = down + " with groups " + groups;
                assertGradients(what, xs -> Conv2d.apply(xs[0], xs[1], xs[2], down, across, groups), x, w, b);
                assertGradients(what + " without bias",
                        xs -> Conv2d.apply(xs[0], xs[1], down, across, groups), x, w);
            }
        }
        assertGradients("depthwise", xs -> Conv2d.apply(xs[0], xs[1], THREE, THREE, 4), x,
                normal(4, 4, 1, 3, 3));
    }

    @Test
    void derivativesOfTransposedConvolution() {
        Tensor x = normal(1, 2, 4, 3, 4);
        for (int groups : new int[] {1, 2}) {
            Tensor w = normal(3, 4, 6 / groups, 3, 2);
            for (Window down : new Window[] {THREE, THREE.stride(2), Window.of(3).dilation(2)}) {
                Window across = Window.of(2).stride(3).padding(1);
                int more = down.stride() - 1;
                assertGradients("transposed " + down + " with groups " + groups,
                        xs -> ConvTranspose2d.apply(xs[0], xs[1], down, across, more, 2, groups), x, w);
            }
        }
    }

    /// The sum of conv(x) y is that of x conv^T(y).
    @Test
    void transposedConvolutionIsTheTransposeOfConvolution() {
        for (int size : new int[] {3, 13, 17, 63}) {
            for (Window window : new Window[] {THREE, THREE.stride(2), Window.of(2).stride(3).padding(1)}) {
                Tensor w = normal(3, 6, 2, window.size(), window.size()), x = normal(1, 2, 4, size, size);
                Tensor conv = Conv2d.apply(x, w, window, window, 2), y = normal(2, conv.shape().toArray());
                int more = (size + 2 * window.padding() - window.size()) % window.stride();
                Tensor back = ConvTranspose2d.apply(y, w, window, window, more, more, 2);
                assertEquals(x.shape(), back.shape());
                double scale = Math.sqrt(x.size()) * 6;
                assertEquals(conv.multiply(y).sum().item() / scale, x.multiply(back).sum().item() / scale, 1e-5);
            }
        }
    }

    @Test
    void derivativesOfResizing() {
        for (Interpolation f : Interpolation.values()) {
            assertGradients("larger " + f, xs -> Upsample.apply(xs[0].square(), f, 5, 7), normal(1, 2, 2, 3, 2));
            assertGradients("smaller " + f, xs -> Upsample.apply(xs[0].square(), f, 2, 3), normal(2, 1, 2, 5, 4));
        }
    }

    @Test
    void resizingKeepsWhatItCan() {
        Tensor x = normal(1, 2, 3, 5, 4);
        for (Interpolation f : Interpolation.values()) {
            assertBits(x, Upsample.apply(x, f, 5, 4));
            assertBits(x, Upsample.of(f, 1).forward(x));
            assertClose(Tensor.full(Shape.of(1, 1, 13, 17), 0.7f),
                    Upsample.apply(Tensor.full(Shape.of(1, 1, 3, 7), 0.7f), f, 13, 17), 1e-7);
            assertEquals(Shape.of(0, 3, 10, 8), Upsample.of(f, 2).forward(normal(1, 0, 3, 5, 4)).shape());
        }
        // a slope stays one, but at the edges
        Tensor slope = Tensor.of(Shape.of(1, 1, 1, 4), 0, 1, 2, 3);
        assertClose(Tensor.of(Shape.of(1, 1, 1, 8), 0, 0.25f, 0.75f, 1.25f, 1.75f, 2.25f, 2.75f, 3),
                Upsample.apply(slope, Interpolation.BILINEAR, 1, 8), 1e-6);
    }

    @Test
    void derivativesOfPooling() {
        Tensor x = apart(2, 2, 6, 5);
        for (Window window : new Window[] {Window.of(2).stride(2), THREE.stride(2), Window.of(2).dilation(3),
                THREE.stride(2).ceil(true)}) {
            assertGradients("max " + window, xs -> MaxPool2d.of(window).forward(xs[0]), x);
            assertGradients("mean " + window, xs -> AvgPool2d.of(window).forward(xs[0].square()), x);
            assertGradients("mean of inputs " + window,
                    xs -> new AvgPool2d(window, window, false).forward(xs[0].square()), x);
        }
        assertGradients("global", xs -> GlobalAvgPool2d.apply(xs[0].square()), x);
    }

    /// Numbers in disorder that differ by 0.07 at least, more than a gradient check moves them.
    private static Tensor apart(int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 101 % values.length * 0.07f - 5;
        }
        return Tensor.of(Shape.of(dims), values);
    }

    @Test
    void layersAreTheirDefinitions() {
        Tensor x = normal(6, 2, 4, 9, 7).variable();
        Conv2d conv = Conv2d.of(new Init(1), 4, 6, THREE.stride(2), 2);
        ParameterCheck.assertFusedIsComposed("conv", () -> conv.forward(x));
        ParameterCheck.assertFusedIsComposed("depthwise without bias",
                () -> Conv2d.of(new Init(2), 4, 4, THREE, 4).withoutBias().forward(x));
        ParameterCheck.assertFusedIsComposed("max", () -> MaxPool2d.of(THREE.stride(2)).forward(x));
        ParameterCheck.assertFusedIsComposed("mean", () -> AvgPool2d.of(THREE).forward(x));
        ParameterCheck.assertFusedIsComposed("mean of inputs", () -> new AvgPool2d(THREE, THREE, false).forward(x));
        ParameterCheck.assertParameterGradients("conv", conv, () -> conv.forward(x));
        ConvTranspose2d transposed = ConvTranspose2d.of(new Init(3), 4, 6, THREE.stride(2), THREE, 2);
        ParameterCheck.assertFusedIsComposed("transposed", () -> transposed.forward(x));
        ParameterCheck.assertParameterGradients("transposed", transposed, () -> transposed.forward(x));
        Tensor series = x.detach().reshape(2, 4, 63);
        Conv1d line = Conv1d.of(new Init(4), 4, 6, THREE, 2);
        ParameterCheck.assertParameterGradients("series", line, () -> line.forward(series));
        assertEquals(6 * 2 * 9 + 6, ParameterTree.of(conv).size());
    }

    @Test
    void equalInputsGiveTheGradientToTheFirstWhicheverWayItIsComputed() {
        Tensor x = Tensor.zeros(1, 1, 2, 4).variable();
        Tensor first = Tensor.of(Shape.of(1, 1, 2, 4), 1, 0, 1, 0, 0, 0, 0, 0);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = MaxPool2d.of(Window.of(2).stride(2)).forward(x).sum();
            tape.backward(y);
            assertBits(first, tape.gradients(y, x)[0]);
        }
        assertBits(first, x.gradient());
    }

    @Test
    void aSeriesIsAnImageOfOneRow() {
        Tensor x = normal(7, 2, 3, 1, 10), w = normal(8, 5, 3, 1, 4);
        Tensor y = Conv2d.apply(x, w, Window.of(1), Window.of(4).stride(2).padding(1), 1);
        assertEquals(Shape.of(2, 5, 1, 5), y.shape());
    }

    @Test
    void theMeanOfPlanesIsTheLargestWindow() {
        Tensor x = normal(9, 2, 3, 6, 6);
        assertClose(AvgPool2d.of(Window.of(6)).forward(x), GlobalAvgPool2d.apply(x), 1e-6);
        assertEquals(Shape.of(0, 3, 1, 1), GlobalAvgPool2d.apply(normal(9, 0, 3, 6, 6)).shape());
    }

    @Test
    void refuseWhatDoesNotFit() {
        Conv2d conv = Conv2d.of(new Init(1), 3, 4, THREE);
        assertSays(error(() -> conv.forward(normal(1, 2, 5, 5, 3))), "Conv2d", "(N, C, H, W)", "(2, 5, 5, 3)",
                "(4, 3, 3, 3)", "axis 1?");
        assertSays(error(() -> conv.forward(normal(1, 3, 5, 5))), "Conv2d", "(3, 5, 5)");
        assertSays(
                error(() -> Conv2d.apply(normal(1, 1, 3, 5, 5), normal(1, 4, 3, 3, 3), normal(1, 3), THREE, THREE, 1)),
                "bias", "(4)", "(3)");
        assertSays(error(() -> Conv2d.of(new Init(1), 3, 4, Window.of(7)).forward(normal(1, 1, 3, 5, 5))), "Conv2d",
                "fit", "(1, 3, 5, 5)", "pad more?");
        assertSays(error(() -> MaxPool2d.of(Window.of(2).padding(2)).forward(normal(1, 1, 3, 5, 5))), "MaxPool2d",
                "half", "padding=2");
        assertSays(error(() -> AvgPool2d.of(Window.of(2)).forward(normal(1, 3, 5, 5))), "AvgPool2d", "(3, 5, 5)");
        assertSays(error(() -> Conv2d.of(new Init(1), 3, 4, THREE, 2)), "Conv2d", "groups must divide");
        assertSays(error(() -> Conv1d.of(new Init(1), 3, 4, THREE).forward(normal(1, 3, 5))), "Conv1d", "(N, C, T)",
                "C = 3", "(3, 5)");
        assertSays(error(() -> Conv1d.of(new Init(1), 3, 4, Window.of(7)).forward(normal(1, 1, 3, 5))), "Conv1d",
                "long enough", "(1, 3, 5)");
        ConvTranspose2d transposed = ConvTranspose2d.of(new Init(1), 3, 4, THREE.stride(2));
        assertSays(error(() -> transposed.forward(normal(1, 2, 5, 5, 3))), "ConvTranspose2d", "(2, 5, 5, 3)",
                "axis 1?");
        assertSays(error(() -> transposed.withOutputPadding(2, 0)), "less than the stride", "got 2");
        assertSays(error(() -> ConvTranspose2d.of(new Init(1), 3, 4, Window.of(1).padding(1))
                .forward(normal(1, 1, 3, 1, 1))), "ConvTranspose2d", "axis 2", "pad less?");
        assertSays(error(() -> Upsample.of(Interpolation.NEAREST, 0)), "Upsample", "factor", "got 0");
        assertSays(error(() -> Upsample.of(Interpolation.NEAREST, 2).forward(normal(1, 3, 5, 5))), "Upsample",
                "(3, 5, 5)");
        assertSays(error(() -> Upsample.apply(normal(1, 1, 1, 2, 2), Interpolation.BILINEAR, 0, 3)), "got 0 and 3");
    }

    private static Throwable error(Runnable wrong) {
        return assertThrows(IllegalArgumentException.class, wrong::run);
    }
}
