package norma.nn;

import java.util.Arrays;
import norma.backend.Backend;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.tensor.Indices;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The largest input under a window that slides over each plane of x (N, C, H, W); padding is never the largest. Of
/// equal inputs the first gets the gradient. With [Window#ceil] the inputs at the end that fill no whole window have one too.
///
/// @param vertical how the window goes down
/// @param horizontal how it goes across
public record MaxPool2d(Window vertical, Window horizontal) implements Layer {

    /// A square window.
    public static MaxPool2d of(Window window) {
        return new MaxPool2d(window, window);
    }

    /// A window that need not be square.
    public static MaxPool2d of(Window vertical, Window horizontal) {
        return new MaxPool2d(vertical, horizontal);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return apply(x, vertical, horizontal);
    }

    /// The pooling as a function.
    public static Tensor apply(Tensor x, Window vertical, Window horizontal) {
        WindowGeometry geometry = Images.pooling("MaxPool2d", x, vertical, horizontal);
        Tensor y = Tensor.empty(Images.outputs(x, geometry)), winners = Tensor.empty(y.shape());
        Backend.kernels().pooling().max(x.dim(0) * x.dim(1), geometry, x.data(), y.data(), winners.data());
        return Tape.record(new Fused(x, geometry, winners), y);
    }

    /// dx = dy where x won.
    ///
    /// @param winners the tap that won, in the shape of y
    record Fused(Tensor x, WindowGeometry geometry, Tensor winners) implements Op.Fused, Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape());
            Backend.kernels().pooling().maxGradient(x.dim(0) * x.dim(1), geometry, dy.data(), winners.data(),
                    dx.data());
            return dx;
        }

        /// The inputs that won, gathered.
        @Override
        public Tensor definition() {
            Tensor pixels =
                    Tensor.concat(0, x.reshape(x.size(), 1), Tensor.full(Shape.of(1, 1), Float.NEGATIVE_INFINITY));
            int[] won = new int[winners.size()];
            float[] taps = winners.toArray();
            Arrays.setAll(won, i -> winner(i, (int) taps[i]));
            return pixels.take(Indices.of(won, won.length), 0).reshape(winners.shape());
        }

        /// The input that output `i` is taken from; padding, if no input is larger than -infinity.
        private int winner(int i, int tap) {
            int pixel = Patches.input(geometry, tap, i % geometry.outPlane());
            return pixel == geometry.plane() ? x.size() : i / geometry.outPlane() * geometry.plane() + pixel;
        }

        @Override
        public String name() {
            return "max pool";
        }
    }
}
