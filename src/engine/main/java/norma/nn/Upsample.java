package norma.nn;

import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Images in another size: y (N, C, H', W') from x (N, C, H, W).
///
/// ```java
/// Layer twice = Upsample.of(Interpolation.NEAREST, 2);
/// Tensor y = Upsample.apply(x, Interpolation.BILINEAR, 32, 48);
/// ```
///
/// Smaller sizes can be had as well; no pixels are averaged then.
///
/// @param interpolation how pixels are found
/// @param factor H' / H and W' / W
public record Upsample(Interpolation interpolation, int factor) implements Layer {

    /// Checks the factor.
    public Upsample {
        if (factor < 1) {
            throw new IllegalArgumentException("Upsample: the factor must be at least 1; got " + factor);
        }
    }

    /// Images that are larger by a factor; [#apply] makes them of a given size.
    public static Upsample of(Interpolation interpolation, int factor) {
        return new Upsample(interpolation, factor);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        requireImages(x.shape());
        return apply(x, interpolation, x.dim(2) * factor, x.dim(3) * factor);
    }

    /// x in another size.
    public static Tensor apply(Tensor x, Interpolation interpolation, int height, int width) {
        requireImages(x.shape());
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("Upsample: height and width must be at least 1; got %d and %d"
                    .formatted(height, width));
        }
        int planes = x.dim(0) * x.dim(1), rows = x.dim(2), columns = x.dim(3);
        if (rows == height && columns == width) {
            return x;
        }
        Tensor pixels = x.reshape(planes, rows * columns).transpose(0, 1);
        Tensor high = interpolation.resize(pixels, 1, rows, columns, height);
        return interpolation.resize(high, height, columns, 1, width).transpose(0, 1)
                .reshape(x.dim(0), x.dim(1), height, width);
    }

    private static void requireImages(Shape x) {
        if (x.rank() != 4 || x.dim(2) < 1 || x.dim(3) < 1) {
            throw new IllegalArgumentException("Upsample: x must be (N, C, H, W); got " + x + "; reshape it?");
        }
    }
}
