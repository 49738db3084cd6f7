package norma.bench.lesson;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import norma.bench.workload.Inputs;
import norma.bench.workload.Workload;

/// The sum of each row of a matrix: what every norm and every softmax begins with.
final class SumLessons {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int ROWS = 64;
    private static final int COLUMNS = 768;

    private final float[] x = Inputs.random(1, ROWS, COLUMNS).toArray();
    private final float[] sums = new float[ROWS];
    private final float[] lanes = new float[LANES];
    private final MemorySegment segment;

    private SumLessons() {
        segment = Arena.ofAuto().allocate(4L * x.length, 64);
        MemorySegment.copy(x, 0, segment, ValueLayout.JAVA_FLOAT, 0, x.length);
    }

    static List<Workload> workloads() {
        return List.of(
                lesson("01 one sum", SumLessons::oneSum),
                lesson("02 eight sums", SumLessons::eightSums),
                lesson("03 one vector, reduceLanes", SumLessons::oneVector),
                lesson("04 four vectors, reduceLanes", SumLessons::fourVectors),
                lesson("05 four vectors, a fixed tree", SumLessons::fixedTree),
                lesson("06 the same on a MemorySegment", SumLessons::offHeap));
    }

    private static Workload lesson(String title, Consumer<SumLessons> variant) {
        double size = (double) ROWS * COLUMNS;
        return Workload.of("lesson_row_sums", title, size, 4 * size, () -> {
            var lesson = new SumLessons();
            return () -> {
                variant.accept(lesson);
                return lesson.sums;
            };
        });
    }

    /// One chain of additions: each waits for the one before, three or four cycles. C2 never reorders a sum of floats.
    private void oneSum() {
        for (int r = 0; r < ROWS; r++) {
            float sum = 0;
            for (int i = r * COLUMNS; i < (r + 1) * COLUMNS; i++) {
                sum += x[i];
            }
            sums[r] = sum;
        }
    }

    /// Eight chains hide the latency: all that one can do without vectors.
    private void eightSums() {
        for (int r = 0; r < ROWS; r++) {
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
            for (int i = r * COLUMNS; i < (r + 1) * COLUMNS; i += 8) {
                s0 += x[i];
                s1 += x[i + 1];
                s2 += x[i + 2];
                s3 += x[i + 3];
                s4 += x[i + 4];
                s5 += x[i + 5];
                s6 += x[i + 6];
                s7 += x[i + 7];
            }
            sums[r] = (s0 + s4 + (s2 + s6)) + (s1 + s5 + (s3 + s7));
        }
    }

    /// One vector is as many sums as it has lanes, and again one chain.
    private void oneVector() {
        for (int r = 0; r < ROWS; r++) {
            var sum = FloatVector.zero(F);
            for (int i = r * COLUMNS; i < (r + 1) * COLUMNS; i += LANES) {
                sum = sum.add(FloatVector.fromArray(F, x, i));
            }
            sums[r] = sum.reduceLanes(VectorOperators.ADD);
        }
    }

    /// Four vectors: the loads are the limit now. The order in which reduceLanes adds is not specified, and the interpreter's
    /// is another than C2's.
    private void fourVectors() {
        for (int r = 0; r < ROWS; r++) {
            sums[r] = four(r * COLUMNS).reduceLanes(VectorOperators.ADD);
        }
    }

    /// The same bits everywhere: the lanes are stored and added in an order that we choose. Against lesson 04 this is what the
    /// law of the same bits costs.
    private void fixedTree() {
        for (int r = 0; r < ROWS; r++) {
            four(r * COLUMNS).intoArray(lanes, 0);
            for (int half = LANES / 2; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    lanes[i] += lanes[i + half];
                }
            }
            sums[r] = lanes[0];
        }
    }

    private FloatVector four(int from) {
        var s0 = FloatVector.zero(F);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        for (int i = from; i < from + COLUMNS; i += 4 * LANES) {
            s0 = s0.add(FloatVector.fromArray(F, x, i));
            s1 = s1.add(FloatVector.fromArray(F, x, i + LANES));
            s2 = s2.add(FloatVector.fromArray(F, x, i + 2 * LANES));
            s3 = s3.add(FloatVector.fromArray(F, x, i + 3 * LANES));
        }
        return s0.add(s2).add(s1.add(s3));
    }

    /// Memory outside the heap: every access checks bounds and that the segment is alive, and C2 moves less of that out of
    /// the loop.
    private void offHeap() {
        for (int r = 0; r < ROWS; r++) {
            fourOffHeap(4L * r * COLUMNS).intoArray(lanes, 0);
            for (int half = LANES / 2; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    lanes[i] += lanes[i + half];
                }
            }
            sums[r] = lanes[0];
        }
    }

    private FloatVector fourOffHeap(long from) {
        ByteOrder order = ByteOrder.nativeOrder();
        var s0 = FloatVector.zero(F);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        for (long i = from; i < from + 4L * COLUMNS; i += 16L * LANES) {
            s0 = s0.add(FloatVector.fromMemorySegment(F, segment, i, order));
            s1 = s1.add(FloatVector.fromMemorySegment(F, segment, i + 4L * LANES, order));
            s2 = s2.add(FloatVector.fromMemorySegment(F, segment, i + 8L * LANES, order));
            s3 = s3.add(FloatVector.fromMemorySegment(F, segment, i + 12L * LANES, order));
        }
        return s0.add(s2).add(s1.add(s3));
    }
}
