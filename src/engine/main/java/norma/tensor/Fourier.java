package norma.tensor;

import java.util.Arrays;
import norma.backend.Backend;

/// Discrete Fourier transforms over the last axis, or the last two: y_k = sum over j of x_j exp(-2 pi i j k / n). The inverse
/// has + in the exponent and divides by n (for two axes, by their product), as in NumPy.
///
/// A complex number is an axis of size 2, the last one: re, im. A real signal has a spectrum of n / 2 + 1 bins; the others are
/// their conjugates.
///
/// Transforms are linear, so the derivative of each is its transpose, a transform again: differentiable to any order.
public final class Fourier {

    private Fourier() {
    }

    /// (..., n, 2) to (..., n, 2)
    public static Tensor fft(Tensor x) {
        return Complex.of("fft", x, 1, false, 1);
    }

    /// (..., n, 2) to (..., n, 2)
    public static Tensor ifft(Tensor x) {
        return Complex.of("ifft", x, 1, true, 1f / dim("ifft", x, -2));
    }

    /// (..., h, w, 2) to (..., h, w, 2)
    public static Tensor fft2(Tensor x) {
        return Complex.of("fft2", x, 2, false, 1);
    }

    /// (..., h, w, 2) to (..., h, w, 2)
    public static Tensor ifft2(Tensor x) {
        return Complex.of("ifft2", x, 2, true, 1f / ((float) dim("ifft2", x, -3) * dim("ifft2", x, -2)));
    }

    /// Real to complex, (..., n) to (..., n / 2 + 1, 2)
    public static Tensor rfft(Tensor x) {
        return Real.of("rfft", x, 1, 1);
    }

    /// Real to complex, (..., h, w) to (..., h, w / 2 + 1, 2)
    public static Tensor rfft2(Tensor x) {
        return Real.of("rfft2", x, 2, 1);
    }

    /// Complex to real, (..., n / 2 + 1, 2) to (..., n); n and n + 1 may have as many bins, so it must be said.
    public static Tensor irfft(Tensor x, int n) {
        return RealInverse.of("irfft", x, 1, n, 1f / n);
    }

    /// Complex to real, (..., h, w / 2 + 1, 2) to (..., h, w)
    public static Tensor irfft2(Tensor x, int w) {
        return RealInverse.of("irfft2", x, 2, w, 1f / ((float) dim("irfft2", x, -3) * w));
    }

    /// Moves frequency 0 of each of these axes from its beginning to its centre n / 2.
    public static Tensor fftShift(Tensor x, int... axes) {
        Tensor y = x;
        for (int axis : axes) {
            y = rolled(y, axis, (x.dim(axis) + 1) / 2);
        }
        return y;
    }

    /// The inverse of [#fftShift].
    public static Tensor ifftShift(Tensor x, int... axes) {
        Tensor y = x;
        for (int axis : axes) {
            y = rolled(y, axis, x.dim(axis) / 2);
        }
        return y;
    }

    /// What stands at `first` comes to the beginning of the axis.
    private static Tensor rolled(Tensor x, int axis, int first) {
        return Tensor.concat(axis, x.slice(axis, first, x.dim(axis)), x.slice(axis, 0, first));
    }

    private static int dim(String who, Tensor x, int axis) {
        if (x.shape().rank() < -axis) {
            throw new IllegalArgumentException("%s: x must have at least %d axes, re and im the last; got %s"
                    .formatted(who, -axis, x.shape()));
        }
        return x.dim(axis);
    }

    private static void check(String who, Tensor x, int axes, boolean complex) {
        int rank = complex ? axes + 1 : axes;
        String shape = (axes == 1 ? "(..., n" : "(..., h, w") + (complex ? ", 2)" : ")");
        boolean right = x.shape().rank() >= rank && (!complex || x.dim(-1) == 2);
        for (int axis = 0; right && axis < axes; axis++) {
            right = x.dim(axis - rank) > 0;
        }
        if (!right) {
            throw new IllegalArgumentException("%s: x must be %s with transformed axes that are not empty%s; got %s"
                    .formatted(who, shape, complex ? " and re and im on the last" : "", x.shape()));
        }
    }

    /// The matrix of the transform is symmetric, so its adjoint is its conjugate: the transform in the other direction.
    record Complex(Tensor x, int axes, boolean inverse, float scale) implements Op.OneInput {

        static Tensor of(String who, Tensor x, int axes, boolean inverse, float scale) {
            check(who, x, axes, true);
            Tensor y = Tensor.empty(x.shape());
            int columns = x.dim(-2), rows = axes == 2 ? x.dim(-3) : 1;
            Backend.kernels().fourier().complex(x.size() / (2 * rows * columns), rows, columns, x.data(), inverse,
                    scale, y.data());
            return Tape.record(new Complex(x, axes, inverse, scale), y);
        }

        @Override
        public Tensor dx(Tensor dy) {
            return of("fft", dy, axes, !inverse, scale);
        }
    }

    /// dx_j = Re sum over bins of dy_k exp(2 pi i j k / n): each bin counts once. The inverse counts those twice that stand
    /// for their conjugates, too.
    record Real(Tensor x, int axes, float scale) implements Op.OneInput {

        static Tensor of(String who, Tensor x, int axes, float scale) {
            check(who, x, axes, false);
            int columns = x.dim(-1), rows = axes == 2 ? x.dim(-2) : 1;
            Tensor y = Tensor.empty(x.shape().with(-1, columns / 2 + 1).append(2));
            Backend.kernels().fourier().real(x.size() / (rows * columns), rows, columns, x.data(), scale, y.data());
            return Tape.record(new Real(x, axes, scale), y);
        }

        @Override
        public Tensor dx(Tensor dy) {
            Tensor once = dy.multiply(binWeights(x.dim(-1), 0.5f));
            return RealInverse.of("irfft", once, axes, x.dim(-1), scale);
        }
    }

    /// The transpose of [Real]'s transpose.
    record RealInverse(Tensor x, int axes, int columns, float scale) implements Op.OneInput {

        static Tensor of(String who, Tensor x, int axes, int columns, float scale) {
            check(who, x, axes, true);
            if (columns < 1 || x.dim(-2) != columns / 2 + 1) {
                throw new IllegalArgumentException("%s: %d real numbers have %d bins; got x %s".formatted(who, columns,
                        columns / 2 + 1, x.shape()));
            }
            Shape shape = x.shape().slice(0, x.shape().rank() - 1).with(-1, columns);
            Tensor y = Tensor.empty(shape);
            int rows = axes == 2 ? x.dim(-3) : 1;
            Backend.kernels().fourier().realInverse(y.size() / (rows * columns), rows, columns, x.data(), scale,
                    y.data());
            return Tape.record(new RealInverse(x, axes, columns, scale), y);
        }

        @Override
        public Tensor dx(Tensor dy) {
            return Real.of("rfft", dy, axes, scale).multiply(binWeights(columns, 2));
        }
    }

    /// 1 for the bins that are their own conjugates (0, and n / 2 if n is even), `inner` for the others; shape (bins, 1).
    private static Tensor binWeights(int n, float inner) {
        float[] weights = new float[n / 2 + 1];
        Arrays.fill(weights, inner);
        weights[0] = 1;
        if (n % 2 == 0) {
            weights[n / 2] = 1;
        }
        return Tensor.adopt(Shape.of(weights.length, 1), weights);
    }
}
