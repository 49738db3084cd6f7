package norma.nn;

import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Convolution of images with a learned kernel: `y[n, o] = b[o] + sum over c of w[o, c] correlated with x[n, c]`.
///
/// Shapes: x (N, C, H, W), w (O, C / G, kernel), b (O), y (N, O, outputs). With G groups output channels see the input
/// channels of their own group only; as many groups as channels is the depthwise convolution. A series (N, C, T) is an
/// image of one row.
///
/// @param weight w
/// @param bias b
/// @param vertical how the kernel goes down
/// @param horizontal how it goes across
/// @param groups G
public record Conv2d(Weight weight, Optional<Param> bias, Window vertical, Window horizontal, int groups)
        implements Layer {

    /// A layer with the first values of [#of(Init, int, int, Window)], of the thread's next seed.
    public static Conv2d of(int in, int out, Window window) {
        return of(Init.next(), in, out, window);
    }

    /// A square kernel with w of N(0, 2 / (inputs of an output)), which keeps the variance through ReLU (He et al. 2015,
    /// arXiv 1502.01852), and b of zeros.
    public static Conv2d of(Init init, int in, int out, Window window) {
        return of(init, in, out, window, window, 1);
    }

    /// The same with G = `groups`.
    public static Conv2d of(Init init, int in, int out, Window window, int groups) {
        return of(init, in, out, window, window, groups);
    }

    /// The same with a kernel that need not be square.
    public static Conv2d of(Init init, int in, int out, Window vertical, Window horizontal, int groups) {
        int depth = groupChannels("Conv2d", in, out, groups) * vertical.size() * horizontal.size();
        Param weight = init.normal("weight", Math.sqrt(2.0 / Math.max(1, depth)), out, in / groups, vertical.size(),
                horizontal.size());
        return new Conv2d(weight, Optional.of(Init.constant(0, out)), vertical, horizontal, groups);
    }

    static int groupChannels(String who, int in, int out, int groups) {
        if (groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(
                    "%s: groups must divide the channels of x and of y; got %d groups, %d and %d channels"
                            .formatted(who, groups, in, out));
        }
        return in / groups;
    }

    /// A square kernel with the given w and without b.
    public static Conv2d of(Weight weight, Window window, int groups) {
        return new Conv2d(weight, Optional.empty(), window, window, groups);
    }

    /// The same with another w.
    public Conv2d with(Weight other) {
        return new Conv2d(other, bias, vertical, horizontal, groups);
    }

    /// The same with another b.
    public Conv2d withBias(Param other) {
        return new Conv2d(weight, Optional.of(other), vertical, horizontal, groups);
    }

    /// The same without b: for layers that a norm follows.
    public Conv2d withoutBias() {
        return new Conv2d(weight, Optional.empty(), vertical, horizontal, groups);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return fused(x, weight.value(), bias.map(Param::value).orElse(null), vertical, horizontal, groups);
    }

    /// The convolution without b.
    public static Tensor apply(Tensor x, Tensor w, Window vertical, Window horizontal, int groups) {
        return fused(x, w, null, vertical, horizontal, groups);
    }

    /// The convolution as a function.
    public static Tensor apply(Tensor x, Tensor w, Tensor b, Window vertical, Window horizontal, int groups) {
        return fused(x, w, b, vertical, horizontal, groups);
    }

    private static Tensor fused(Tensor x, Tensor w, Tensor b, Window vertical, Window horizontal, int groups) {
        requireShapes(x, w, b, vertical, horizontal, groups);
        WindowGeometry geometry = Images.geometry("Conv2d", x, vertical, horizontal);
        var sizes = new Sizes(x.dim(0), x.dim(1), w.dim(0), groups, geometry);
        Tensor y = Tensor.empty(Shape.of(x.dim(0), w.dim(0), geometry.outHeight(), geometry.outWidth()));
        Backend.kernels().convolution().forward(sizes, x.data(), w.data(), floats(b), y.data());
        return Tape.record(new Fused(x, w, b, sizes), y);
    }

    private static void requireShapes(Tensor x, Tensor w, Tensor b, Window vertical, Window horizontal, int groups) {
        if (x.shape().rank() != 4 || w.shape().rank() != 4 || groups < 1 || x.dim(1) != w.dim(1) * groups
                || w.dim(0) % groups != 0 || w.dim(2) != vertical.size() || w.dim(3) != horizontal.size()) {
            throw new IllegalArgumentException(
                    ("Conv2d: x must be (N, C, H, W) and the weight (O, C / G, %d, %d), with "
                            + "C and O divisible by the number of groups G = %d; got x %s, weight %s; are the channels of x on "
                            + "axis 1?").formatted(vertical.size(), horizontal.size(), groups, x.shape(), w.shape()));
        }
        if (b != null && !b.shape().equals(Shape.of(w.dim(0)))) {
            throw new IllegalArgumentException("Conv2d: bias must be (%d), the output channels of the weight; got %s"
                    .formatted(w.dim(0), b.shape()));
        }
    }

    private static Floats floats(Tensor x) {
        return x == null ? null : x.data();
    }

    /// dx = dy correlated with w transposed, dw = dy times the patches of x, db = sum of dy over images and outputs.
    record Fused(Tensor x, Tensor w, Tensor b, Sizes sizes) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return b == null ? new Tensor[] {x, w} : new Tensor[] {x, w, b};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            var convolution = Backend.kernels().convolution();
            Tensor dx = null;
            if (x.tracked()) {
                dx = Tensor.empty(x.shape());
                convolution.inputGradient(sizes, dy.data(), w.data(), dx.data());
            }
            Tensor dw = null;
            if (w.tracked()) {
                dw = Tensor.empty(w.shape());
                convolution.weightGradient(sizes, x.data(), dy.data(), dw.data());
            }
            return b == null ? new Tensor[] {dx, dw} : new Tensor[] {dx, dw, biasGradient(dy)};
        }

        private Tensor biasGradient(Tensor dy) {
            var reduction = Backend.kernels().reduction();
            Tensor planes = Tensor.empty(Shape.of(sizes.batch(), sizes.outChannels()));
            Tensor db = Tensor.empty(b.shape());
            reduction.sum(dy.data(), planes.data(), planes.size(), sizes.geometry().outPlane(), 1);
            reduction.sum(planes.data(), db.data(), 1, sizes.batch(), sizes.outChannels());
            return db;
        }

        /// w times the matrix of patches, group by group.
        @Override
        public Tensor definition() {
            int n = sizes.batch(), groups = sizes.groups(), outputs = sizes.geometry().outPlane();
            Tensor patches = Patches.of(x, sizes.geometry())
                    .reshape(sizes.geometry().taps(), outputs, n, sizes.channels()).permute(2, 3, 0, 1)
                    .reshape(n, groups, sizes.depth(), outputs);
            Tensor weights = w.reshape(groups, sizes.groupOutChannels(), sizes.depth());
            Tensor y = weights.matmul(patches).reshape(Shape.of(n, sizes.outChannels(), sizes.geometry().outHeight(),
                    sizes.geometry().outWidth()));
            return b == null ? y : y.add(b.reshape(sizes.outChannels(), 1, 1));
        }

        @Override
        public String name() {
            return "conv2d";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("weight", weight).add("bias", bias);
    }
}
