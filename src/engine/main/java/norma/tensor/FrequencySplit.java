package norma.tensor;

/// An image as the sum of a low and a high frequency part, cut at a radius around frequency 0 (Wang et al. 2020, arXiv
/// 1905.13545):
///
///     low = Re ifft2(fft2(x) * mask)    high = Re ifft2(fft2(x) * (1 - mask))    low + high = x
///
/// The mask is 1 where sqrt((i - H/2)^2 + (j - W/2)^2) < radius, indices being those of the shifted spectrum. Of an even size,
/// its centre H/2, W/2 is frequency 0.
///
/// Shapes: x, low and high (..., H, W), mask (H, W).
///
/// @param low frequencies below the radius
/// @param high the others
/// @param mask of the shifted spectrum
public record FrequencySplit(Tensor low, Tensor high, Tensor mask) {

    /// Cuts at a radius, counted in frequencies; those below it are low.
    public static FrequencySplit of(Tensor x, double radius) {
        requireImages(x);
        return of(x, mask(x.dim(-2), x.dim(-1), radius));
    }

    /// Cuts by any mask of the shifted spectrum, 1 for a low frequency and 0 for a high one.
    public static FrequencySplit of(Tensor x, Tensor mask) {
        requireImages(x);
        if (!mask.shape().equals(Shape.of(x.dim(-2), x.dim(-1)))) {
            throw new IllegalArgumentException(
                    "FrequencySplit: for x (..., H, W) the mask must be (H, W); got x %s and mask %s"
                            .formatted(x.shape(), mask.shape()));
        }
        Tensor spectrum = Fourier.fft2(complex(x));
        Tensor kept = Fourier.ifftShift(mask, 0, 1).reshape(mask.dim(0), mask.dim(1), 1);
        Tensor low = real(Fourier.ifft2(spectrum.multiply(kept)), x.shape());
        Tensor high = real(Fourier.ifft2(spectrum.multiply(kept.negate().add(1))), x.shape());
        return new FrequencySplit(low, high, mask);
    }

    private static void requireImages(Tensor x) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException("FrequencySplit: x must be (..., H, W); got " + x.shape());
        }
    }

    private static Tensor mask(int height, int width, double radius) {
        float[] mask = new float[height * width];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                mask[i * width + j] = Math.hypot(i - height / 2.0, j - width / 2.0) < radius ? 1 : 0;
            }
        }
        return Tensor.adopt(Shape.of(height, width), mask);
    }

    private static Tensor complex(Tensor x) {
        Tensor column = x.reshape(x.shape().append(1));
        return Tensor.concat(-1, column, column.multiply(0));
    }

    private static Tensor real(Tensor z, Shape shape) {
        return z.slice(-1, 0, 1).reshape(shape);
    }
}
