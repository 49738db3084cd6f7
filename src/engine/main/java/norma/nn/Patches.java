package norma.nn;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// What a window sees, in tensor algebra: the definitions of convolution and pooling begin here.
final class Patches {

    private Patches() {
    }

    /// The inputs under each tap of each output, (taps, outputs, N * C), of x (N, C, H, W); 0 outside the plane.
    static Tensor of(Tensor x, WindowGeometry geometry) {
        return taken(x, geometry.taps(), geometry.outPlane(), (tap, output) -> input(geometry, tap, output));
    }

    /// The other way round: the outputs of which each tap sees each input, (taps, inputs, N * C), of x (N, C, outputs);
    /// 0 where there is none.
    static Tensor transposed(Tensor x, WindowGeometry geometry) {
        return taken(x, geometry.taps(), geometry.plane(), (tap, input) -> output(geometry, tap, input));
    }

    private static Tensor taken(Tensor x, int taps, int places, IntBinaryOperator pixel) {
        int planes = x.dim(0) * x.dim(1);
        Tensor pixels = x.reshape(planes, x.dim(2) * x.dim(3)).transpose(0, 1);
        int[] rows = new int[taps * places];
        Arrays.setAll(rows, k -> pixel.applyAsInt(k / places, k % places));
        // the row after the last is for what lies outside
        return Tensor.concat(0, pixels, Tensor.zeros(1, planes)).take(Indices.of(rows, taps, places), 0);
    }

    /// The pixel that a tap of an output sees, or the number of pixels if it lies outside.
    static int input(WindowGeometry z, int tap, int output) {
        int i = z.vertical().input(output / z.outWidth(), tap / z.horizontal().size());
        int j = z.horizontal().input(output % z.outWidth(), tap % z.horizontal().size());
        boolean inside = i >= 0 && i < z.height() && j >= 0 && j < z.width();
        return inside ? i * z.width() + j : z.plane();
    }

    /// The output of which a tap sees a pixel, or the number of outputs if there is none.
    private static int output(WindowGeometry z, int tap, int pixel) {
        int i = output(z.vertical(), z.outHeight(), tap / z.horizontal().size(), pixel / z.width());
        int j = output(z.horizontal(), z.outWidth(), tap % z.horizontal().size(), pixel % z.width());
        return i >= 0 && j >= 0 ? i * z.outWidth() + j : z.outPlane();
    }

    private static int output(Window window, int outputs, int tap, int input) {
        int distance = input - window.input(0, tap);
        boolean seen = distance >= 0 && distance % window.stride() == 0 && distance / window.stride() < outputs;
        return seen ? distance / window.stride() : -1;
    }
}
