package norma.norm.channel;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import norma.catalogue.Norms;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.norm.feature.GroupScaling;
import norma.norm.feature.LpNormalize;
import norma.norm.feature.PartialRmsNorm;
import norma.norm.feature.PowerNorm;
import norma.norm.weight.Orthogonal;
import norma.norm.weight.SpectralNorm;
import norma.norm.weight.WeightNorm;
import norma.norm.weight.WeightStandardization;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What methods can be told to do otherwise.
class OptionsTest {
    private static final int C = 4;

    private static Parameterized part(String spec) {
        return Norms.any(spec, false).create(new Init(1), C);
    }

    private static Tensor trained(Norm norm, Tensor x) {
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            return norm.forward(x).copy();
        }
    }

    private static Tensor buffer(Parameterized part, String name) {
        return ParameterTree.of(part).params().get(name).value();
    }

    // ---- What running statistics are ----

    @Test
    void cumulativeStatisticsAreTheMeanOverAllBatches() {
        Norm norm = (Norm) part("batch_norm{cumulative=true}");
        Tensor mean = Tensor.zeros(C);
        for (int i = 1; i <= 5; i++) {
            Tensor x = normal(i, 6, C);
            trained(norm, x);
            mean = mean.add(x.mean(keepDims(0)).reshape(C).multiply(0.2f));
        }
        assertClose(mean, buffer(norm, "running.running_mean"), 1e-6);
        assertEquals(5, buffer(norm, "running.num_batches_tracked").item());
    }

    @Test
    void withoutTrackingTheBatchIsUsedAlways() {
        Norm norm = (Norm) part("batch_norm{track=false}");
        assertEquals(2, ParameterTree.of(norm).params().size());
        Tensor x = normal(6, 5, C, 3);
        assertBits(trained(norm, x), norm.forward(x).detach());
        assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(7, 1, C))), "(1, 4)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch_norm", "instance_norm{track=true, ", "switchable_norm"})
    void theNewestBatchWeighsAShare(String name) {
        String spec = (name.contains("{") ? name : name + "{") + "new_stat_weight=1.5}";
        assertSays(assertThrows(IllegalArgumentException.class, () -> part(spec)), "newest batch", "[0, 1]", "1.5");
    }

    @Test
    void planesOfOneElementTellRunningStatisticsNothing() {
        Norm norm = (Norm) part("instance_norm{track=true, allow_degenerate=true}");
        for (int[] dims : new int[][] {{3, C, 1}, {3, C, 0}}) {
            trained(norm, normal(1, dims));
            assertBits(Tensor.zeros(C), buffer(norm, "running.running_mean"));
            assertBits(Tensor.full(Shape.of(C), 1), buffer(norm, "running.running_var"));
            assertEquals(0, buffer(norm, "running.num_batches_tracked").item());
        }
    }

    @Test
    void instanceNormMayTrack() {
        Norm norm = (Norm) part("instance_norm{track=true, affine=true, new_stat_weight=1}");
        Tensor x = normal(8, 3, C, 5);
        trained(norm, x);
        Tensor centered = x.subtract(x.mean(keepDims(2)));
        assertClose(centered.square().sum(keepDims(2)).divide(4).mean(0).reshape(C),
                buffer(norm, "running.running_var"), 1e-6);
        assertClose(
                x.subtract(x.mean(keepDims(0, 2)))
                        .divide(centered.square().sum(keepDims(2)).divide(4).mean(keepDims(0)).add(1e-5f).sqrt()),
                norm.forward(x).detach(), 2e-6);
        assertThrows(IllegalArgumentException.class,
                () -> ((Norm) part("instance_norm")).forward(normal(9, 3, C, 1)));
        assertBits(Tensor.zeros(3, C, 1), ((Norm) part("instance_norm{allow_degenerate=true}")).forward(
                normal(9, 3, C, 1)));
    }

    @Test
    void switchableNormCanAverageAllBatches() {
        Norm norm = (Norm) part("switchable_norm{cumulative=true}");
        Tensor[] batches = {normal(10, 3, C, 6), normal(11, 3, C, 6).add(2), normal(12, 3, C, 6).multiply(3)};
        for (Tensor batch : batches) {
            trained(norm, batch);
        }
        // all batches as one: the variance of an instance is the unbiased one
        Tensor all = Tensor.concat(0, batches), each = all.mean(keepDims(2)), mean = each.mean(keepDims(0));
        Tensor variance = all.subtract(each).square().sum(keepDims(2)).divide(5).mean(0)
                .add(each.subtract(mean).square().mean(keepDims(0)));
        assertClose(mean.reshape(C), buffer(norm, "running_mean"), 1e-6);
        assertClose(variance.reshape(C), buffer(norm, "running_var"), 1e-5);
        assertBits(Tensor.zeros(3, C, 6), trained((Norm) part("switchable_norm{last_gamma=true}"), batches[0]));
    }

    /// A covariance of rank 1, whose other eigenvalues are less than the rounding of its elements.
    @ParameterizedTest
    @ValueSource(strings = {"decorrelated_batch_norm", "iter_norm"})
    void channelsThatAreOneAreWhitenedToo(String name) {
        for (float scale : new float[] {1, 1e3f, 1e6f}) {
            Norm norm = (Norm) part(name);
            Tensor x = normal(1, 64, 1).multiply(scale).expand(Shape.of(64, C));
            Tensor y = trained(norm, x);
            assertEquals(1.0 / C, y.square().mean().item(), 0.01, name + " of size " + scale);
            assertTrue(Float.isFinite(buffer(norm, "whitening.running_whitening").sum().item()));
        }
    }

    @ParameterizedTest
    @CsvSource({"decorrelated_batch_norm", "iter_norm"})
    void whiteningOfTheRunningCovariance(String name) {
        Norm norm = (Norm) part(name + "{kept=covariance, groups=2}");
        Tensor x = normal(13, 400, C).matmul(normal(14, C, C)), y = null;
        for (int i = 0; i < 150; i++) {
            y = trained(norm, x);
        }
        assertTrue(ParameterTree.of(norm).params().containsKey("whitening.running_covariance"));
        // after as many times the same batch, the running covariance is that of the batch
        assertClose(y, norm.forward(x).detach(), 1e-3);
        Norm other = (Norm) part(name + "{groups=2}");
        for (int i = 0; i < 150; i++) {
            trained(other, x);
        }
        assertClose(y, other.forward(x).detach(), 1e-3);
        assertGradients(name, xs -> norm.forward(xs[0]), normal(15, 5, C));
    }

    // ---- Schedules, crops ----

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "5000, 1, 0", "15000, 1.5714286, 2.5", "25000, 2.142857, 5", "40000, 3, 5", "1000000, 3, 5"})
    void boundsOfBatchRenormOpenWithTime(long step, float rMax, float dMax) {
        BatchRenorm norm = BatchRenorm.of(C).withBounds(7, 7), later = norm.at(step);
        assertEquals(rMax, later.rMax(), 1e-6);
        assertEquals(dMax, later.dMax(), 1e-6);
        assertTrue(norm.gamma() == later.gamma() && norm.mean() == later.mean() && norm.std() == later.std());
    }

    @ParameterizedTest
    @EnumSource(CrossNorm.Crop.class)
    void cropsChangeWhatTheySay(CrossNorm.Crop crop) {
        Tensor x = normal(16, 3, C, 9, 8);
        var norm = new CrossNorm(1, crop, 1e-5f, true);
        assertBits(x, norm.forward(x));
        int different = 0;
        for (int seed = 0; seed < 20; seed++) {
            try (Tape _ = Tape.training(new BufferPool(), seed)) {
                Tensor y = norm.forward(x);
                different += y.equal(x).sum().item() < x.size() / 2 ? 1 : 0;
                assertEquals(x.shape(), y.shape());
            }
        }
        assertTrue(different > 4, crop + " " + different);
        assertGradients(crop.name(), xs -> norm.forward(xs[0]), normal(17, 2, 2, 4, 4));
    }

    @Test
    void boxesAreLargeEnoughAndFit() {
        var random = new SplittableRandom(18);
        for (int[] dims : new int[][] {{1, 1, 20, 30}, {1, 1, 2, 2}, {1, 1, 1, 3}, {1, 1, 7, 1}}) {
            Tensor x = normal(19, dims);
            for (int i = 0; i < 200; i++) {
                CrossNorm.Box box = CrossNorm.Box.random(random, x);
                Tensor inside = box.of(x);
                assertTrue(inside.size() > 1 && inside.size() >= 0.1 * x.size(), box.toString());
                assertBits(x, box.replaced(x, inside));
                Tensor holed = box.replaced(x, Tensor.full(inside.shape(), 99));
                assertEquals(inside.size(), holed.equal(Tensor.scalar(99)).sum().item());
            }
        }
        assertSays(
                assertThrows(IllegalArgumentException.class, () -> CrossNorm.Box.random(random, normal(20, 2, 3, 4))),
                "CrossNorm", "(2, 3, 4)");
    }

    @Test
    void styleOfACropIsThatOfTheCrop() {
        Tensor x = normal(21, 2, C, 4, 4);
        Tensor plain = new CrossNorm(1, 0, true).exchanged(x, Indices.of(new int[] {1, 0}, 2));
        assertClose(x.mean(keepDims(2, 3)).slice(0, 1, 2).copy(), plain.mean(keepDims(2, 3)).slice(0, 0, 1).copy(),
                1e-5);
    }

    // ---- Formulas ----

    /// 0.1f is more than 0.1; k = ceil(p D) goes by what was written.
    @ParameterizedTest
    @CsvSource({"0.1, 10, 1", "0.2, 5, 1", "0.3, 10, 3", "0.25, 6, 2", "0.0625, 16, 1", "1, 7, 7"})
    void featuresOfAPartialRms(String p, int dim, int k) {
        Tensor x = normal(1, 3, dim);
        Tensor rms = x.slice(-1, 0, k).square().mean(keepDims(-1)).add(PartialRmsNorm.EPS).sqrt();
        assertBits(x.divide(rms),
                ((Norm) Norms.any("prms_norm{p=" + p + "}", false).create(new Init(1), dim)).forward(x));
    }

    @Test
    void epsilonMayStandOutsideOfTheRoot() {
        Norm norm = (Norm) part("rms_norm{form=eps_outside, eps=0.1}");
        Tensor x = normal(23, 5, C);
        assertClose(x.divide(x.square().mean(keepDims(-1)).sqrt().add(0.1f)), norm.forward(x).detach(), 1e-6);
        assertGradients("eps outside", xs -> norm.forward(xs[0]), x);
        assertBits(Tensor.zeros(2, C), norm.forward(Tensor.zeros(2, C)).detach());
        Tensor zero = Tensor.zeros(2, C).variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(norm.forward(zero).sum());
        }
        assertClose(Tensor.full(Shape.of(2, C), 10), zero.gradient(), 1e-5);
    }

    @Test
    void formulasOfTheSearch() {
        Tensor x = normal(24, 3, C, 5),
                std = x.subtract(x.mean(keepDims(0, 2))).square().mean(keepDims(0, 2)).add(1e-5f).sqrt();
        Tensor rms = x.square().mean(keepDims(2)).add(1e-5f).sqrt();
        assertClose(x.divide(std.maximum(x.add(1).multiply(rms))), trained((Norm) part("evonorm_b1"), x), 2e-6);
        assertClose(x.divide(std.maximum(rms.subtract(x))), trained((Norm) part("evonorm_b2"), x), 2e-6);
        Tensor silu = x.multiply(x.sigmoid()), groups = x.reshape(3, 2, 10);
        Tensor spread = groups.subtract(groups.mean(keepDims(2))).square().mean(keepDims(2)).add(1e-5f).sqrt();
        Tensor square = groups.square().mean(keepDims(2)).add(1e-5f).sqrt();
        assertClose(silu.reshape(3, 2, 10).divide(spread).reshape(x.shape()),
                ((Norm) part("evonorm_s1{groups=2}")).forward(x).detach(), 2e-6);
        assertClose(silu.reshape(3, 2, 10).divide(square).reshape(x.shape()),
                ((Norm) part("evonorm_s2{groups=2}")).forward(x).detach(), 2e-6);
        assertClose(((Norm) part("evonorm_s0{groups=2}")).forward(x).detach(),
                ((Norm) part("evonorm_s1{groups=2}")).forward(x).detach(), 1e-6);
    }

    // ---- Weights ----

    @Test
    void lengthsOfAWeightAlongAnyAxis() {
        Param raw = Param.weight(normal(22, 3, 4, 2));
        for (int axis = 0; axis < 3; axis++) {
            WeightNorm norm = WeightNorm.along(raw, axis);
            assertEquals(raw.shape().dim(axis), norm.gain().shape().size());
            assertEquals(raw.shape().dim(axis), norm.gain().shape().dim(axis));
            assertClose(raw.value().detach(), norm.value().detach(), 1e-6);
        }
        assertBits(WeightNorm.of(raw).gain().value().detach(), WeightNorm.along(raw, 0).gain().value().detach());
        assertEquals(Shape.of(3, 1, 1), WeightNorm.along(raw, -3).gain().shape());
        for (String option : new String[] {"outputs", "inputs", "nothing"}) {
            Linear layer = (Linear) part("weight_norm{along=" + option + "}");
            assertClose(((WeightNorm) layer.weight()).raw().value().detach(), layer.weight().value().detach(), 1e-6);
        }
    }

    @Test
    void orthogonalWeightsKeepLengths() {
        for (int[] dims : new int[][] {{5, 5}, {3, 2, 4}, {9, 4}}) {
            Orthogonal norm = Orthogonal.of(Param.weight(normal(25, dims)));
            Tensor value = norm.value().detach(), w = value.reshape(dims[0], value.size() / dims[0]);
            Tensor products = dims[0] <= w.dim(1) ? w.matmulTransposed(w) : w.transpose(0, 1).matmul(w);
            assertClose(Tensor.eye(products.dim(0)), products, 1e-5);
            assertClose(value, Orthogonal.of(norm.materialized()).value().detach(), 1e-5);
            assertClose(value, Orthogonal.of(Param.weight(normal(25, dims).multiply(30))).value().detach(), 1e-5);
        }
        assertGradients("orthogonal", xs -> Orthogonal.of(new Param(xs[0], Param.Role.WEIGHT)).value(),
                normal(26, 3, 4));
        assertSays(assertThrows(IllegalArgumentException.class, () -> part("orthogonal{iterations=0}")), "Orthogonal",
                "0");
    }

    @ParameterizedTest
    @CsvSource({"biased, 1", "unbiased, 1", "scaled, 2"})
    void formsOfWeightStandardization(String form, int params) {
        Linear layer = (Linear) part("weight_standardization{form=" + form + "}");
        assertEquals(form, ((WeightStandardization) layer.weight()).form().name().toLowerCase(java.util.Locale.ROOT));
        assertEquals(params, ParameterTree.of(((WeightStandardization) layer.weight())).params().size());
    }

    // ---- Others ----

    @Test
    void optionsReachTheNorms() {
        assertEquals(OnlineNorm.Guard.LAYER_SCALING, ((OnlineNorm) part("online_norm{guard=layer_scaling}")).guard());
        PowerNorm power = (PowerNorm) part("power_norm{groups=2, warmup=7}");
        assertEquals(2, ((GroupScaling) power.scaling()).groups());
        assertEquals(7, power.warmup());
        assertEquals(new Identity(), ((PowerNorm) part("power_norm{groups=0}")).scaling());
        FilterResponseNorm frn = (FilterResponseNorm) part("filter_response_norm{threshold=false, learned_eps=true}");
        assertTrue(frn.tau().isEmpty());
        assertEquals(1e-4f, frn.l().orElseThrow().value().item());
        assertTrue(((LpNormalize) part("lp_normalize{zero_grad_at_zero=true, p=1}")).zeroGradAtZero());
        assertEquals(2, ((LocalResponseNorm) part("local_response_norm{k=2}")).k());
        assertEquals(1, ((DivisiveNorm) part("divisive_norm{window=7, axes=1}")).axes());
        assertEquals(3, ((SpectralNorm) ((Linear) part("spectral_norm{iterations=3}")).weight()).iterations());
        assertEquals(0.1f, ((GroupNorm) part("group_norm{groups=2, eps=0.1}")).eps());
    }
}
