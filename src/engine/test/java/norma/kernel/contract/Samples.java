package norma.kernel.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import norma.kernel.Floats;
import norma.kernel.simd.Simd;
import norma.parallel.Workers;

/// What the tests of kernels share: both sets, awkward sizes, data at an odd offset, and comparisons.
final class Samples {
    /// One element, around one vector, and sizes that no vector width divides.
    static final int[] SIZES = {1, 3, 13, 17, 63, 207, 702, 1024};
    private static final int OFFSET = 3;
    private static final int WARM_CALLS = 12_000;
    private static final long WARM_NANOS = 100_000_000;

    private Samples() {
    }

    /// The build runs every test twice: as the engine chooses, and with `-Dnorma.kernels=reference`. The tests of other modules
    /// name a supplier of kernels in `-Dnorma.test.kernels`.
    static List<Kernels> sets() {
        String supplier = System.getProperty("norma.test.kernels");
        if (supplier != null) {
            return List.of(supplied(supplier));
        }
        boolean simd = Simd.available() && !System.getProperty("norma.kernels", "").equals("reference");
        return List.of(simd ? Simd.kernels() : Kernels.REFERENCE);
    }

    /// One contract of the supplied sets; without a supplier its reference and another.
    static <K> List<K> sets(Function<Kernels, K> contract, K reference, K other) {
        return System.getProperty("norma.test.kernels") == null ? List.of(reference, other)
                : sets().stream().map(contract).toList();
    }

    /// Whether the sets under test promise the bits of the reference: those of a device do not, since its compiler decides where a
    /// product and a sum become one operation.
    static boolean exact() {
        return System.getProperty("norma.test.kernels") == null;
    }

    private static Kernels supplied(String supplier) {
        try {
            return (Kernels) ((Supplier<?>) Class.forName(supplier).getConstructor().newInstance()).get();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(supplier + " supplies no kernels", e);
        }
    }

    /// x[i] = f(i), with other floats on both sides.
    static Floats of(int n, IntToDoubleFunction f) {
        Floats x = room(n);
        for (int i = 0; i < n; i++) {
            x.array()[x.offset() + i] = (float) f.applyAsDouble(i);
        }
        return x;
    }

    /// Standard normal numbers.
    static Floats normal(int n, long seed) {
        Random random = new Random(seed);
        return of(n, i -> random.nextGaussian());
    }

    /// Where a kernel may write: NaN inside, 77 on both sides.
    static Floats room(int n) {
        float[] array = new float[n + 2 * OFFSET];
        Arrays.fill(array, 77);
        Floats room = new Floats(array, OFFSET, n);
        room.fill(Float.NaN);
        return room;
    }

    /// All of them, one behind the other.
    static Floats joined(Floats... parts) {
        Floats all = room(Arrays.stream(parts).mapToInt(Floats::length).sum());
        int at = 0;
        for (Floats part : parts) {
            all.slice(at, part.length()).set(part);
            at += part.length();
        }
        return all;
    }

    static Floats copy(Floats x) {
        return of(x.length(), x::get);
    }

    /// |actual - expected| <= tolerance * (1 + |expected|), NaN and infinities exactly, nothing written outside.
    static void assertClose(IntToDoubleFunction expected, Floats actual, double tolerance) {
        for (int i = 0; i < actual.length(); i++) {
            double e = expected.applyAsDouble(i);
            if (Double.isFinite(e)) {
                assertEquals(e, actual.get(i), tolerance * (1 + Math.abs(e)), "element " + i);
            } else {
                assertEquals((float) e, actual.get(i), "element " + i);
            }
        }
        for (int i = 0; i < OFFSET; i++) {
            assertEquals(77, actual.array()[i], "before the first element");
            assertEquals(77, actual.array()[actual.array().length - 1 - i], "after the last element");
        }
    }

    static void assertSameBits(Floats expected, Floats actual) {
        assertArrayEquals(expected.toArray(), actual.toArray());
    }

    /// The result is the same bits the first time, when compiled, and on one or three threads.
    static void assertSteady(Supplier<Floats> kernel) {
        try (Workers alone = new Workers(1); Workers team = new Workers(3)) {
            Floats first = alone.call(kernel);
            assertSameBits(first, team.call(kernel));
            long end = System.nanoTime() + WARM_NANOS;
            for (int i = 0; i < WARM_CALLS && (i < 30 || System.nanoTime() < end); i++) {
                alone.call(kernel);
            }
            assertSameBits(first, alone.call(kernel));
            assertSameBits(first, team.call(kernel));
        }
    }
}
