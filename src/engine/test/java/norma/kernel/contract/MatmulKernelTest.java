package norma.kernel.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.kernel.contract.MatmulKernel.Packed;
import norma.kernel.simd.matmul.SimdMatmul;
import norma.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class MatmulKernelTest {
    /// Around the tiles (4, 8 rows; 16, 32 columns), the blocks of k (512) and those of the reference (64, 128,
    /// 512).
    private static final int[][] SHAPES = {{1, 1, 1}, {3, 1, 13}, {1, 17, 3}, {13, 3, 17}, {4, 16, 8}, {8, 48, 9},
            {17, 63, 13},
            {63, 63, 63}, {5, 64, 207}, {207, 13, 63}, {63, 207, 130}, {207, 207, 207}, {1, 702, 385}, {2, 99, 70},
            {9, 515, 600},
            {16, 49, 1025}, {130, 33, 800}, {700, 65, 31}};

    static final List<MatmulKernel> SETS =
            Samples.sets(Kernels::matmul, new MatmulKernel() {}, new SimdMatmul());

    private final Random random = new Random(7);

    @ParameterizedTest
    @FieldSource("SETS")
    void everyShapeInEveryLayout(MatmulKernel set) {
        for (int[] s : SHAPES) {
            for (int layout = 0; layout < 16; layout++) {
                Matrix a = random(1, s[0], s[2], layout & 3);
                Matrix b = random(1, s[2], s[1], layout >> 2);
                verify(set, a, b, random(1, s[0], s[1], layout & 1), Epilogue.NONE);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void longSums(MatmulKernel set) {
        verify(set, random(1, 9, 9000, 0), random(1, 9000, 50, 2), random(1, 9, 50, 0), Epilogue.NONE);
        verify(set, random(1, 50, 9000, 2), random(1, 9000, 9, 0), random(1, 50, 9, 0), Epilogue.NONE);
        verify(set, random(1, 1100, 4100, 0), random(1, 4100, 3, 0), random(1, 1100, 3, 0), Epilogue.NONE);
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void batches(MatmulKernel set) {
        for (int batch : new int[] {2, 5, 40}) {
            for (int layout = 0; layout < 4; layout++) {
                Matrix a = random(batch, 19, 23, layout);
                Matrix b = random(batch, 23, 21, layout);
                Matrix c = random(batch, 19, 21, layout & 1);
                verify(set, a, b, c, Epilogue.NONE);
                verify(set, a, repeat(b), c, Epilogue.ACCUMULATE);
                verify(set, repeat(a), b, c, Epilogue.NONE);
                verify(set, repeat(a), repeat(b), c, Epilogue.NONE);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void epilogues(MatmulKernel set) {
        for (int[] s : SHAPES) {
            Matrix a = random(1, s[0], s[2], 0);
            Matrix b = random(1, s[2], s[1], 2);
            Matrix c = random(1, s[0], s[1], s[0] & 1);
            Floats bias = random(1, 1, s[1], 0).data();
            Floats before = Floats.zeros(c.data().length() + 3).slice(3, c.data().length());
            verify(set, a, b, c, Epilogue.ACCUMULATE);
            verify(set, a, b, c, Epilogue.bias(bias));
            for (Activation f : Activation.values()) {
                verify(set, a, b, c, new Epilogue(false, bias, before, f));
                verify(set, a, b, c, new Epilogue(true, bias, null, f));
                verify(set, a, b, c, new Epilogue(false, null, before, f));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void emptySums(MatmulKernel set) {
        Matrix c = random(1, 3, 5, 0);
        Floats bias = random(1, 1, 5, 0).data();
        set.multiply(random(1, 3, 0, 0), random(1, 0, 5, 0), c, Epilogue.bias(bias));
        for (int i = 0; i < 15; i++) {
            assertEquals(bias.get(i % 5), get(c, 0, i / 5, i % 5));
        }
        set.multiply(random(1, 0, 4, 0), random(1, 4, 5, 0), random(1, 0, 5, 0), Epilogue.NONE);
        set.multiply(random(1, 3, 4, 0), random(1, 4, 0, 0), random(1, 3, 0, 0), Epilogue.NONE);
        set.multiply(random(0, 3, 4, 0), random(0, 4, 5, 0), random(0, 3, 5, 0), Epilogue.NONE);
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void nanAndInfinityReachTheirRowsAndColumnsOnly(MatmulKernel set) {
        for (int m : new int[] {1, 5, 21}) {
            Matrix a = random(1, m, 20, 0);
            Matrix b = random(1, 20, 70, 0);
            Matrix c = random(1, m, 70, 0);
            a.data().array()[a.data().offset() + 19] = Float.NaN;
            b.data().array()[b.data().offset() + 69] = Float.POSITIVE_INFINITY;
            set.multiply(a, b, c, Epilogue.NONE);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < 70; j++) {
                    float value = get(c, 0, i, j);
                    assertEquals(i == 0, Float.isNaN(value), "row " + i + ", column " + j);
                    assertEquals(i > 0 && j == 69, Float.isInfinite(value), "row " + i + ", column " + j);
                }
            }
        }
    }

    /// A call neither reads nor writes what lies between the rows.
    @ParameterizedTest
    @FieldSource("SETS")
    void gapsStayAsTheyWere(MatmulKernel set) {
        Matrix c = random(1, 21, 50, 1);
        float[] before = c.data().array().clone();
        set.multiply(random(1, 21, 9, 1), random(1, 9, 50, 1), c, Epilogue.NONE);
        float[] after = c.data().array();
        boolean[] inside = new boolean[after.length];
        for (int i = 0; i < 21; i++) {
            Arrays.fill(inside, at(c, 0, i, 0), at(c, 0, i, 50), true);
        }
        for (int i = 0; i < after.length; i++) {
            assertTrue(inside[i] || after[i] == before[i], "index " + i);
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void sameBitsOnAnyNumberOfThreads(MatmulKernel set) {
        for (int[] s : new int[][] {{300, 500, 390}, {1, 2000, 300}, {2000, 7, 300}}) {
            Matrix a = random(1, s[0], s[2], 0);
            Matrix b = random(1, s[2], s[1], 2);
            Matrix one = random(1, s[0], s[1], 0);
            Matrix three = random(1, s[0], s[1], 0);
            Epilogue gelu = new Epilogue(false, random(1, 1, s[1], 0).data(), null, Activation.GELU_ERF);
            on(1, () -> set.multiply(a, b, one, gelu));
            on(3, () -> set.multiply(a, b, three, gelu));
            assertArrayEquals(one.data().toArray(), three.data().toArray(), 0);
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void sameBitsColdAndHot(MatmulKernel set) {
        Matrix a = random(1, 9, 11, 0);
        Matrix b = random(1, 11, 50, 0);
        Matrix c = random(1, 9, 50, 0);
        set.multiply(a, b, c, Epilogue.NONE);
        float[] cold = c.data().toArray();
        for (int i = 0; i < 20_000; i++) {
            set.multiply(a, b, c, Epilogue.NONE);
        }
        assertArrayEquals(cold, c.data().toArray(), 0);
    }

    /// So that decoding one token at a time gives what the whole text gives.
    @ParameterizedTest
    @FieldSource("SETS")
    void aRowDoesNotDependOnTheOthers(MatmulKernel set) {
        for (int transposed = 0; transposed < 4; transposed += 2) {
            Matrix a = random(1, 70, 400, 0);
            Matrix b = random(1, 400, 210, transposed);
            Matrix c = random(1, 70, 210, 0);
            set.multiply(a, b, c, Epilogue.NONE);
            for (int count : new int[] {1, 3, 8, 33}) {
                Matrix rows = random(1, count, 210, 0);
                Matrix someOfA = Matrix.of(a.data().slice(20 * 400, count * 400), count, 400);
                set.multiply(someOfA, b, rows, Epilogue.NONE);
                assertArrayEquals(c.data().slice(20 * 210, count * 210).toArray(), rows.data().toArray(), 0);
            }
        }
    }

    /// A device may round otherwise.
    @Test
    void setsAgreeBitForBit() {
        assumeTrue(Samples.exact());
        for (int[] s : SHAPES) {
            Matrix a = random(1, s[0], s[2], 0);
            Matrix b = random(1, s[2], s[1], 2);
            Matrix c = random(1, s[0], s[1], 0);
            Epilogue bias = Epilogue.bias(random(1, 1, s[1], 0).data());
            SETS.get(0).multiply(a, b, c, bias);
            float[] plain = c.data().toArray();
            SETS.get(1).multiply(a, b, c, bias);
            assertArrayEquals(plain, c.data().toArray(), 0);
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void aPackedFactorGivesTheSameBits(MatmulKernel set) {
        int[][] longSums = {{9, 50, 9000}, {1100, 3, 4100}};
        for (int[] s : Stream.of(SHAPES, longSums).flatMap(Arrays::stream).toArray(int[][]::new)) {
            for (int layout = 0; layout < 4; layout++) {
                Matrix a = random(1, s[0], s[2], layout);
                Matrix b = random(1, s[2], s[1], layout);
                Matrix c = random(1, s[0], s[1], layout & 1);
                Matrix other = new Matrix(Floats.of(c.data().array().clone()).slice(c.data().offset(),
                        c.data().length()), 1, s[0], s[1], 0, c.rowStride(), 1);
                Epilogue gelu = new Epilogue(layout == 3, random(1, 1, s[1], 0).data(), null, Activation.GELU_ERF);
                set.multiply(a, b, c, gelu);
                set.pack(b).multiply(a, other, gelu);
                assertArrayEquals(c.data().array(), other.data().array(), 0, a + " " + b);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void aPackedFactorIsOneMatrixOfTheRightShape(MatmulKernel set) {
        assertThrows(IllegalArgumentException.class, () -> set.pack(random(2, 4, 5, 0)));
        Packed packed = set.pack(random(1, 5, 4, 0));
        assertThrows(IllegalArgumentException.class,
                () -> packed.multiply(random(1, 3, 4, 0), random(1, 3, 4, 0), Epilogue.NONE));
        packed.multiply(random(1, 0, 5, 0), random(1, 0, 4, 0), Epilogue.NONE);
    }

    @ParameterizedTest
    @FieldSource("SETS")
    void wrongShapesAreRefused(MatmulKernel set) {
        Matrix c = random(1, 3, 5, 0);
        var wrong = assertThrows(IllegalArgumentException.class,
                () -> set.multiply(random(1, 3, 4, 0), random(1, 5, 4, 0), c, Epilogue.NONE));
        assertEquals("Matmul: a must be (batch, m, k), b (batch, k, n), c (batch, m, n); "
                + "got a (1, 3, 4), b (1, 5, 4), c (1, 3, 5); transpose one?", wrong.getMessage());
        assertThrows(IllegalArgumentException.class, () -> set.multiply(random(1, 3, 4, 0), random(1, 4, 5, 0), c,
                Epilogue.bias(Floats.zeros(3))));
    }

    /// Compares with sums in double precision, given the bound of Higham, "Accuracy and Stability of Numerical
    /// Algorithms" (2002), 3.1: k roundings, each of at most half an ulp of the sum of magnitudes.
    private void verify(MatmulKernel set, Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        float[] before = c.data().array().clone();
        set.multiply(a, b, c, epilogue);
        String what = set.getClass().getSimpleName() + " " + a + " " + b + " " + epilogue;
        for (int x = 0; x < c.batch(); x++) {
            for (int i = 0; i < c.rows(); i++) {
                for (int j = 0; j < c.columns(); j++) {
                    double sum = epilogue.accumulate() ? before[at(c, x, i, j)] : 0;
                    sum += epilogue.bias() == null ? 0 : epilogue.bias().get(j);
                    double magnitude = Math.abs(sum);
                    for (int k = 0; k < a.columns(); k++) {
                        double product = (double) get(a, x, i, k) * get(b, x, k, j);
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    double bound = (a.columns() + 2) * 0x1p-24 * magnitude;
                    if (epilogue.preactivation() != null) {
                        assertEquals(sum, epilogue.preactivation().get(at(c, x, i, j) - c.data().offset()), bound,
                                what);
                    }
                    double expected = activate(epilogue.activation(), sum);
                    assertEquals(expected, get(c, x, i, j), 1.2 * bound + 1e-6 * (1 + Math.abs(expected)), what);
                }
            }
        }
    }

    private static double activate(Activation f, double x) {
        if (f == Activation.IDENTITY) {
            return x;
        }
        Floats y = Floats.of((float) x);
        Kernels.REFERENCE.elementwise().activate(f, y, y);
        return y.get(0);
    }

    /// Random matrices at an odd offset: bit 0 of `layout` puts gaps between rows and matrices, bit 1 transposes.
    private Matrix random(int batch, int rows, int columns, int layout) {
        if ((layout & 2) != 0) {
            return random(batch, columns, rows, layout & 1).transpose();
        }
        int row = columns + 5 * (layout & 1);
        int one = rows * row + 7 * (layout & 1);
        float[] array = new float[batch * one + 11];
        for (int i = 0; i < array.length; i++) {
            array[i] = random.nextFloat() - 0.5f;
        }
        return new Matrix(new Floats(array, 11, batch * one), batch, rows, columns, one, row, 1);
    }

    private static Matrix repeat(Matrix x) {
        return new Matrix(x.data(), x.batch(), x.rows(), x.columns(), 0, x.rowStride(), x.columnStride());
    }

    private static int at(Matrix x, int index, int i, int j) {
        return x.data().offset() + index * x.batchStride() + i * x.rowStride() + j * x.columnStride();
    }

    private static float get(Matrix x, int index, int i, int j) {
        return x.data().array()[at(x, index, i, j)];
    }

    private static void on(int threads, Runnable body) {
        try (Workers workers = new Workers(threads)) {
            workers.call(() -> {
                body.run();
                return null;
            });
        }
    }
}
