package norma.bench.lesson;

import java.util.List;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import norma.backend.Backend;
import norma.bench.workload.Inputs;
import norma.bench.workload.Workload;
import norma.kernel.Floats;
import norma.kernel.contract.ElementwiseKernel.Unary;

/// y = exp(x) on an array that fits in L1.
final class ExpLessons {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int SIZE = 4096;
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HEAD = 0.693359375f;
    private static final float LN2_TAIL = -2.12194440e-4f;
    /// 1.5 * 2^23: adding it rounds to a whole number, which then stands in the lowest bits.
    private static final float ROUND = 12582912f;

    private final float[] x = Inputs.random(1, SIZE).toArray();
    private final float[] y = new float[SIZE];

    private ExpLessons() {
    }

    static List<Workload> workloads() {
        return List.of(
                lesson("01 Math.exp", ExpLessons::scalar),
                lesson("02 lanewise(EXP)", ExpLessons::library),
                lesson("03 a polynomial of our own", ExpLessons::polynomial),
                lesson("04 the engine", ExpLessons::engine));
    }

    private static Workload lesson(String title, Consumer<ExpLessons> variant) {
        return Workload.of("lesson_exp", title, SIZE, 2 * 4.0 * SIZE, () -> {
            var lesson = new ExpLessons();
            return () -> {
                variant.accept(lesson);
                return lesson.y;
            };
        });
    }

    /// In double, one number at a time: an intrinsic of the VM, accurate and slow.
    private void scalar() {
        for (int i = 0; i < SIZE; i++) {
            y[i] = (float) Math.exp(x[i]);
        }
    }

    /// One call of a vector library: Intel's SVML on x86-64 Linux and Windows, SLEEF on arm64 Linux, a scalar loop elsewhere.
    /// Other platforms give other last bits, and so does the interpreter.
    private void library() {
        for (int i = 0; i < SIZE; i += LANES) {
            FloatVector.fromArray(F, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
        }
    }

    /// exp(x) = 2^n exp(r) with |r| <= ln 2 / 2, and a polynomial of degree 5 for exp(r): multiplications and additions, so
    /// the same bits everywhere.
    private void polynomial() {
        for (int i = 0; i < SIZE; i += LANES) {
            var v = FloatVector.fromArray(F, x, i);
            var shifted = v.fma(LOG2_E, ROUND);
            var n = shifted.sub(ROUND);
            var r = n.fma(FloatVector.broadcast(F, -LN2_TAIL), n.fma(FloatVector.broadcast(F, -LN2_HEAD), v));
            var p = FloatVector.broadcast(F, 0.0013814213f)
                    .fma(r, FloatVector.broadcast(F, 0.0083688986f))
                    .fma(r, FloatVector.broadcast(F, 0.041668406f))
                    .fma(r, FloatVector.broadcast(F, 0.16666519f))
                    .fma(r, FloatVector.broadcast(F, 0.49999993f))
                    .fma(r, FloatVector.broadcast(F, 1f))
                    .fma(r, FloatVector.broadcast(F, 1f));
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            p.reinterpretAsInts().add(exponent).reinterpretAsFloats().intoArray(y, i);
        }
    }

    /// The same polynomial, and what belongs to it: overflow to infinity, denormal results, NaN.
    private void engine() {
        Backend.kernels().elementwise().unary(Unary.EXP, Floats.of(x), Floats.of(y));
    }
}
