package norma.placement;

import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import norma.catalogue.Placements;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What makes each placement the one it is. That models with them learn, don't look ahead and generate is tested where all
/// models are.
class PlacementsTest {
    private static final int D = 8, F = 12, H = 2;
    private static final NormFactory LAYER_NORM = (_, dim) -> LayerNorm.of(dim);
    private static final Tensor X = normal(1, 2, 5, D);

    private static PlacementContext place(int layer, int layers) {
        return place(layer, layers, LAYER_NORM);
    }

    private static PlacementContext place(int layer, int layers, NormFactory norm) {
        return new PlacementContext(new Init(1), D, norm, Dropout.NONE, layer, layers);
    }

    private static Attention attention() {
        return Attention.of(new Init(2), D, H, true, 0.5, 0.5);
    }

    private static Mlp mlp() {
        return Mlp.of(new Init(3), D, F, Activation.GELU_TANH, 0.5, 0.5);
    }

    private static Residual block(Placement placement, int layer, int layers) {
        return block(placement, attention(), mlp(), place(layer, layers));
    }

    private static Residual block(Placement placement, Attention attention, Mlp mlp, PlacementContext place) {
        placement.initialize(attention, mlp, new Init(1), place.layers());
        return placement.block(attention, mlp, place);
    }

    private static Tensor norm(Tensor x) {
        return LayerNorm.of(D).forward(x);
    }

    private static Param param(Parameterized part, String name) {
        return ParameterTree.of(part).params().get(name);
    }

    @Test
    void eachIsDescribed() {
        var names = new HashSet<String>();
        for (Placements.Entry entry : Placements.all()) {
            assertTrue(names.add(entry.name()) && entry.name().matches("[a-z0-9_]+"), entry.name());
            assertTrue(entry.paper().matches(".+, arXiv \\d{4}\\.\\d{5}|its code in .+"), entry.paper());
            assertTrue(!entry.formula().isBlank(), entry.name());
        }
        assertSays(assertThrows(IllegalArgumentException.class, () -> Placements.named("before")), "placement",
                "[pre, post,", "'before'");
    }

    // ---- First values ----

    @ParameterizedTest
    @ValueSource(strings = {"rezero", "skip_init", "fixup"})
    void aBlockWithoutNormsStartsAsTheIdentity(String name) {
        for (int layers : new int[] {1, 100}) {
            assertBits(X, block(Placements.named(name).placement(), 1, layers).forward(X));
        }
    }

    @Test
    void layerScaleStartsNearTheIdentityTheNearerTheDeeper() {
        Tensor branch = Recipe.PRE.around(mlp(), place(1, 1)).forward(X).subtract(X);
        for (int layers : new int[] {18, 24, 25}) {
            Tensor y = Recipe.LAYER_SCALE.around(mlp(), place(1, layers)).forward(X);
            assertClose(X.add(branch.multiply(layers == 18 ? 0.1f : layers == 24 ? 1e-5f : 1e-6f)), y, 1e-6);
        }
    }

    @Test
    void deepNormsFactorsAreThoseOfThePaper() {
        var alpha = (Factor.Constant) Recipe.DEEP_NORM.skip().apply(place(1, 12));
        assertEquals(2.21336, alpha.value(), 1e-5);
        assertEquals(0.319472, Recipe.deepNormGain(12), 1e-6);
    }

    @Test
    void deepNormAndSubLnStartByGlorotsRule() {
        assertGlorot(Recipe.DEEP_NORM, Recipe.deepNormGain(4), "output");
        assertGlorot(Recipe.SUB_LN, Math.sqrt(Math.log(8)), "output.1");
    }

    /// Whatever size the model gave the matrices: queries and keys with gain 1, all others with this one.
    private static void assertGlorot(Placement placement, double gain, String output) {
        int dim = 96, hidden = 4 * dim;
        var place = new PlacementContext(new Init(1), dim, LAYER_NORM, Dropout.NONE, 1, 4);
        Layer block = block(placement, Attention.of(new Init(2), dim, H, true, 9, 0.01),
                Mlp.of(new Init(3), dim, hidden, Activation.GELU_TANH, 5, 0.01), place);
        double square = Math.sqrt(1.0 / dim), oblong = Math.sqrt(2.0 / (dim + hidden));
        assertSpread(square, block, "attention.f.query.weight");
        assertSpread(square, block, "attention.f.key.weight");
        assertSpread(gain * square, block, "attention.f.value.weight");
        assertSpread(gain * square, block, "attention.f." + output + ".weight");
        assertSpread(gain * oblong, block, "mlp.f.up.weight");
        assertSpread(gain * oblong, block, "mlp.f.down.weight");
    }

    /// 9216 numbers or more: their spread is known to 1 %.
    private static void assertSpread(double std, Layer block, String name) {
        double spread = Math.sqrt(param(block, name).value().detach().square().mean().item());
        assertEquals(std, spread, 0.03 * std, name);
    }

    @Test
    void adminWithoutAProfileIsPostNorm() {
        assertBits(block(Recipe.POST, 1, 1).forward(X), block(Recipe.ADMIN, 1, 1).forward(X));
    }

    /// omega_i^2 = 1 + the variances of the branches before.
    @Test
    void adminWeighsSkipsByTheBranchesBefore() {
        List<Residual> blocks = List.of(block(Recipe.ADMIN, 1, 2), block(Recipe.ADMIN, 2, 2));
        var variances = new Residual.Variances();
        blocks.get(1).prepare(blocks.get(0).prepare(X, variances), variances);
        double sum = 1;
        Tensor x = X;
        for (Residual block : blocks) {
            Block both = (Block) block;
            for (Layer layer : List.of(both.attention(), both.mlp())) {
                Tensor f = (layer == both.attention() ? attention() : mlp()).forward(x);
                Tensor omega = param(layer, "scale").value();
                assertClose(Tensor.full(omega.shape(), (float) Math.sqrt(sum)), omega.detach(), 1e-5);
                sum += f.subtract(f.mean()).square().mean().item();
                x = norm(x.multiply(omega).add(f));
            }
        }
        assertTrue(sum > 1.5, "there was something to weigh");
    }

