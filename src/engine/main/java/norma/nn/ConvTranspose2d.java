package norma.nn;

import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The transpose of a convolution, which makes images larger: each input gives the kernel, times its value, to the
/// outputs that a convolution with this kernel would compute it from (Zeiler et al. 2010; Dumoulin & Visin 2016, arXiv
/// 1603.07285).
///
///     y[n, o, i stride - padding + t dilation] = b[o] + sum over c and all (i, t) that lead there of w[c, o, t] x[n, c, i]
///
/// It is computed as the gradient of [Conv2d] for its input, and its own gradient is that convolution. An axis of H
/// inputs has (H - 1) stride - 2 padding + (size - 1) dilation + 1 outputs; a convolution with a stride maps several
/// sizes to one, and output padding, less than the stride, says how much larger than the smallest of them y is.
///
/// Shapes: x (N, C, H, W), w (C, O / G, kernel), b (O), y (N, O, outputs).
///
/// @param weight w
/// @param bias b
/// @param vertical how the kernel goes down
/// @param horizontal how it goes across
/// @param rowsMore output padding: rows of y more than the smallest number
/// @param columnsMore likewise its columns
/// @param groups G
public record ConvTranspose2d(Weight weight, Optional<Param> bias, Window vertical, Window horizontal,
        int rowsMore, int columnsMore, int groups) implements Layer {

    /// Checks the output padding.
    public ConvTranspose2d {
        requireLess(rowsMore, vertical);
        requireLess(columnsMore, horizontal);
    }

    private static void requireLess(int more, Window window) {
        if (more < 0 || more >= window.stride() || window.ceil()) {
            throw new IllegalArgumentException(
                    ("ConvTranspose2d: output padding must be at least 0 and less than the stride, and "
                            + "the window without ceil; got %d and %s").formatted(more, window));
        }
    }

    /// A layer with the first values of [#of(Init, int, int, Window)], of the thread's next seed.
    public static ConvTranspose2d of(int in, int out, Window window) {
        return of(Init.next(), in, out, window);
    }

    /// A square kernel with w of N(0, 2 / (inputs of an output)), where C kernel / stride^2 inputs meet in an output on
    /// average, and b of zeros.
    public static ConvTranspose2d of(Init init, int in, int out, Window window) {
        return of(init, in, out, window, window, 1);
    }

    /// The same with a kernel that need not be square, and G = `groups`.
    public static ConvTranspose2d of(Init init, int in, int out, Window vertical, Window horizontal, int groups) {
        double taps = (double) vertical.size() * horizontal.size() / (vertical.stride() * horizontal.stride());
        double inputs = Conv2d.groupChannels("ConvTranspose2d", in, out, groups) * taps;
        Param weight = init.normal("weight", Math.sqrt(2 / Math.max(1, inputs)), in, out / groups, vertical.size(),
                horizontal.size());
        return new ConvTranspose2d(weight, Optional.of(Init.constant(0, out)), vertical, horizontal, 0, 0, groups);
    }

    /// The same with rows and columns more of y.
    public ConvTranspose2d withOutputPadding(int rows, int columns) {
        return new ConvTranspose2d(weight, bias, vertical, horizontal, rows, columns, groups);
    }

    /// The same with another w.
    public ConvTranspose2d with(Weight other) {
        return new ConvTranspose2d(other, bias, vertical, horizontal, rowsMore, columnsMore, groups);
    }

    /// The same with another b.
    public ConvTranspose2d withBias(Param other) {
        return new ConvTranspose2d(weight, Optional.of(other), vertical, horizontal, rowsMore, columnsMore, groups);
    }

    /// The same without b: for layers that a norm follows.
    public ConvTranspose2d withoutBias() {
        return new ConvTranspose2d(weight, Optional.empty(), vertical, horizontal, rowsMore, columnsMore, groups);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor y = apply(x, weight.value(), vertical, horizontal, rowsMore, columnsMore, groups);
        return bias.isPresent() ? y.add(bias.get().value().reshape(y.dim(1), 1, 1)) : y;
    }

    /// The transposed convolution without b.
    public static Tensor apply(Tensor x, Tensor w, Window vertical, Window horizontal, int rowsMore, int columnsMore,
            int groups) {
        requireShapes(x, w, vertical, horizontal, groups);
        requireLess(rowsMore, vertical);
        requireLess(columnsMore, horizontal);
        int height = outputs(x, 2, vertical, rowsMore), width = outputs(x, 3, horizontal, columnsMore);
        var sizes = new Sizes(x.dim(0), w.dim(1) * groups, w.dim(0), groups,
                new WindowGeometry(height, width, vertical, horizontal));
        Tensor y = Tensor.empty(Shape.of(x.dim(0), sizes.channels(), height, width));
        Backend.kernels().convolution().inputGradient(sizes, x.data(), w.data(), y.data());
        return Tape.record(new Fused(x, w, sizes), y);
    }

    /// Outputs on an axis: a convolution of so many would have as many outputs as x has elements there.
    private static int outputs(Tensor x, int axis, Window window, int more) {
        int outputs = (x.dim(axis) - 1) * window.stride() - 2 * window.padding() + window.reach() + 1 + more;
        if (outputs < 1 || window.outputs(outputs) != x.dim(axis)) {
            throw new IllegalArgumentException(
                    "ConvTranspose2d: axis %d of x must lead to an output at least; got x %s, %s and output padding %d; pad less?"
                            .formatted(axis, x.shape(), window, more));
        }
        return outputs;
    }

    private static void requireShapes(Tensor x, Tensor w, Window vertical, Window horizontal, int groups) {
        if (x.shape().rank() != 4 || w.shape().rank() != 4 || groups < 1 || x.dim(1) != w.dim(0)
                || w.dim(0) % groups != 0 || w.dim(2) != vertical.size() || w.dim(3) != horizontal.size()) {
            throw new IllegalArgumentException(
                    ("ConvTranspose2d: x must be (N, C, H, W) and the weight (C, O / G, %d, %d), with C divisible by the number"
                            + " of groups G = %d; got x %s, weight %s; are the channels of x on axis 1?")
                            .formatted(vertical.size(), horizontal.size(), groups, x.shape(), w.shape()));
        }
    }

    /// dx = dy convolved with w, dw = x times the patches of dy.
    ///
    /// @param sizes of the convolution from y to x
    record Fused(Tensor x, Tensor w, Sizes sizes) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {x, w};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            var convolution = Backend.kernels().convolution();
            Tensor dx = null;
            if (x.tracked()) {
                dx = Tensor.empty(x.shape());
                convolution.forward(sizes, dy.data(), w.data(), null, dx.data());
            }
            Tensor dw = null;
            if (w.tracked()) {
                dw = Tensor.empty(w.shape());
                convolution.weightGradient(sizes, dy.data(), x.data(), dw.data());
            }
            return new Tensor[] {dx, dw};
        }

        /// w times the matrix of the inputs that reach each output, group by group.
        @Override
        public Tensor definition() {
            int n = sizes.batch(), groups = sizes.groups(), plane = sizes.geometry().plane();
            int taps = sizes.geometry().taps(), in = sizes.groupOutChannels(), out = sizes.groupChannels();
            Tensor inputs = Patches.transposed(x, sizes.geometry()).reshape(taps, plane, n, groups, in)
                    .permute(2, 3, 4, 0, 1).reshape(n, groups, in * taps, plane);
            Tensor weights = w.reshape(groups, in, out, taps).permute(0, 2, 1, 3).reshape(groups, out, in * taps);
            return weights.matmul(inputs).reshape(n, sizes.channels(), sizes.geometry().height(),
                    sizes.geometry().width());
        }

        @Override
        public String name() {
            return "transposed conv2d";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("weight", weight).add("bias", bias);
    }
}
