package norma.nn;

import java.util.Arrays;
import norma.kernel.WindowGeometry;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// What a window sees, in tensor algebra: the definitions of convolution and pooling begin here.
final class Patches {

    private Patches() {
    }

    /// The inputs under each tap of each output, (taps, outputs, N * C), of x (N, C, H, W); 0 outside the plane.
    static Tensor of(Tensor x, WindowGeometry geometry) {
        int planes = x.dim(0) * x.dim(1);
        Tensor pixels = x.reshape(planes, geometry.plane()).transpose(0, 1);
        return Tensor.concat(0, pixels, Tensor.zeros(1, planes)).take(inputs(geometry), 0);
    }

    /// Which row of a plane's pixels a tap of an output sees; the row after the last is for what lies outside.
    private static Indices inputs(WindowGeometry z) {
        int[] inputs = new int[z.taps() * z.outPlane()];
        Arrays.setAll(inputs, k -> input(z, k / z.outPlane(), k % z.outPlane()));
        return Indices.of(inputs, z.taps(), z.outPlane());
    }

    /// The pixel that a tap of an output sees, or the number of pixels if it lies outside.
    static int input(WindowGeometry z, int tap, int output) {
        int i = z.vertical().input(output / z.outWidth(), tap / z.horizontal().size());
        int j = z.horizontal().input(output % z.outWidth(), tap % z.horizontal().size());
        boolean inside = i >= 0 && i < z.height() && j >= 0 && j < z.width();
        return inside ? i * z.width() + j : z.plane();
    }
}
