package norma.nn;

import java.util.Optional;
import norma.kernel.Window;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Convolution of series with a learned kernel: [Conv2d] on images of one row.
///
///     y[n, o, i] = b[o] + sum over c, t of w[o, c, t] x[n, c, i stride - padding + t dilation]
///
/// Shapes: x (N, C, T), w (O, C / G, K), b (O), y (N, O, outputs). With G groups output channels see the input channels
/// of their own group only.
///
/// @param weight w
/// @param bias b
/// @param window how the kernel goes along the series
/// @param groups G
public record Conv1d(Weight weight, Optional<Param> bias, Window window, int groups) implements Layer {

    /// A layer with the first values of [#of(Init, int, int, Window)], of the thread's next seed.
    public static Conv1d of(int in, int out, Window window) {
        return of(Init.next(), in, out, window);
    }

    /// A kernel with w of N(0, 2 / (inputs of an output)) and b of zeros, as of [Conv2d].
    public static Conv1d of(Init init, int in, int out, Window window) {
        return of(init, in, out, window, 1);
    }

    /// The same with G = `groups`.
    public static Conv1d of(Init init, int in, int out, Window window, int groups) {
        int depth = Conv2d.groupChannels("Conv1d", in, out, groups) * window.size();
        Param weight = init.normal("weight", Math.sqrt(2.0 / Math.max(1, depth)), out, in / groups, window.size());
        return new Conv1d(weight, Optional.of(Init.constant(0, out)), window, groups);
    }

    /// The same with another w.
    public Conv1d with(Weight other) {
        return new Conv1d(other, bias, window, groups);
    }

    /// The same with another b.
    public Conv1d withBias(Param other) {
        return new Conv1d(weight, Optional.of(other), window, groups);
    }

    /// The same without b: for layers that a norm follows.
    public Conv1d withoutBias() {
        return new Conv1d(weight, Optional.empty(), window, groups);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor w = weight.value();
        requireShapes(x.shape(), w.shape());
        Tensor rows = x.reshape(x.dim(0), x.dim(1), 1, x.dim(2)), kernel = w.reshape(w.dim(0), w.dim(1), 1, w.dim(2));
        Window one = Window.of(1);
        Tensor y = bias.isPresent() ? Conv2d.apply(rows, kernel, bias.get().value(), one, window, groups)
                : Conv2d.apply(rows, kernel, one, window, groups);
        return y.reshape(y.dim(0), y.dim(1), y.dim(3));
    }

    private void requireShapes(Shape x, Shape w) {
        if (w.rank() != 3 || x.rank() != 3 || x.dim(1) != w.dim(1) * groups || window.outputs(x.dim(2)) < 1) {
            throw new IllegalArgumentException(
                    ("Conv1d: x must be (N, C, T) with C = %d and T long enough for the window, and the weight (O, C / G, K);"
                            + " got x %s, weight %s, %s and G = %d; are the channels of x on axis 1?")
                            .formatted(w.rank() == 3 ? w.dim(1) * groups : -1, x, w, window, groups));
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("weight", weight).add("bias", bias);
    }
}
