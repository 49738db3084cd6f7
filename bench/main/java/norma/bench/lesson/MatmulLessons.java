package norma.bench.lesson;

import java.util.List;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import norma.bench.workload.Inputs;
import norma.bench.workload.Workload;
import norma.bench.workload.Workload.Operation;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.openjdk.jmh.annotations.CompilerControl;

/// C = A B of square matrices, from the three loops of the textbook to the engine.
final class MatmulLessons {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int N = 512;

    /// A tile of C: rows, and columns in two vectors. Its 8 accumulators, 2 vectors of B and one of A fit in 16 registers.
    private static final int TILE_ROWS = 4;
    private static final int TILE_COLUMNS = 2 * LANES;

    /// Rows of B in a packed panel: with two vectors of 16 floats a row, the panel has 32 KiB and stays in L1.
    private static final int DEPTH = 256;

    private final float[] a = Inputs.random(1, N, N).toArray();
    private final float[] b = Inputs.random(2, N, N).toArray();
    private final float[] c = new float[N * N];
    private final float[] panelOfA = new float[N * DEPTH];
    private final float[] panelOfB = new float[DEPTH * TILE_COLUMNS];

    private MatmulLessons() {
    }

    static List<Workload> workloads() {
        return List.of(
                lesson("01 i j k", MatmulLessons::naive),
                lesson("02 i k j: rows instead of columns", MatmulLessons::rowByRow),
                lesson("03 one index for all arrays", MatmulLessons::oneIndex),
                lesson("04 Vector API, C in memory", MatmulLessons::vectors),
                lesson("05 a tile of C in registers", MatmulLessons::tiles),
                lesson("06 tiles on packed panels", MatmulLessons::packed),
                lesson("07 accident: a helper boxes the tile", MatmulLessons::boxed),
                Workload.of("lesson_matmul", "08 the engine", flops(), bytes(), MatmulLessons::engine));
    }

    private static Workload lesson(String title, Consumer<MatmulLessons> variant) {
        return Workload.of("lesson_matmul", title, flops(), bytes(), () -> {
            var lesson = new MatmulLessons();
            return () -> {
                variant.accept(lesson);
                return lesson.c;
            };
        });
    }

    private static double flops() {
        return 2.0 * N * N * N;
    }

    private static double bytes() {
        return 3 * 4.0 * N * N;
    }

