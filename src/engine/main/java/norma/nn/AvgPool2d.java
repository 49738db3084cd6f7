package norma.nn;

import norma.backend.Backend;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.PoolingKernel;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The mean of the inputs under a window that slides over each plane of x (N, C, H, W). With [Window#ceil] windows may reach beyond
/// the padding; what lies there never counts.
///
/// @param vertical how the window goes down
/// @param horizontal how it goes across
/// @param countPadding whether padding counts as inputs of 0, or not at all
public record AvgPool2d(Window vertical, Window horizontal, boolean countPadding) implements Layer {

    /// A square window; padding counts.
    public static AvgPool2d of(Window window) {
        return new AvgPool2d(window, window, true);
    }

    /// A window that need not be square; padding counts.
    public static AvgPool2d of(Window vertical, Window horizontal) {
        return new AvgPool2d(vertical, horizontal, true);
    }

    /// The same where padding counts as inputs of 0, or not at all.
    public AvgPool2d withCountPadding(boolean counts) {
        return new AvgPool2d(vertical, horizontal, counts);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return apply(x, vertical, horizontal, countPadding);
    }

    /// The pooling as a function.
    public static Tensor apply(Tensor x, Window vertical, Window horizontal, boolean countPadding) {
        WindowGeometry geometry = Images.pooling("AvgPool2d", x, vertical, horizontal);
        Tensor y = Tensor.empty(Images.outputs(x, geometry));
        Backend.kernels().pooling().mean(x.dim(0) * x.dim(1), geometry, countPadding, x.data(), y.data());
        return Tape.record(new Fused(x, geometry, countPadding), y);
    }

    /// dx = the sum over the windows that see the input of dy over the number of inputs.
    record Fused(Tensor x, WindowGeometry geometry, boolean countPadding) implements Op.Fused, Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape());
            Backend.kernels().pooling().meanGradient(x.dim(0) * x.dim(1), geometry, countPadding, dy.data(), dx.data());
            return dx;
        }

        @Override
        public Tensor definition() {
            float[] counts = new float[geometry.outPlane()];
            PoolingKernel.counts(geometry, countPadding, counts);
            Tensor sums = Patches.of(x, geometry).sum(0).reshape(geometry.outPlane(), x.dim(0) * x.dim(1));
            return sums.transpose(0, 1).divide(Tensor.adopt(Shape.of(geometry.outPlane()), counts))
                    .reshape(Images.outputs(x, geometry));
        }

        @Override
        public String name() {
            return "average pool";
        }
    }
}
