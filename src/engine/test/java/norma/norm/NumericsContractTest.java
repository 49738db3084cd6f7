package norma.norm;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.axis.Moments;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.BatchRenorm;
import norma.norm.channel.GhostBatchNorm;
import norma.norm.channel.GroupNorm;
import norma.norm.channel.InstanceNorm;
import norma.norm.channel.PixelNorm;
import norma.norm.channel.PositionalNorm;
import norma.norm.channel.StochNorm;
import norma.norm.channel.SyncBatchNorm;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.LpNormalize;
import norma.norm.feature.RmsNorm;
import norma.norm.feature.ScaleNorm;
import norma.norm.feature.SimpleRmsNorm;
import norma.norm.weight.WeightNorm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What all norms promise about numbers that other engines get wrong: large offsets, large and small numbers, statistics of
/// nothing.
class NumericsContractTest {
    private static final int N = 6, C = 8, L = 40;
    private static final float EPS = 1e-5f;

    /// Result and gradient of one step of training, from random gradients.
    private record Step(float[] y, float[] dx) {
        static Step of(Norm norm, Tensor x) {
            Tensor variable = x.copy().variable();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                Tensor y = norm.forward(variable, Context.NONE);
                float[] values = y.toArray();
                tape.backward(y.multiply(normal(7, x.shape().toArray())).sum());
                return new Step(values, variable.gradient().toArray());
            }
        }
    }

    // ---- x = 1e4 +- 0.01, right to 1e-6 ----

    /// A norm whose result is (x - mean) / sqrt(var + eps).
    ///
    /// @param statistics which statistic element i of (N, C, L) belongs to
    private record Centered(String name, Norm norm, java.util.function.IntUnaryOperator statistics) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Centered> centered() {
        var plain = BatchNorm.plain(RunningStatistics.of(C, 1)).withEps(EPS);
        return Stream.of(new Centered("layer norm", LayerNorm.plain(L).withEps(EPS), i -> i / L),
                new Centered("layer norm of two axes", LayerNorm.plain(C, L).withEps(EPS), i -> i / (C * L)),
                new Centered("batch norm", plain, i -> i / L % C),
                new Centered("sync batch norm", new SyncBatchNorm(plain), i -> i / L % C),
                new Centered("ghost batch norm", new GhostBatchNorm(plain, 3), i -> i / (3 * C * L) * C + i / L % C),
                new Centered("batch renorm", BatchRenorm.of(C).withBounds(1, 0), i -> i / L % C),
                new Centered("stoch norm", StochNorm.of(C).withP(1), i -> i / L % C),
                new Centered("group norm", GroupNorm.plain(C, 4).withEps(EPS), i -> i / (2 * L)),
                new Centered("group norm of one group", GroupNorm.plain(C, 1).withEps(EPS), i -> i / (C * L)),
                new Centered("instance norm", InstanceNorm.of(C), i -> i / L),
                new Centered("positional norm", new PositionalNorm(EPS), i -> i / (C * L) * L + i % L),
                new Centered("moments of composed norms", definition(), i -> i / L % C));
    }

    private static Norm definition() {
        return new Norm() {
            @Override
            public Tensor forward(Tensor x, Context context) {
                Moments moments = Moments.of(x, 0, 2);
                return moments.centered().divide(moments.variance().add(EPS).sqrt());
            }
        };
    }

    private static Tensor offset() {
        return normal(1, N, C, L).multiply(0.01f).add(1e4f);
    }

    @ParameterizedTest
    @MethodSource("centered")
    void anOffsetCostsNoDigits(Centered c) {
        Tensor x = offset();
        float eps = c.norm instanceof BatchRenorm renorm ? renorm.eps() : EPS;
        double[] n = new double[x.size()], mean = n.clone(), variance = n.clone();
        for (int i = 0; i < x.size(); i++) {
            n[c.statistics.applyAsInt(i)]++;
            mean[c.statistics.applyAsInt(i)] += x.data().get(i);
        }
        for (int i = 0; i < x.size(); i++) {
            int s = c.statistics.applyAsInt(i);
            variance[s] += Math.pow(x.data().get(i) - mean[s] / n[s], 2) / n[s];
        }
        float[] y = Step.of(c.norm, x).y;
        for (int i = 0; i < y.length; i++) {
            int s = c.statistics.applyAsInt(i);
            assertEquals((x.data().get(i) - mean[s] / n[s]) / Math.sqrt(variance[s] + eps), y[i], 1e-6);
        }
    }

    // ---- |x| = 1e20, the squares of which are out of range ----

    static Stream<Norm> lengths() {
        return Stream.of(RmsNorm.plain(L).withEps(0),
                new RmsNorm(Shape.of(L), Optional.empty(), 1e-6f, RmsNorm.Form.CLAMPED_LENGTH),
                LpNormalize.l2(), new LpNormalize(2, 1, 1e-12f), ScaleNorm.of(L), new PixelNorm(PixelNorm.EPS),
                new SimpleRmsNorm(1e-6f));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void squaresOutOfRange(Norm norm) {
        // a power of two, so that nothing but the range differs
        float large = 0x1p66f;
        Tensor x = normal(2, 3, C, L);
        Step small = Step.of(norm, x), step = Step.of(norm, x.multiply(large));
        for (int i = 0; i < x.size(); i++) {
            assertEquals(small.y[i], step.y[i], 2e-5 * (1 + Math.abs(small.y[i])), norm.toString());
            assertEquals(small.dx[i], step.dx[i] * large, 2e-5 * (1 + Math.abs(small.dx[i])), norm.toString());
        }
    }

    // ---- Statistics of one value, and of none ----

    @Test
    void oneValueOfAChannel() {
        for (int[] dims : new int[][] {{1, C}, {1, C, 1, 1}}) {
            String shape = Shape.of(dims).toString();
            for (Norm norm : List.of(BatchNorm.of(C), new SyncBatchNorm(BatchNorm.of(C)),
                    BatchRenorm.of(C).withBounds(1, 0),
                    StochNorm.of(C).withP(0.5f), new GhostBatchNorm(BatchNorm.of(C), 1))) {
                assertSays(assertThrows(IllegalArgumentException.class, () -> Step.of(norm, normal(3, dims))), shape,
                        "variance");
            }
            // without running statistics the batch's are used in evaluation too
            var untracked = BatchNorm.plain(RunningStatistics.of(C, 1)).untracked().withEps(EPS);
            assertSays(assertThrows(IllegalArgumentException.class, () -> untracked.forward(normal(3, dims))), shape);
            // with them, evaluation needs no batch
            assertEquals(Shape.of(dims), BatchNorm.of(C).forward(normal(3, dims)).shape());
        }
    }

    @Test
    void oneValueOfAGroup() {
        Param beta = Param.noDecay(normal(4, C));
        for (int n : new int[] {1, 2}) {
            float[] expected = Tensor.zeros(n, C).add(beta.value().detach()).toArray();
            Tensor x = normal(5, n, C).add(1e4f);
            Step step = Step.of(new GroupNorm(C, C, Optional.empty(), Optional.of(beta), EPS), x);
            assertBits(Tensor.of(x.shape(), expected), Tensor.of(x.shape(), step.y));
            assertBits(Tensor.zeros(n, C), Tensor.of(x.shape(), step.dx).abs());
            Norm refusing = InstanceNorm.of(C);
            assertSays(assertThrows(IllegalArgumentException.class, () -> refusing.forward(x)), "InstanceNorm",
                    x.shape().toString(), "allowDegenerate");
            assertBits(Tensor.of(x.shape(), expected),
                    new InstanceNorm(C, Optional.empty(), Optional.of(beta), Optional.empty(), EPS, true).forward(x));
        }
        assertSays(assertThrows(IllegalArgumentException.class, () -> GroupNorm.of(10, 4)), "10", "4");
    }

    @Test
    void oneFeatureAndNone() {
        Param beta = Param.noDecay(Tensor.of(Shape.of(1), 0.7f));
        Step one = Step.of(new LayerNorm(Shape.of(1), Optional.empty(), Optional.of(beta), EPS),
                normal(6, 5, 1).add(1e4f));
        assertBits(Tensor.full(Shape.of(5), 0.7f), Tensor.of(Shape.of(5), one.y));
        assertBits(Tensor.zeros(5), Tensor.of(Shape.of(5), one.dx).abs());
        assertEquals(Shape.of(5, 0), LayerNorm.plain(0).withEps(EPS).forward(Tensor.zeros(5, 0)).shape());
        assertEquals(Shape.of(0, 5), LayerNorm.plain(5).withEps(EPS).forward(Tensor.zeros(0, 5)).shape());
    }

    @Test
    void anEmptyBatchChangesNothing() {
        for (Parameterized part : List.of(BatchNorm.of(C), new SyncBatchNorm(BatchNorm.of(C)),
                BatchRenorm.of(C).withBounds(1, 0),
                StochNorm.of(C).withP(0.5f), new GhostBatchNorm(BatchNorm.of(C), 2))) {
            List<Tensor> before = buffers(part);
            for (int[] dims : new int[][] {{0, C}, {0, C, 4}, {3, C, 0}}) {
                assertEquals(0, Step.of((Norm) part, Tensor.zeros(dims)).y.length);
            }
            List<Tensor> after = buffers(part);
            for (int i = 0; i < before.size(); i++) {
                assertBits(before.get(i), after.get(i));
            }
        }
    }

    private static List<Tensor> buffers(Parameterized part) {
        return ParameterTree.of(part).params().values().stream().map(p -> p.value().detach().copy()).toList();
    }

    // ---- No variance, no length ----

    @Test
    void slopesWhereNothingVaries() {
        // dx = (g - mean g) / sqrt(eps), and g / sqrt(eps) without a mean
        Tensor zeros = Tensor.zeros(N, C, L), g = normal(7, N, C, L);
        Tensor centered = g.subtract(g.mean(keepDims(-1)));
        assertSlope(centered, EPS, LayerNorm.plain(L).withEps(EPS), zeros);
        assertSlope(centered, EPS, InstanceNorm.of(C), zeros);
        assertSlope(g, 1e-6f, RmsNorm.plain(L), zeros);
        Tensor perChannel = g.subtract(g.mean(keepDims(0, 2)));
        assertSlope(perChannel, EPS, BatchNorm.plain(RunningStatistics.of(C, 1)).untracked().withEps(EPS),
                zeros.add(3));
    }

    private static void assertSlope(Tensor g, float eps, Norm norm, Tensor x) {
        Step step = Step.of(norm, x);
        assertBits(Tensor.zeros(x.size()), Tensor.of(Shape.of(x.size()), step.y).abs());
        assertClose(g, Tensor.of(x.shape(), step.dx).multiply((float) Math.sqrt(eps)), 2e-6);
    }

    @Test
    void vectorsOfZeros() {
        Tensor g = normal(7, 2, 3);
        Step step = Step.of(new LpNormalize(2, -1, 1e-12f), Tensor.zeros(2, 3));
        assertClose(g, Tensor.of(Shape.of(2, 3), step.dx).multiply(1e-12f), 1e-6);
        assertBits(Tensor.zeros(6), Tensor.of(Shape.of(6), step.y).abs());
        assertBits(Tensor.zeros(6),
                Tensor.of(Shape.of(6), Step.of(new LpNormalize(2, -1, 1e-12f, true), Tensor.zeros(2, 3)).dx).abs());
    }

    @Test
    void weightsOfZeros() {
        Tensor v = Tensor.concat(0, Tensor.zeros(1, 5), normal(8, 2, 5));
        var norm = new WeightNorm(Param.weight(v), Init.constant(1, 3, 1));
        for (int i = 0; i < 15; i++) {
            assertEquals(i < 5, Float.isNaN(norm.value().data().get(i)));
        }
        Tensor w;
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = norm.clamped(1e-12f).value();
            w = y.copy();
            tape.backward(y.multiply(normal(9, 3, 5)).sum());
        }
        assertBits(Tensor.zeros(5), w.reshape(15).slice(0, 0, 5).copy());
        assertBits(norm.value().slice(0, 1, 3).copy(), w.slice(0, 1, 3).copy());
        for (float dv : norm.raw().value().gradient().toArray()) {
            assertTrue(Float.isFinite(dv));
        }
    }

    // ---- NaN and infinity ----

    @ParameterizedTest
    @MethodSource("centered")
    void nanPoisonsItsOwnStatistic(Centered c) {
        Tensor x = normal(10, N, C, L), bad = x.copy();
        int at = x.size() / 2 + 17;
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            bad.data().set(at, value);
            Step good = Step.of(c.norm, x), step = Step.of(c.norm, bad);
            for (int i = 0; i < x.size(); i++) {
                boolean own = c.statistics.applyAsInt(i) == c.statistics.applyAsInt(at);
                assertTrue(own ? Float.isNaN(step.y[i]) && Float.isNaN(step.dx[i])
                        : step.y[i] == good.y[i] && step.dx[i] == good.dx[i], c + ", element " + i);
            }
        }
    }

    @Test
    void infinityInARowOfAnRmsNorm() {
        Tensor x = Tensor.of(Shape.of(1, 3), 1, Float.POSITIVE_INFINITY, -2);
        assertBits(Tensor.of(Shape.of(1, 3), 0, Float.NaN, 0), RmsNorm.plain(3).forward(x).abs());
    }
}
