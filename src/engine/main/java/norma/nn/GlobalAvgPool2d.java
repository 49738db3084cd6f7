package norma.nn;

import norma.kernel.Window;
import norma.tensor.Tensor;

/// The mean of each plane of x: (N, C, H, W) to (N, C, 1, 1).
public record GlobalAvgPool2d() implements Layer {

    /// The layer.
    public static GlobalAvgPool2d of() {
        return new GlobalAvgPool2d();
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return apply(x);
    }

    /// The pooling as a function.
    public static Tensor apply(Tensor x) {
        Images.geometry("GlobalAvgPool2d", x, Window.of(1), Window.of(1));
        return x.reshape(x.dim(0), x.dim(1), x.dim(2) * x.dim(3)).mean(-1).reshape(x.dim(0), x.dim(1), 1, 1);
    }
}