    /// The definition. B is read by columns: a cache line for each number. The sum is one chain: each addition waits for the
    /// one before.
    private void naive() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                float sum = 0;
                for (int k = 0; k < N; k++) {
                    sum += a[i * N + k] * b[k * N + j];
                }
                c[i * N + j] = sum;
            }
        }
    }

    /// Two loops exchanged: everything is read in order, and no chain is left. C2 still computes one number at a time,
    /// because it can't prove that b and c don't overlap at different indices.
    private void rowByRow() {
        java.util.Arrays.fill(c, 0);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < N; k++) {
                float aik = a[i * N + k];
                for (int j = 0; j < N; j++) {
                    c[i * N + j] += aik * b[k * N + j];
                }
            }
        }
    }

    /// Where all arrays have the same index, C2 vectorizes by itself: no Vector API, no flag. The price is a copy of each row
    /// of B and C.
    private void oneIndex() {
        float[] row = new float[N];
        float[] sums = new float[N];
        for (int i = 0; i < N; i++) {
            java.util.Arrays.fill(sums, 0);
            for (int k = 0; k < N; k++) {
                System.arraycopy(b, k * N, row, 0, N);
                addScaled(a[i * N + k], row, sums);
            }
            System.arraycopy(sums, 0, c, i * N, N);
        }
    }

    private static void addScaled(float factor, float[] x, float[] y) {
        for (int j = 0; j < x.length; j++) {
            y[j] += factor * x[j];
        }
    }

    /// Vectors by hand, same order of loops: one FMA for each two loads and a store. Memory is the limit, not arithmetic.
    private void vectors() {
        java.util.Arrays.fill(c, 0);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < N; k++) {
                var factor = FloatVector.broadcast(F, a[i * N + k]);
                for (int j = 0; j < N; j += LANES) {
                    FloatVector.fromArray(F, b, k * N + j).fma(factor, FloatVector.fromArray(F, c, i * N + j))
                            .intoArray(c, i * N + j);
                }
            }
        }
    }

    /// 4 x 2 vectors of C stay in registers for all k: 8 FMAs for 2 loads of B and 4 numbers of A. Rows of B are 2 KiB
    /// apart, though: each one is another line in the same few sets of the cache.
    private void tiles() {
        for (int i = 0; i < N; i += TILE_ROWS) {
            for (int j = 0; j < N; j += TILE_COLUMNS) {
                tile(a, i * N, N, 1, b, j, N, N, c, i * N + j, false);
            }
        }
    }

    /// The same tile on copies of A and B that lie in the order in which they are read: a panel of B in L1, all of A's part
    /// in L2. The copy costs n^2, the product n^3.
    private void packed() {
        for (int k = 0; k < N; k += DEPTH) {
            packA(k);
            for (int j = 0; j < N; j += TILE_COLUMNS) {
                packB(k, j);
                for (int i = 0; i < N; i += TILE_ROWS) {
                    tile(panelOfA, i * DEPTH, 1, TILE_ROWS, panelOfB, 0, TILE_COLUMNS, DEPTH, c, i * N + j, k > 0);
                }
            }
        }
    }

    private void packA(int k0) {
        for (int i = 0; i < N; i += TILE_ROWS) {
            for (int k = 0; k < DEPTH; k++) {
                for (int r = 0; r < TILE_ROWS; r++) {
                    panelOfA[i * DEPTH + k * TILE_ROWS + r] = a[(i + r) * N + k0 + k];
                }
            }
        }
    }

    private void packB(int k0, int j) {
        for (int k = 0; k < DEPTH; k++) {
            System.arraycopy(b, (k0 + k) * N + j, panelOfB, k * TILE_COLUMNS, TILE_COLUMNS);
        }
    }

    /// @param rowOfA distance between rows of the tile in a
    /// @param stepOfA distance between k and k + 1 in a
    /// @param add whether c holds a sum already
    private static void tile(float[] a, int a0, int rowOfA, int stepOfA, float[] b, int b0, int stepOfB, int depth,
            float[] c, int c0, boolean add) {
        var zero = FloatVector.zero(F);
        FloatVector c00 = add ? FloatVector.fromArray(F, c, c0) : zero;
        FloatVector c01 = add ? FloatVector.fromArray(F, c, c0 + LANES) : zero;
        FloatVector c10 = add ? FloatVector.fromArray(F, c, c0 + N) : zero;
        FloatVector c11 = add ? FloatVector.fromArray(F, c, c0 + N + LANES) : zero;
        FloatVector c20 = add ? FloatVector.fromArray(F, c, c0 + 2 * N) : zero;
        FloatVector c21 = add ? FloatVector.fromArray(F, c, c0 + 2 * N + LANES) : zero;
        FloatVector c30 = add ? FloatVector.fromArray(F, c, c0 + 3 * N) : zero;
        FloatVector c31 = add ? FloatVector.fromArray(F, c, c0 + 3 * N + LANES) : zero;
        for (int k = 0; k < depth; k++) {
            var b0k = FloatVector.fromArray(F, b, b0 + k * stepOfB);
            var b1k = FloatVector.fromArray(F, b, b0 + k * stepOfB + LANES);
            var ak = FloatVector.broadcast(F, a[a0 + k * stepOfA]);
            c00 = ak.fma(b0k, c00);
            c01 = ak.fma(b1k, c01);
            ak = FloatVector.broadcast(F, a[a0 + rowOfA + k * stepOfA]);
            c10 = ak.fma(b0k, c10);
            c11 = ak.fma(b1k, c11);
            ak = FloatVector.broadcast(F, a[a0 + 2 * rowOfA + k * stepOfA]);
            c20 = ak.fma(b0k, c20);
            c21 = ak.fma(b1k, c21);
            ak = FloatVector.broadcast(F, a[a0 + 3 * rowOfA + k * stepOfA]);
            c30 = ak.fma(b0k, c30);
            c31 = ak.fma(b1k, c31);
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + LANES);
        c10.intoArray(c, c0 + N);
        c11.intoArray(c, c0 + N + LANES);
        c20.intoArray(c, c0 + 2 * N);
        c21.intoArray(c, c0 + 2 * N + LANES);
        c30.intoArray(c, c0 + 3 * N);
        c31.intoArray(c, c0 + 3 * N + LANES);
    }

    /// A tile of one row whose multiply-add is a method of our own that C2 does not inline. Here we forbid it; in a large
    /// kernel C2 refuses by itself ("NodeCountInliningCutoff"). A vector that is handed to a call must be an object: watch the
    /// allocated bytes, and the time.
    private void boxed() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j += TILE_COLUMNS) {
                var sum0 = FloatVector.zero(F);
                var sum1 = FloatVector.zero(F);
                for (int k = 0; k < N; k++) {
                    var aik = FloatVector.broadcast(F, a[i * N + k]);
                    sum0 = multiplyAdd(aik, FloatVector.fromArray(F, b, k * N + j), sum0);
                    sum1 = multiplyAdd(aik, FloatVector.fromArray(F, b, k * N + j + LANES), sum1);
                }
                sum0.intoArray(c, i * N + j);
                sum1.intoArray(c, i * N + j + LANES);
            }
        }
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private static FloatVector multiplyAdd(FloatVector x, FloatVector y, FloatVector sum) {
        return x.fma(y, sum);
    }

    /// Larger tiles, three levels of blocks, any size and layout, threads.
    private static Operation engine() {
        Tensor a = Inputs.random(1, N, N);
        Tensor b = Inputs.random(2, N, N);
        var memory = new BufferPool();
        return () -> {
            try (Tape _ = Tape.inference(memory)) {
                return a.matmul(b);
            }
        };
    }
}
