package norma.kernel.contract;

import norma.kernel.Floats;
import norma.kernel.WindowGeometry;

/// Convolution of images as networks mean it: cross-correlation with a learned kernel (LeCun et al. 1989).
///
///     y[n, o, i, j] = bias[o] + sum over c, (s, t) of w[o, c, s, t] * x[n, c, input(i, s), input(j, t)]
///
/// Padding is zeros. With G groups the channels are cut into G parts, each a convolution of its own; as many groups as
/// channels is the depthwise convolution. Images are (N, C, H, W), row-major.
///
/// The reference writes out the matrix of patches, (C / G * taps, outputs), for a part of an image at a time and leaves the
/// rest to the matrix product.
public interface ConvolutionKernel {

    /// Sizes of one call.
    ///
    /// @param batch N, number of images
    /// @param channels C, channels of x
    /// @param outChannels O, channels of y
    /// @param groups G, which must divide both
    /// @param geometry the planes of x and the window
    record Sizes(int batch, int channels, int outChannels, int groups, WindowGeometry geometry) {

        /// Checks the groups.
        public Sizes {
            if (groups < 1 || channels % groups != 0 || outChannels % groups != 0) {
                throw new IllegalArgumentException(("Convolution: groups must divide the channels of x and of y; got "
                        + "%d groups, %d and %d channels").formatted(groups, channels, outChannels));
            }
        }

        /// Channels of x in a group.
        public int groupChannels() {
            return channels / groups;
        }

        /// Channels of y in a group.
        public int groupOutChannels() {
            return outChannels / groups;
        }

        /// Products in one output: taps of all channels of a group.
        public int depth() {
            return groupChannels() * geometry.taps();
        }

        /// Floats of the weights.
        public int weights() {
            return outChannels * depth();
        }
    }

    /// y = x convolved with w, plus bias.
    ///
    /// @param x (N, C, H, W)
    /// @param w (O, C / G, window)
    /// @param bias (O), or null
    /// @param y (N, O, outputs), written
    default void forward(Sizes sizes, Floats x, Floats w, Floats bias, Floats y) {
        check(sizes, x, w, y);
        ConvolutionLoops.forward(sizes, x, w, bias, y);
    }

    /// dx = dy convolved with w transposed: what each input gave, summed.
    ///
    /// @param dx (N, C, H, W), written
    default void inputGradient(Sizes sizes, Floats dy, Floats w, Floats dx) {
        check(sizes, dx, w, dy);
        ConvolutionLoops.inputGradient(sizes, dy, w, dx);
    }

    /// dw = sum over images and outputs of dy times the patch under the window.
    ///
    /// @param dw (O, C / G, window), written
    default void weightGradient(Sizes sizes, Floats x, Floats dy, Floats dw) {
        check(sizes, x, dw, dy);
        ConvolutionLoops.weightGradient(sizes, x, dy, dw);
    }

    /// Throws unless the operands are as long as the sizes say.
    static void check(Sizes sizes, Floats x, Floats w, Floats y) {
        int xs = sizes.batch * sizes.channels * sizes.geometry.plane();
        int ys = sizes.batch * sizes.outChannels * sizes.geometry.outPlane();
        if (x.length() != xs || w.length() != sizes.weights() || y.length() != ys) {
            throw new IllegalArgumentException("Convolution: %s needs x of %d floats, w of %d, y of %d; got %d, %d, %d"
                    .formatted(sizes, xs, sizes.weights(), ys, x.length(), w.length(), y.length()));
        }
    }
}
