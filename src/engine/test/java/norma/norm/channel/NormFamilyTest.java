package norma.norm.channel;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static norma.tensor.Numbers.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.norm.conditional.VirtualBatchNorm;
import norma.norm.feature.GroupScaling;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.PowerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.BufferPool;
import norma.tensor.GradientCheck;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// How the norms by channel are related to each other, and what they must do whatever their kernels look like.
class NormFamilyTest {
    private static final int C = 4;

    /// Result and gradient of one step of training.
    private record Step(Tensor y, Tensor dx) {
    }

    private static Step step(Function<Tensor, Tensor> norm, Tensor x) {
        Tensor variable = x.copy().variable(), y;
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor result = norm.apply(variable);
            y = result.copy();
            tape.backward(result.multiply(normal(99, x.shape().toArray())).sum());
        }
        return new Step(y, variable.gradient());
    }

    private static Step step(Norm norm, Tensor x) {
        return step(v -> norm.forward(v), x);
    }

    private static void assertSame(Step expected, Step actual) {
        assertBits(expected.y, actual.y);
        assertBits(expected.dx, actual.dx);
    }

    private static void assertAlike(Step expected, Step actual) {
        assertClose(expected.y, actual.y, 5e-6);
        assertClose(expected.dx, actual.dx, 2e-5);
    }

    private static BatchNorm batchNorm(float eps) {
        return new BatchNorm(C, Optional.of(Init.constant(1.5f, C)), Optional.of(Init.constant(0.5f, C)),
                Optional.of(RunningStatistics.of(C, 0.1f)), eps, false);
    }

    private static void assertSameBuffers(Parameterized expected, Parameterized actual) {
        ParameterTree.of(expected).params()
                .forEach((name, p) -> assertBits(p.value().detach(),
                        ParameterTree.of(actual).params().get(name).value().detach()));
    }

    // ---- One norm is another ----

    @Test
    void groupNormOfOneGroupIsALayerNormOfAllButTheBatch() {
        Tensor x = normal(1, 3, C, 5, 6);
        assertAlike(step(LayerNorm.of(C, 5, 6), x), step(GroupNorm.of(C, 1), x));
    }

    @Test
    void groupNormOfSingleChannelsIsInstanceNorm() {
        Tensor x = normal(2, 3, C, 5, 6);
        assertSame(step(InstanceNorm.affine(C), x), step(GroupNorm.of(C, C), x));
    }

    @Test
    void batchRenormWithClosedBoundsIsBatchNorm() {
        Tensor x = normal(3, 6, C, 7);
        var batch = BatchNorm.of(C).untracked().withEps(BatchRenorm.EPS);
        assertAlike(step(batch, x), step(BatchRenorm.of(C).withBounds(1, 0), x));
    }

    @Test
    void syncBatchNormOnOneWorkerIsBatchNorm() {
        Tensor x = normal(4, 6, C, 7);
        BatchNorm alone = batchNorm(1e-5f), sync = batchNorm(1e-5f);
        assertSame(step(alone, x), step(new SyncBatchNorm(sync), x));
        assertSameBuffers(alone, sync);
    }

    @Test
    void syncBatchNormOnUnequalShardsIsBatchNormOfTheWhole() {
        Tensor x = normal(5, 9, C, 7).add(100);
        BatchNorm alone = batchNorm(1e-5f), sync = batchNorm(1e-5f);
        assertAlike(step(alone, x), step(v -> new SyncBatchNorm(sync).forward(v, 2, 6, 1), x));
        assertClose(alone.running().orElseThrow().mean().value(), sync.running().orElseThrow().mean().value(), 1e-5);
        assertClose(alone.running().orElseThrow().variance().value(), sync.running().orElseThrow().variance().value(),
                1e-6);
        assertSays(assertThrows(IllegalArgumentException.class, () -> new SyncBatchNorm(sync).forward(x, 2, 6)),
                "SyncBatchNorm", "[2, 6]", "(9, 4, 7)");
    }

    @Test
    void ghostBatchNormIsBatchNormOfEachPart() {
        Tensor x = normal(6, 7, C, 5);
        BatchNorm whole = batchNorm(1e-5f), parts = batchNorm(1e-5f);
        Step ghost = step(new GhostBatchNorm(whole, 3), x);
        int from = 0;
        for (int to : new int[] {3, 6, 7}) {
            Tensor expected;
            try (Tape _ = Tape.training(new BufferPool(), 0)) {
                expected = parts.forward(x.slice(0, from, to)).copy();
            }
            assertBits(expected, ghost.y.slice(0, from, to).copy());
            from = to;
        }
        assertSameBuffers(parts, whole);
    }

    @Test
    void aLastPartThatHasNoVarianceJoinsTheOneBefore() {
        Tensor x = normal(7, 7, C);
        Step ghost = step(new GhostBatchNorm(batchNorm(1e-5f), 3), x);
        Step last = step(batchNorm(1e-5f), x.slice(0, 3, 7).copy());
        assertBits(last.y, ghost.y.slice(0, 3, 7).copy());
    }

    @Test
    void stochNormIsBatchNormOrFrozenByTheCoin() {
        Tensor x = normal(8, 6, C, 5);
        BatchNorm batch = batchNorm(BatchNorm.EPS);
        Function<Float, Norm> stoch =
                p -> new StochNorm(Init.constant(1.5f, C), Init.constant(0.5f, C), RunningStatistics.of(C, 0.1f), p,
                        BatchNorm.EPS);
        assertAlike(step(batch, x), step(stoch.apply(1f), x));
        assertAlike(step(batchNorm(BatchNorm.EPS).with(true), x), step(stoch.apply(0f), x));
    }

    @Test
    void switchableNormWithOneChoiceIsThatNorm() {
        Tensor x = normal(9, 3, C, 5, 5);
        float unbiased = 25f / 24;
        for (int choice = 0; choice < 3; choice++) {
            var norm = SwitchableNorm.of(C);
            for (Param weight : List.of(norm.meanWeight(), norm.varianceWeight())) {
                weight.value().fill(-100).data().array()[weight.value().data().offset() + choice] = 100;
            }
            Planes planes = new Planes(3, C, 25, choice == 1 ? 1 : C, choice == 2);
            Tensor statistics = ChannelAxis.moments(x, planes);
            Tensor instances = ChannelAxis.moments(x, new Planes(3, C, 25, C, false));
            Tensor y = step(norm, x).y;
            // the variance of an instance is the unbiased one, which adds 1/24 of their mean to the others
            Tensor own = instances.slice(1, 2, 3).reshape(3, C).multiply(unbiased - 1);
            Tensor added =
                    choice == 0 ? own.reshape(3 * C, 1)
                            : own.mean(keepDims(choice == 1 ? 1 : 0)).reshape(planes.statistics(), 1);
            Tensor changed = Tensor.concat(1, statistics.slice(1, 0, 2), statistics.slice(1, 2, 3).add(added));
            assertClose(ChannelAxis.normalize(x, planes, changed, true, null, null, 1e-5f), y, 5e-6);
        }
    }

    @Test
    void virtualBatchNormOfAReferenceOfManyIsThatOfTheReference() {
        Tensor reference = normal(10, 4000, C), x = normal(11, 3, C);
        var norm = VirtualBatchNorm.of(C);
        Planes planes = new Planes(3, C, 1, C, true);
        Tensor statistics = ChannelAxis.moments(reference, new Planes(4000, C, 1, C, true));
        assertClose(ChannelAxis.normalize(x, planes, statistics, true, null, null, 1e-5f), norm.forward(x, reference),
                5e-3);
        // one example does not see another
        assertBits(norm.forward(x, reference).slice(0, 0, 1).copy(), norm.forward(x.slice(0, 0, 1), reference));
    }

    @Test
    void whiteningLeavesNoCorrelation() {
        Tensor mixing = normal(12, C, C).multiply(0.4f).add(Tensor.eye(C));
        Tensor x = normal(13, 500, C).matmul(mixing);
        for (Norm norm : List.of(
                DecorrelatedBatchNorm.of(Whitening.of(C, 1, 1e-6f), new InverseRoot.Eigenvalues()),
                DecorrelatedBatchNorm.of(Whitening.of(C, 1, 1e-6f), new InverseRoot.Newton(12)))) {
            Tensor y = step(norm, x).y;
            assertClose(Tensor.eye(C), y.transpose(0, 1).matmul(y).divide(500), 2e-3);
        }
        // in pairs, each pair is white and may be correlated with the other
        Tensor y = step(DecorrelatedBatchNorm.of(Whitening.of(C, 2, 1e-6f), new InverseRoot.Eigenvalues()), x).y;
        assertClose(Tensor.eye(2), y.slice(1, 0, 2).transpose(0, 1).matmul(y.slice(1, 0, 2)).divide(500), 2e-3);
    }

    @Test
    void eigenvaluesOfKnownMatrices() {
        var random = new SplittableRandom(1);
        for (int n : new int[] {1, 2, 3, 16}) {
            double[][] a = new double[n][n], copy = new double[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    copy[i][j] =
                            copy[j][i] = a[i][j] = a[j][i] = n == 3 && i == j ? 2 : n == 3 ? 0 : random.nextGaussian();
                }
            }
            SymmetricEigen eigen = SymmetricEigen.of(a);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int k = 0; k < n; k++) {
                        sum += eigen.vectors()[i][k] * eigen.values()[k] * eigen.vectors()[j][k];
                    }
                    assertEquals(copy[i][j], sum, 1e-12);
                }
            }
        }
        double[] bad = SymmetricEigen.of(new double[][] {{1, Double.NaN}, {Double.NaN, 1}}).values();
        assertTrue(Double.isNaN(bad[0]) && Double.isNaN(bad[1]));
    }

    @Test
    void whatChangesNothingChangesNothing() {
        Tensor x = normal(14, 3, C, 5);
        assertBits(x, GlobalResponseNorm.of(C).forward(x));
        assertClose(x, new CrossNorm(1, 1e-5f, true).exchanged(x, Indices.of(new int[] {0, 1, 2}, 3)), 5e-6);
        assertBits(x, new CrossNorm(1, 1e-5f, true).forward(x));
    }

    @Test
    void crossNormExchangesMeanAndSpread() {
        Tensor x = normal(15, 2, 3, 50);
        Tensor y = new CrossNorm(1, 0, true).exchanged(x, Indices.of(new int[] {1, 0}, 2));
        Moments before = Moments.of(x, 2), after = Moments.of(y, 2);
        for (int i = 0; i < 2; i++) {
            assertClose(before.mean().slice(0, 1 - i, 2 - i), after.mean().slice(0, i, i + 1), 1e-6);
            assertClose(before.variance().slice(0, 1 - i, 2 - i), after.variance().slice(0, i, i + 1), 1e-5);
        }
    }

    @Test
    void filterResponsesBelowTheThresholdAreTheThreshold() {
        Tensor x = normal(16, 2, 3, 10);
        var norm =
                new FilterResponseNorm(Init.constant(1, 3), Init.constant(0, 3), Optional.of(Init.constant(0.25f, 3)),
                        Optional.empty(), 1e-6f);
        Tensor plain = RmsNorm.plain(10).forward(x);
        assertBits(plain.maximum(Tensor.scalar(0.25f)), norm.forward(x));
    }

    @Test
    void localResponsesByTheirDefinition() {
        Tensor x = normal(17, 2, 7, 3);
        for (int size : new int[] {1, 2, 3, 4, 5, 9}) {
            Tensor y = new LocalResponseNorm(size, 0.5f, 0.75f, 2).forward(x);
            for (int i = 0; i < x.size(); i++) {
                double sum = 0;
                int c = i / 3 % 7;
                for (int k = Math.max(0, c - size / 2); k <= Math.min(6, c + (size - 1) / 2); k++) {
                    sum += Math.pow(x.data().get(i + 3 * (k - c)), 2);
                }
                assertEquals(x.data().get(i) / Math.pow(2 + 0.5 / size * sum, 0.75), y.data().get(i), 1e-6);
            }
        }
        assertClose(new LocalResponseNorm(5, 5e-4f, 0.75f, 2).forward(x), LocalResponseNorm.alexNet().forward(x), 1e-6);
    }

    @Test
    void aWindowOverEverythingIsALayerNorm() {
        Tensor x = normal(18, 2, 3, 9);
        var norm = new DivisiveNorm(Param.noDecay(Tensor.of(Shape.of(1), 0.1f)), 17, 1);
        assertClose(LayerNorm.plain(9).withEps(0.1f * 0.1f).forward(x), norm.forward(x), 5e-6);
    }

    @Test
    void onlineNormForgetsWhatItSawFirst() {
        var norm = new OnlineNorm(Init.constant(1, 2), Init.constant(0, 2), RunningStatistics.buffer(0, 2),
                RunningStatistics.buffer(1, 2),
                RunningStatistics.buffer(0, 2), RunningStatistics.buffer(0, 2), 0.99f, 0.9f, 1e-5f,
                OnlineNorm.Guard.NONE);
        Step first = step(norm, normal(19, 2000, 2).multiply(3).add(5));
        Moments late = Moments.of(first.y.slice(0, 1000, 2000), 0);
        assertClose(Tensor.zeros(1, 2), late.mean(), 0.1);
        assertClose(Tensor.full(Shape.of(1, 2), 1), late.variance(), 0.15);
        assertClose(Tensor.full(Shape.of(2), 5), norm.mean().value(), 1);
    }

    @Test
    void powerNormWarmsUp() {
        Tensor x = normal(20, 6, C).add(1);
        PowerNorm first = PowerNorm.of(C);
        Tensor scaled = new GroupScaling(1, PowerNorm.EPS).forward(x);
        assertClose(scaled.divide(scaled.square().mean(keepDims(0)).add(1e-5f).sqrt()), step(first, x).y, 2e-6);
        // the first step sets phi to the mean of its own squares
        assertClose(scaled.square().mean(keepDims(0)).reshape(C), first.phi().value(), 1e-6);
        assertEquals(1, first.steps().value().item());
        // padding counts in no mean
        PowerNorm padded = PowerNorm.of(C);
        Tensor longer = Tensor.concat(0, x, normal(21, 2, C)).reshape(1, 8, C);
        Tensor mask = Tensor.of(Shape.of(1, 8), 1, 1, 1, 1, 1, 1, 0, 0);
        Step step = step(v -> padded.forward(v, Context.padded(mask)), longer);
        assertClose(step(PowerNorm.of(C), x).y, step.y.reshape(8, C).slice(0, 0, 6).copy(), 2e-6);
        assertClose(first.phi().value(), padded.phi().value(), 1e-6);
    }

    // ---- Gradients ----

    private static Param gain(long seed) {
        return Param.noDecay(uniform(seed, 0.5, 1.5, C));
    }

    /// What the catalogue does not try: other inputs, epsilons and options.
    @Test
    void gradientsWithOtherOptions() {
        Tensor x = normal(22, 5, C, 4, 5);
        assertGradients("group norm",
                xs -> new GroupNorm(C, 2, Optional.of(gain(1)), Optional.of(gain(2)), 1e-2f).forward(xs[0]), x);
        assertGradients("frozen batch norm", xs -> batchNorm(1e-2f).with(true).forward(xs[0]), x);
        assertGradients("virtual reference", xs -> VirtualBatchNorm.of(C).forward(normal(5, 3, C, 4, 5), xs[0]), x);
        assertGradients("local response", xs -> new LocalResponseNorm(4, 0.5f, 0.75f, 1).forward(xs[0]), x);
        assertGradients("cross", xs -> new CrossNorm(1, 1e-5f, true).forward(xs[0]), x);
        assertGradients("filter response without threshold",
                xs -> new FilterResponseNorm(gain(1), gain(2), Optional.empty(), Optional.of(Init.constant(0.1f, 1)),
                        1e-2f).forward(xs[0]),
                x);
    }

    @Test
    void gradientsOfGainBiasAndConstants() {
        Tensor gamma = uniform(23, 0.5, 1.5, C), beta = normal(24, C);
        for (boolean across : new boolean[] {true, false}) {
            for (int groups : new int[] {1, 2, C}) {
                for (int inner : new int[] {1, 3, 35}) {
                    Planes p = new Planes(5, C, inner, groups, across);
                    Tensor x = normal(25, 5, C, inner);
                    assertGradients(p.toString(), xs -> ChannelAxis.normalize(xs[0], p, xs[1], xs[2], 0.1f), x, gamma,
                            beta);
                    Tensor statistics = ChannelAxis.moments(normal(26, 5, C, inner), p);
                    assertGradients(p.toString(),
                            xs -> ChannelAxis.normalize(xs[0], p, statistics, true, xs[1], xs[2], 0.1f), x, gamma,
                            beta);
                }
            }
        }
    }

    @Test
    void equalEigenvaluesHaveAGradient() {
        // a covariance of (1 + eps) I
        Tensor x = Tensor.of(Shape.of(4, 2), 1, 1, 1, -1, -1, 1, -1, -1);
        assertTrue(GradientCheck.first(xs -> DecorrelatedBatchNorm.of(2, 1).forward(xs[0]), x) < 3e-3);
        assertGradients("inverse root",
                xs -> new InverseRoot.Eigenvalues().of(xs[0].matmulTransposed(xs[0]).add(Tensor.eye(3))),
                normal(27, 2, 3, 3));
    }

    // ---- The degenerate inputs ----

    @Test
    void noVarianceGivesTheBias() {
        for (float value : new float[] {0, 0.1f, 1e4f / 3, -1e20f}) {
            Tensor x = Tensor.full(Shape.of(3, C, 5), value), half = Tensor.full(Shape.of(3, C, 5), 0.5f);
            assertBits(half, step(batchNorm(1e-5f), x).y);
            assertBits(half,
                    new GroupNorm(C, 2, Optional.of(Init.constant(2, C)), Optional.of(Init.constant(0.5f, C)), 1e-5f)
                            .forward(x));
        }
        Tensor one = normal(28, 2, C);
        assertBits(Tensor.full(one.shape(), 0), GroupNorm.of(C, C).forward(one));
    }

    @Test
    void oneValueHasNoVariance() {
        for (Norm norm : List.of(batchNorm(1e-5f), BatchRenorm.of(C).withBounds(3, 5), StochNorm.of(C).withP(0.5f),
                EvoNormB.of(EvoNormB.Form.B0, C),
                DecorrelatedBatchNorm.iterNorm(C, 2), DecorrelatedBatchNorm.of(C, 2))) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> step(norm, normal(29, 1, C))), "(1, 4)",
                    "more than one value");
        }
        for (Norm norm : List.of(InstanceNorm.of(C), SwitchableNorm.of(C), SelfNorm.of(new Init(1), C, false))) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> step(norm, normal(30, 3, C))), "(3, 4)",
                    "more than one element");
        }
    }

    @Test
    void anEmptyBatchLeavesTheBuffersAlone() {
        Tensor x = Tensor.zeros(0, C, 3);
        for (Norm norm : List.of(batchNorm(1e-5f), BatchRenorm.of(C).withBounds(3, 5), MeanOnlyBatchNorm.of(C),
                StochNorm.of(C).withP(0.5f),
                BatchInstanceNorm.of(C), SwitchableNorm.of(C), OnlineNorm.of(C), DecorrelatedBatchNorm.iterNorm(C, 2),
                DecorrelatedBatchNorm.of(C, 2), EvoNormB.of(EvoNormB.Form.B0, C), InstanceNorm.of(C),
                GroupNorm.of(C, 2))) {
            var before = ParameterTree.of(norm).params().values().stream().map(p -> p.value().copy()).toList();
            Step step = step(norm, x);
            assertEquals(x.shape(), step.y.shape());
            var after = ParameterTree.of(norm).params().values().stream().map(p -> p.value().detach()).toList();
            for (int i = 0; i < before.size(); i++) {
                assertBits(before.get(i), after.get(i));
            }
        }
    }

    @Test
    void nanPoisonsItsOwnStatisticOnly() {
        Tensor x = normal(31, 3, C, 6), bad = x.copy();
        bad.data().array()[(C + 1) * 6 + 2] = Float.NaN; // example 1, channel 1
        assertPoisoned(batchNorm(1e-5f)::forward, x, bad, (_, c) -> c == 1);
        assertPoisoned(EvoNormB.of(EvoNormB.Form.B0, C)::forward, x, bad, (_, c) -> c == 1);
        assertPoisoned(GroupNorm.of(C, 2)::forward, x, bad, (n, c) -> n == 1 && c < 2);
        assertPoisoned(InstanceNorm.of(C)::forward, x, bad, (n, c) -> n == 1 && c == 1);
        assertPoisoned(FilterResponseNorm.of(C)::forward, x, bad, (n, c) -> n == 1 && c == 1);
        assertPoisoned(DecorrelatedBatchNorm.iterNorm(C, 2)::forward, x, bad, (_, c) -> c < 2);
        assertPoisoned(DecorrelatedBatchNorm.of(C, 2)::forward, x, bad, (_, c) -> c < 2);
    }

    private interface Poisoned {
        boolean test(int example, int channel);
    }

    private static void assertPoisoned(Function<Tensor, Tensor> norm, Tensor x, Tensor bad, Poisoned poisoned) {
        Step good = step(norm, x), step = step(norm, bad);
        for (int i = 0; i < x.size(); i++) {
            boolean expected = poisoned.test(i / (6 * C), i / 6 % C);
            assertEquals(expected, Float.isNaN(step.y.data().get(i)), "element " + i);
            if (!expected) {
                assertEquals(good.y.data().get(i), step.y.data().get(i), "element " + i);
            }
        }
    }

    @Test
    void aPlaneOfZerosHasAGradient() {
        Tensor x = Tensor.concat(1, Tensor.zeros(2, 1, 5), normal(32, 2, C - 1, 5));
        for (Norm norm : List.of(new GlobalResponseNorm(gain(1), gain(2), 1e-6f), FilterResponseNorm.of(C),
                SelfNorm.of(new Init(1), C, true), LocalResponseNorm.of(5))) {
            for (float v : step(norm, x).dx.toArray()) {
                assertTrue(Float.isFinite(v), norm::toString);
            }
        }
    }

    // ---- Accuracy ----

    @Test
    void offsetsDoNotCostAccuracy() {
        // x = 1e4 +- 0.01: float32 kernels that do not take care are off by 0.1 here
        for (int[] dims : new int[][] {{50, C}, {6, C, 35}, {2, C, 40, 40}}) {
            Tensor x = uniform(33, -0.01, 0.01, dims);
            for (int i = 0; i < x.size(); i++) {
                x.data().array()[i] = (float) (1e4 + x.data().get(i));
            }
            int inner = x.size() / (dims[0] * C);
            var batch = BatchNorm.plain(RunningStatistics.of(C, 1));
            assertExact(x, new Planes(dims[0], C, inner, C, true), step(batch, x).y, batch.running().orElseThrow());
            assertExact(x, new Planes(dims[0], C, inner, 2, false), GroupNorm.of(C, 2).forward(x), null);
            assertExact(x, new Planes(dims[0], C, inner, 1, false), GroupNorm.of(C, 1).forward(x), null);
        }
    }

    private static void assertExact(Tensor x, Planes p, Tensor y, RunningStatistics running) {
        double[] mean = new double[p.statistics()], variance = new double[p.statistics()];
        for (int i = 0; i < x.size(); i++) {
            mean[p.statisticOf(i / p.run())] += (double) x.data().get(i) / p.count();
        }
        for (int i = 0; i < x.size(); i++) {
            variance[p.statisticOf(i / p.run())] += Math.pow(x.data().get(i) - mean[p.statisticOf(i / p.run())], 2)
                    / p.count();
        }
        for (int i = 0; i < x.size(); i++) {
            int s = p.statisticOf(i / p.run());
            assertEquals((x.data().get(i) - mean[s]) / Math.sqrt(variance[s] + 1e-5f), y.data().get(i), 1e-6,
                    p.toString());
        }
        for (int c = 0; running != null && c < C; c++) {
            double unbiased = variance[c] * p.count() / (p.count() - 1);
            assertEquals(unbiased, running.variance().value().data().get(c), 1e-6 * unbiased);
            assertEquals((float) mean[c], running.mean().value().data().get(c));
        }
    }

    // ---- Errors ----

    @Test
    void partsOfOtherSizesAreRefusedBeforeAnythingChanges() {
        Optional<Param> three = Optional.of(Init.constant(1, 3));
        var running = Optional.of(RunningStatistics.of(C, 0.1f));
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> new BatchNorm(3, three, Optional.empty(), running, 1e-5f, false)),
                "BatchNorm", "3 channels", "(4)");
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> new GroupNorm(C, 2, three, Optional.empty(), 1e-5f)),
                "GroupNorm",
                "4 channels", "(3)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new InstanceNorm(C, Optional.empty(), three, running, 1e-5f, false)), "InstanceNorm",
                "4 channels", "(3)");
    }

    @Test
    void wrongShapesAreNamed() {
        for (Norm norm : List.of(batchNorm(1e-5f), GroupNorm.of(C, 2), InstanceNorm.affine(C), SwitchableNorm.of(C),
                StochNorm.of(C).withP(0.5f), OnlineNorm.of(C), DecorrelatedBatchNorm.iterNorm(C, 2),
                DecorrelatedBatchNorm.of(C, 2),
                EvoNormB.of(EvoNormB.Form.B0, C),
                EvoNormS.of(EvoNormS.Form.S0, C, 2), FilterResponseNorm.of(C), GlobalResponseNorm.of(C),
                SelfNorm.of(new Init(1), C, true))) {
            var error =
                    assertThrows(IllegalArgumentException.class, () -> step(norm, normal(34, 2, 5, 3)), norm::toString);
            assertSays(error, norm.getClass().getSimpleName(), "(2, 5, 3)", "4", "axis 1");
        }
        assertSays(assertThrows(IllegalArgumentException.class, () -> GroupNorm.of(10, 4)), "10", "4", "divide");
        assertSays(assertThrows(IllegalArgumentException.class, () -> DecorrelatedBatchNorm.iterNorm(10, 4)),
                "DecorrelatedBatchNorm", "10", "4",
                "divide");
        assertSays(assertThrows(IllegalArgumentException.class, () -> new GroupScaling(3, 0).forward(normal(35, 2, 4))),
                "GroupScaling", "(2, 4)", "3");
    }
}
