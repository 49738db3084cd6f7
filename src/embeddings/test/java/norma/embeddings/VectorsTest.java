package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VectorsTest {
    private static float[] random(SplittableRandom random, double scale) {
        float[] x = new float[37];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * scale);
        }
        return x;
    }

    private static float[] times(float[] x, float factor) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }

    @Test
    void aCosineIsNeverBeyondOne() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            float[] x = random(random, Math.pow(10, random.nextInt(-38, 37)));
            assertEquals(1, Vectors.cosine(x, x));
            assertEquals(-1, Vectors.cosine(x, times(x, -1)));
            double parallel = Vectors.cosine(x, times(x, 4));
            assertTrue(parallel <= 1 && parallel > 1 - 1e-12, "" + parallel);
        }
    }

    @Test
    void squaresNeitherOverflowNorVanish() {
        float most = Float.MAX_VALUE, least = Float.MIN_VALUE;
        assertEquals(Math.sqrt(0.5), Vectors.cosine(new float[] {most, most}, new float[] {most, 0}), 1e-15);
        assertEquals(Math.sqrt(0.5), Vectors.cosine(new float[] {least, least}, new float[] {least, 0}), 1e-15);
        assertEquals(Math.sqrt(0.5), Vectors.cosine(new float[] {least, least}, new float[] {most, 0}), 1e-15);
        assertEquals(2.0 * most, Vectors.euclidean(new float[] {most}, new float[] {-most}));
        assertEquals(least, Vectors.euclidean(new float[] {least}, new float[] {0}));
        assertArrayEquals(new float[] {(float) Math.sqrt(0.5), (float) Math.sqrt(0.5)}, Vectors.unit(least, least));
        assertArrayEquals(new float[] {(float) Math.sqrt(0.5), (float) Math.sqrt(0.5)}, Vectors.unit(most, most));
    }

    @Test
    void nothingIsNearToZeroAndNanStays() {
        float[] zero = {0, 0}, nan = {Float.NaN, 1}, infinite = {Float.POSITIVE_INFINITY, 1};
        assertEquals(0, Vectors.cosine(zero, zero));
        assertEquals(0, Vectors.cosine(zero, new float[] {1, 2}));
        assertArrayEquals(zero, Vectors.unit(zero));
        for (float[] other : new float[][] {zero, nan, {1, 2}}) {
            assertEquals(Double.NaN, Vectors.cosine(nan, other));
            assertEquals(Double.NaN, Vectors.dot(nan, other));
            assertEquals(Double.NaN, Vectors.euclidean(nan, other));
        }
        assertEquals(Double.NaN, Vectors.cosine(infinite, infinite));
        assertEquals(Double.POSITIVE_INFINITY, Vectors.euclidean(infinite, zero));
    }

    @Test
    void knownValues() {
        float[] x = {1, 2, 2}, y = {4, 0, 3};
        assertEquals(10, Vectors.dot(x, y));
        assertEquals(10 / 15.0, Vectors.cosine(x, y), 1e-16);
        assertEquals(Math.sqrt(14), Vectors.euclidean(x, y));
        String message =
                assertThrows(IllegalArgumentException.class, () -> Vectors.euclidean(x, new float[2])).getMessage();
        assertEquals("Vectors: must have the same length; got 3 and 2; are they of one model?", message);
    }
}
