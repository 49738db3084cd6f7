package norma.bench.lesson;

import java.util.List;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import norma.backend.Backend;
import norma.bench.workload.Inputs;
import norma.bench.workload.Workload;
import norma.kernel.Floats;

/// y = gamma (x - mean) / sqrt(var + eps) + beta on rows that fit in L2.
final class LayerNormLessons {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int ROWS = 64;
    private static final int COLUMNS = 768;
    private static final float EPS = 1e-5f;

    private final float[] x = Inputs.random(1, ROWS, COLUMNS).toArray();
    private final float[] gamma = Inputs.random(2, COLUMNS).toArray();
    private final float[] beta = Inputs.random(3, COLUMNS).toArray();
    private final float[] y = new float[ROWS * COLUMNS];
    private final float[] statistics = new float[3 * ROWS];
    private final float[] lanes = new float[LANES];

    private LayerNormLessons() {
    }

    static List<Workload> workloads() {
        return List.of(
                lesson("01 three loops, scalar", LayerNormLessons::scalar),
                lesson("02 vectors, reduceLanes", LayerNormLessons::reduced),
                lesson("03 vectors, a fixed tree", LayerNormLessons::fixedTree),
                lesson("04 the engine", LayerNormLessons::engine));
    }

    private static Workload lesson(String title, Consumer<LayerNormLessons> variant) {
        double size = (double) ROWS * COLUMNS;
        return Workload.of("lesson_layer_norm", title, 7 * size, 2 * 4 * size, () -> {
            var lesson = new LayerNormLessons();
            return () -> {
                variant.accept(lesson);
                return lesson.y;
            };
        });
    }

    /// The definition. Two of the three loops are chains of additions.
    private void scalar() {
        for (int row = 0; row < ROWS * COLUMNS; row += COLUMNS) {
            float sum = 0;
            for (int i = 0; i < COLUMNS; i++) {
                sum += x[row + i];
            }
            float mean = sum / COLUMNS;
            float squares = 0;
            for (int i = 0; i < COLUMNS; i++) {
                squares += (x[row + i] - mean) * (x[row + i] - mean);
            }
            float rstd = (float) (1 / Math.sqrt(squares / COLUMNS + EPS));
            for (int i = 0; i < COLUMNS; i++) {
                y[row + i] = (x[row + i] - mean) * rstd * gamma[i] + beta[i];
            }
        }
    }

    /// Three loops on vectors; the row stays in L1 in between.
    private void reduced() {
        for (int row = 0; row < ROWS * COLUMNS; row += COLUMNS) {
            float mean = sum(row).reduceLanes(VectorOperators.ADD) / COLUMNS;
            float squares = squares(row, mean).reduceLanes(VectorOperators.ADD);
            write(row, mean, (float) (1 / Math.sqrt(squares / COLUMNS + EPS)));
        }
    }

    /// Lanes added in an order of our own, twice a row. Against lesson 02 this is what the law of the same bits costs a norm.
    private void fixedTree() {
        for (int row = 0; row < ROWS * COLUMNS; row += COLUMNS) {
            float mean = tree(sum(row)) / COLUMNS;
            float squares = tree(squares(row, mean));
            write(row, mean, (float) (1 / Math.sqrt(squares / COLUMNS + EPS)));
        }
    }

    private float tree(FloatVector sums) {
        sums.intoArray(lanes, 0);
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    private FloatVector sum(int row) {
        var even = FloatVector.zero(F);
        var odd = even;
        for (int i = row; i < row + COLUMNS; i += 2 * LANES) {
            even = even.add(FloatVector.fromArray(F, x, i));
            odd = odd.add(FloatVector.fromArray(F, x, i + LANES));
        }
        return even.add(odd);
    }

    private FloatVector squares(int row, float mean) {
        var even = FloatVector.zero(F);
        var odd = even;
        for (int i = row; i < row + COLUMNS; i += 2 * LANES) {
            var first = FloatVector.fromArray(F, x, i).sub(mean);
            var second = FloatVector.fromArray(F, x, i + LANES).sub(mean);
            even = first.fma(first, even);
            odd = second.fma(second, odd);
        }
        return even.add(odd);
    }

    private void write(int row, float mean, float rstd) {
        for (int i = 0; i < COLUMNS; i += LANES) {
            FloatVector.fromArray(F, x, row + i).sub(mean).mul(rstd)
                    .fma(FloatVector.fromArray(F, gamma, i), FloatVector.fromArray(F, beta, i))
                    .intoArray(y, row + i);
        }
    }

    /// Sum and squares in one loop, around a guess of the mean; right for rows with large offsets too, for any size; keeps the
    /// statistics for the backward pass.
    private void engine() {
        Backend.kernels().normalization().centered(ROWS, COLUMNS, Floats.of(x), Floats.of(gamma), Floats.of(beta), EPS,
                Floats.of(y), Floats.of(statistics));
    }
}