    // ---- One is another with something left out ----

    /// Norms of one place, in the order in which they are asked for.
    private static PlacementContext norms(Norm... norms) {
        Iterator<Norm> all = List.of(norms).iterator();
        return place(1, 1, (_, _) -> all.next());
    }

    @Test
    void aSandwichIsPreOrResidualPostWithoutItsOtherNorm() {
        LayerNorm norm = shaken(LayerNorm.of(D), 4, 0.5);
        assertBits(Recipe.PRE.around(mlp(), norms(norm)).forward(X),
                Recipe.SANDWICH.around(mlp(), norms(norm, Norm.NONE)).forward(X));
        assertBits(Recipe.RESIDUAL_POST.around(mlp(), norms(norm)).forward(X),
                Recipe.SANDWICH.around(mlp(), norms(Norm.NONE, norm)).forward(X));
    }

    @Test
    void periIsASandwichWithANormOnTheEmbeddings() {
        assertBits(block(Recipe.SANDWICH, 1, 2).forward(X), block(Recipe.PERI, 1, 2).forward(X));
        assertBits(norm(X), Recipe.PERI.entry(place(0, 2)).forward(X));
        assertBits(norm(X), Recipe.PERI.exit(place(0, 2)).forward(X));
    }

    @Test
    void mixLnIsPostThenPre() {
        for (int layer = 1; layer <= 8; layer++) {
            assertBits(block(layer <= 2 ? Recipe.POST : Recipe.PRE, layer, 8).forward(X),
                    block(new MixLn(), layer, 8).forward(X));
        }
    }

    @Test
    void scaledLayerNormsArePreNormInTheFirstBlockAndHalfAsLoudInTheFourth() {
        assertBits(block(Recipe.PRE, 1, 4).forward(X), block(Recipe.LAYER_NORM_SCALING, 1, 4).forward(X));
        assertClose(X.add(mlp().forward(norm(X).multiply(0.5f))),
                Recipe.LAYER_NORM_SCALING.around(mlp(), place(4, 4)).forward(X), 1e-6);
    }

    @Test
    void hybridStarDiffersInTheFirstBlock() {
        assertBits(block(new Hybrid(false), 2, 2).forward(X), block(new Hybrid(true), 2, 2).forward(X));
        Layer first = block(new Hybrid(true), 1, 2);
        assertEquals(D, param(first, "attention.norm.gamma").value().size());
        assertEquals(D / H, param(first, "attention.f.query.1.gamma").value().size());
        assertBits(Recipe.PRE.around(mlp(), place(1, 2)).forward(X),
                ((Block) first).mlp().forward(X));
    }

    // ---- Blocks by their formulas ----

    @Test
    void parallelSublayersReadTheSameNorm() {
        assertClose(X.add(attention().forward(norm(X))).add(mlp().forward(norm(X))),
                block(new Parallel(false), 1, 1).forward(X), 1e-6);
    }

    @Test
    void bottomToTopAddsWhatCameIn() {
        Tensor y = norm(X.add(attention().forward(X)));
        assertClose(norm(X.add(y).add(mlp().forward(y))), block(new BottomToTop(), 1, 1).forward(X), 1e-6);
    }

    @Test
    void resiDualIsPostNormBesideTheSumOfItsBranches() {
        var placement = new ResiDual();
        Tensor streams = block(placement, 1, 1).forward(placement.entry(place(0, 1)).forward(X));
        Tensor post = block(Recipe.POST, 1, 1).forward(X);
        Tensor middle = norm(X.add(attention().forward(X)));
        Tensor sum = X.add(attention().forward(X)).add(mlp().forward(middle));
        assertBits(post, streams.slice(2, 0, D));
        assertClose(sum, streams.slice(2, D, 2 * D), 1e-6);
        assertClose(post.add(norm(sum)), placement.exit(place(0, 1)).forward(streams), 1e-6);
    }

    // ---- nGPT ----

    private static void assertUnit(Tensor x, int axis) {
        Tensor length = x.detach().square().sum(keepDims(axis));
        assertClose(Tensor.full(length.shape(), 1), length, 1e-6);
    }

    @Test
    void theSphereIsNeverLeft() {
        var placement = new NGpt();
        Layer block = shaken(block(placement, 1, 1), 5, 0.3);
        ParameterTree.of(new Model(block)).afterStep();
        for (String in : List.of("query", "key", "value", "up", "gate")) {
            assertUnit(param(block, in + ".weight").value(), 1);
        }
        assertUnit(param(block, "output.weight").value(), 0);
        assertUnit(param(block, "down.weight").value(), 0);
        Tensor stream = placement.entry(place(0, 1)).forward(X);
        assertUnit(stream, -1);
        assertUnit(block.forward(stream), -1);
    }

    @Test
    void logitsAreCosinesAtFirst() {
        var output = Linear.of(new Init(6), D, 5, 3).withoutBias();
        Layer head = new NGpt().head(output, place(0, 1));
        assertUnit(output.weight().value(), 1);
        Tensor h = LpNormalize.l2().forward(X);
        assertClose(h.reshape(10, D).matmulTransposed(output.weight().value()).reshape(2, 5, 5), head.forward(h), 1e-6);
    }

    private record Model(Layer block) implements Parameterized {
        @Override
        public void register(ParameterTree tree) {
            tree.add("block", block);
        }
    }
}
