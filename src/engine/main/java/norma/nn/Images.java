package norma.nn;

import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What operations on images (N, C, H, W) ask of their input.
final class Images {

    private Images() {
    }

    /// How a window slides over the planes of x.
    static WindowGeometry geometry(String who, Tensor x, Window vertical, Window horizontal) {
        if (x.shape().rank() != 4) {
            throw new IllegalArgumentException(
                    who + ": x must be (N, C, H, W); got " + x.shape() + "; reshape it to four axes");
        }
        if (vertical.outputs(x.dim(2)) < 1 || horizontal.outputs(x.dim(3)) < 1) {
            throw new IllegalArgumentException(
                    "%s: the window must fit into the padded image; got x %s, %s and %s; pad more?"
                            .formatted(who, x.shape(), vertical, horizontal));
        }
        return new WindowGeometry(x.dim(2), x.dim(3), vertical, horizontal);
    }

    /// As [#geometry], for pooling: a window must see an input, which it does if at most half of it is padding.
    static WindowGeometry pooling(String who, Tensor x, Window vertical, Window horizontal) {
        for (Window window : new Window[] {vertical, horizontal}) {
            if (2 * window.padding() > window.size()) {
                throw new IllegalArgumentException(
                        who + ": padding must be at most half of the window; got " + window
                                + "; pad the input instead");
            }
        }
        return geometry(who, x, vertical, horizontal);
    }

    /// (N, C, outputs)
    static Shape outputs(Tensor x, WindowGeometry geometry) {
        return Shape.of(x.dim(0), x.dim(1), geometry.outHeight(), geometry.outWidth());
    }
}
