package norma.norm.channel;

import norma.kernel.Planes;
import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Each element is divided by the activity of its neighbours among the channels (AlexNet; Krizhevsky, Sutskever & Hinton 2012):
///
///     y = x / (k + alpha / size * sum of x^2 over the window)^beta
///
/// Channel c sees c - size / 2 to c + (size - 1) / 2, so an even window leans to the left; channels that don't exist are zeros,
/// and the divisor stays `size`.
///
/// Shapes: x (N, C, ...).
///
/// @param size channels of a window
/// @param alpha weight of the window's mean square
/// @param beta exponent
/// @param k what an element is divided by where its window is zero; positive
public record LocalResponseNorm(int size, float alpha, float beta, float k) implements Norm {

    /// Checks the window.
    public LocalResponseNorm {
        if (size < 1 || !(k > 0)) {
            throw new IllegalArgumentException(
                    "LocalResponseNorm: size must be at least 1 and k positive; got %d and %s".formatted(size, k));
        }
    }

    /// With PyTorch's numbers.
    public static LocalResponseNorm of(int size) {
        return new LocalResponseNorm(size, 1e-4f, 0.75f, 1);
    }

    /// As AlexNet and TensorFlow have it: alpha counts for each channel of the window, which reaches `radius` to either side.
    public static LocalResponseNorm ofSum(int radius, float alpha, float beta, float k) {
        int size = 2 * radius + 1;
        return new LocalResponseNorm(size, alpha * size, beta, k);
    }

    /// AlexNet's own: five channels, alpha 1e-4, beta 0.75, k 2.
    public static LocalResponseNorm alexNet() {
        return ofSum(2, 1e-4f, 0.75f, 2);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Planes planes = ChannelAxis.planes("LocalResponseNorm", x);
        Tensor images = x.reshape(planes.batch(), planes.channels(), planes.inner());
        Tensor activity = windowSum(images.square()).multiply(alpha / size).add(k);
        return images.multiply(activity.power(-beta)).reshape(x.shape());
    }

    /// Sums over the windows, of copies of x shifted by one channel each: windows are small, and what is not finite stays in
    /// its windows, which differences of prefix sums would not ensure.
    private Tensor windowSum(Tensor x) {
        Tensor before = zeros(x, size / 2), after = zeros(x, (size - 1) / 2);
        Tensor padded = Tensor.concat(1, before, x, after);
        Tensor sum = padded.slice(1, 0, x.dim(1));
        for (int i = 1; i < size; i++) {
            sum = sum.add(padded.slice(1, i, i + x.dim(1)));
        }
        return sum;
    }

    private static Tensor zeros(Tensor x, int channels) {
        return Tensor.full(Shape.of(x.dim(0), channels, x.dim(2)), 0);
    }

    public static NormFactory factory(NormSpec spec) {
        int size = spec.integer("size", 5);
        float alpha = spec.number("alpha", 1e-4f), beta = spec.number("beta", 0.75f), k = spec.number("k", 1);
        return (_, _) -> new LocalResponseNorm(size, alpha, beta, k);
    }
}
