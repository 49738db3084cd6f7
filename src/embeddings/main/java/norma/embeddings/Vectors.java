package norma.embeddings;

import java.util.Arrays;

/// Operations on embeddings. Sums are taken in double, which holds the square of every finite float: nothing over- or
/// underflows. What has a NaN gives NaN.
public final class Vectors {
    private Vectors() {
    }

    /// x . y
    public static double dot(float[] x, float[] y) {
        requireSameLength(x, y);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    /// |x - y|
    public static double euclidean(float[] x, float[] y) {
        requireSameLength(x, y);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double difference = (double) x[i] - y[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /// x . y / (|x| |y|), in [-1, 1], and 1 for x and x; 0 if one of them is 0
    public static double cosine(float[] x, float[] y) {
        double norms = Math.sqrt(dot(x, x) * dot(y, y));
        return norms == 0 ? 0 : Math.clamp(dot(x, y) / norms, -1, 1);
    }

    /// x / |x|; a vector of zeros stays one.
    public static float[] unit(float... x) {
        double norm = Math.sqrt(dot(x, x));
        float[] unit = x.clone();
        for (int i = 0; i < x.length && norm != 0; i++) {
            unit[i] = (float) (x[i] / norm);
        }
        return unit;
    }

    /// The first elements, for models that were trained so that they say most (Kusupati et al. 2022, arXiv 2205.13147).
    static float[] truncated(float[] x, int size) {
        return size >= x.length ? x : Arrays.copyOf(x, size);
    }

    private static void requireSameLength(float[] x, float[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "Vectors: must have the same length; got %d and %d; are they of one model?".formatted(x.length,
                            y.length));
        }
    }
}
