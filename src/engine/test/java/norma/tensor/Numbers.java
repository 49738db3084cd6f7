package norma.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the tests above the kernels share: numbers to compute with, and ways to compare results.
public final class Numbers {

    private Numbers() {
    }

    /// A tensor of N(0, 1), the same for the same seed and shape.
    public static Tensor normal(long seed, int... dims) {
        var random = new SplittableRandom(seed);
        return filled(random::nextGaussian, dims);
    }

    /// A tensor of numbers in [low, high).
    public static Tensor uniform(long seed, double low, double high, int... dims) {
        var random = new SplittableRandom(seed);
        return filled(() -> random.nextDouble(low, high), dims);
    }

    /// A tensor of numbers with |x| in [0.3, 1.5): away from 0, where |x|, max and the like have kinks.
    public static Tensor awayFromZero(long seed, int... dims) {
        var random = new SplittableRandom(seed);
        return filled(() -> random.nextDouble(0.3, 1.5) * (random.nextBoolean() ? 1 : -1), dims);
    }

    private static Tensor filled(Supplier<Double> next, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = next.get().floatValue();
        }
        return Tensor.of(Shape.of(dims), values);
    }

    /// Ids in [0, bound).
    public static Indices ids(long seed, int bound, int... dims) {
        return new Indices(new SplittableRandom(seed).ints(Shape.of(dims).size(), 0, bound).toArray(), Shape.of(dims));
    }

    /// What a computation on an inference tape gives.
    public static Tensor value(Supplier<Tensor> computation) {
        try (Tape _ = Tape.inference(new BufferPool())) {
            return computation.get().copy();
        }
    }

    /// Equal shapes and equal bits; NaN equals NaN.
    public static void assertBits(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toArray(), actual.toArray());
    }

    /// Equal shapes, elements at most `tolerance` apart.
    public static void assertClose(Tensor expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape());
        assertArrayEquals(expected.toArray(), actual.toArray(), (float) tolerance);
    }

    /// All three gradient checks of a function.
    ///
    /// Differences of float32 values are good to some 1e-3, and those of derivatives to some 1e-3 more; fused kernels and
    /// their definitions differ by rounding, some 1e-6 after a few operations. A wrong derivative is off by 0.1 or more.
    public static void assertGradients(String what, Function<Tensor[], Tensor> f, Tensor... xs) {
        GradientCheck check = GradientCheck.of(f, xs);
        assertTrue(check.first() < 3e-3, what + ": " + check);
        assertTrue(check.agreement() < 3e-5, what + ": " + check);
        assertTrue(check.second() < 1e-2, what + ": " + check);
    }

    /// The message names all of these.
    public static void assertSays(Throwable error, String... parts) {
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), () -> "'" + part + "' in: " + error.getMessage());
        }
    }
}
