package norma.embeddings;

import java.util.Arrays;

/// Operations on embeddings; sums are taken in double.
public final class Vectors {
    private Vectors() {
    }

    /// x . y
    public static double dot(float[] x, float[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "Vectors: must have the same length; got %d and %d; are they of one model?".formatted(x.length,
                            y.length));
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    /// x . y / (|x| |y|); 0 if one of them is 0
    public static double cosine(float[] x, float[] y) {
        double norms = Math.sqrt(dot(x, x)) * Math.sqrt(dot(y, y));
        return norms == 0 ? 0 : dot(x, y) / norms;
    }

    /// x / |x|; a vector of zeros stays one.
    public static float[] unit(float... x) {
        double norm = Math.max(Math.sqrt(dot(x, x)), 1e-12);
        float[] unit = x.clone();
        for (int i = 0; i < x.length; i++) {
            unit[i] = (float) (x[i] / norm);
        }
        return unit;
    }

    /// The first elements, for models that were trained so that they say most (Kusupati et al. 2022, arXiv 2205.13147).
    static float[] truncated(float[] x, int size) {
        return size >= x.length ? x : Arrays.copyOf(x, size);
    }
}
