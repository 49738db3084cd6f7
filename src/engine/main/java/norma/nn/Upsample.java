package norma.nn;

import norma.tensor.Indices;
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
        return alongAxis(alongAxis(x, 2, interpolation, height), 3, interpolation, width);
    }

    private static void requireImages(Shape x) {
        if (x.rank() != 4 || x.dim(2) < 1 || x.dim(3) < 1) {
            throw new IllegalArgumentException("Upsample: x must be (N, C, H, W); got " + x + "; reshape it?");
        }
    }

    private static Tensor alongAxis(Tensor x, int axis, Interpolation interpolation, int size) {
        if (x.dim(axis) == size) {
            return x;
        }
        Tensor first = x.transpose(0, axis), rows = first.reshape(first.dim(0), first.size() / first.dim(0));
        Tensor resized = interpolation == Interpolation.NEAREST ? nearest(rows, size) : linear(rows, size);
        return resized.reshape(first.shape().with(0, size)).transpose(0, axis);
    }

    private static Tensor nearest(Tensor rows, int size) {
        int[] from = new int[size];
        for (int i = 0; i < size; i++) {
            from[i] = (int) ((long) i * rows.dim(0) / size);
        }
        return rows.gather(Indices.of(from, size));
    }

    private static Tensor linear(Tensor rows, int size) {
        int[] lower = new int[size], upper = new int[size];
        float[] shares = new float[size];
        for (int i = 0; i < size; i++) {
            double at = Math.max(0, (i + 0.5) * rows.dim(0) / size - 0.5);
            lower[i] = Math.min((int) at, rows.dim(0) - 1);
            upper[i] = Math.min(lower[i] + 1, rows.dim(0) - 1);
            shares[i] = (float) (at - lower[i]);
        }
        Tensor share = Tensor.adopt(Shape.of(size, 1), shares);
        return rows.gather(Indices.of(lower, size)).multiply(share.negate().add(1))
                .add(rows.gather(Indices.of(upper, size)).multiply(share));
    }
}
