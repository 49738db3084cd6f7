package norma.nn;

import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import norma.kernel.contract.AttentionKernel.Sizes;
import norma.norm.feature.RmsNorm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {

    private static final float HIDDEN = Float.NEGATIVE_INFINITY;

    /// Attention of one head by its formula, in double, with a bias on the logits of (Tq, Tk).
    private static double[] biased(Tensor q, Tensor k, Tensor v, float[] bias) {
        int queries = q.dim(0), keys = k.dim(0), d = q.dim(1);
        double[] y = new double[queries * d];
        for (int i = 0; i < queries; i++) {
            double[] weights = new double[keys];
            double sum = 0;
            for (int j = 0; j < keys; j++) {
                double dot = 0;
                for (int c = 0; c < d; c++) {
                    dot += (double) q.data().get(i * d + c) * k.data().get(j * d + c);
                }
                sum += weights[j] = Math.exp(dot / Math.sqrt(d) + bias[i * keys + j]);
            }
            for (int j = 0; j < keys && sum > 0; j++) {
                for (int c = 0; c < d; c++) {
                    y[i * d + c] += weights[j] / sum * v.data().get(j * d + c);
                }
            }
        }
        return y;
    }

    /// The same; null mask for none.
    private static double[] definition(Tensor q, Tensor k, Tensor v, boolean causal, Tensor mask) {
        int queries = q.dim(0), keys = k.dim(0);
        float[] bias = new float[queries * keys];
        for (int i = 0; i < queries; i++) {
            for (int j = 0; j < keys; j++) {
                boolean visible = (!causal || j <= i + keys - queries) && (mask == null || mask.data().get(j) != 0);
                bias[i * keys + j] = visible ? 0 : HIDDEN;
            }
        }
        return biased(q, k, v, bias);
    }

    /// The rows of sequence b and head h of x (B, T, H * d).
    private static Tensor head(Tensor x, int b, int h, int heads) {
        int d = x.dim(2) / heads;
        return x.slice(0, b, b + 1).slice(2, h * d, (h + 1) * d).reshape(x.dim(1), d);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1", "2, 3, 3, 2, 4", "1, 5, 3, 1, 7", "2, 1, 6, 3, 2", "1, 2, 17, 2, 3",
            "1, 70, 70, 1, 5"})
    void productsOfEachHeadAreTheirDefinition(int batch, int queries, int keys, int heads, int d) {
        Tensor q = normal(1, batch, queries, heads * d), k = normal(2, batch, keys, heads * d),
                v = normal(3, batch, keys, heads * d);
        Tensor mask = normal(4, batch, keys).greater(Tensor.scalar(-0.5f));
        for (Optional<Tensor> keyMask : List.of(Optional.<Tensor>empty(), Optional.of(mask))) {
            for (boolean causal : new boolean[] {false, true}) {
                Tensor y = ScaledDotProduct.apply(q, k, v, heads, causal, keyMask, Optional.empty(), 0);
                for (int b = 0; b < batch; b++) {
                    Tensor own = keyMask.isEmpty() ? null : mask.slice(0, b, b + 1).reshape(keys);
                    for (int h = 0; h < heads; h++) {
                        double[] expected =
                                definition(head(q, b, h, heads), head(k, b, h, heads), head(v, b, h, heads), causal,
                                        own);
                        for (int i = 0; i < expected.length; i++) {
                            assertEquals(expected[i], head(y, b, h, heads).data().get(i), 2e-6);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void derivatives(boolean causal) {
        Tensor mask = Tensor.of(Shape.of(2, 4), 1, 1, 0, 1, 0, 0, 0, 0);
        assertGradients("self", x -> ScaledDotProduct.apply(x[0], x[1], x[2], 2, causal), normal(5, 2, 3, 4),
                normal(6, 2, 3, 4),
                normal(7, 2, 3, 4));
        assertGradients("cross, padded, one sequence of padding only",
                x -> ScaledDotProduct.apply(x[0], x[1], x[2], 1, causal, mask), normal(8, 2, 3, 2), normal(9, 2, 4, 2),
                normal(10, 2, 4, 2));
        assertGradients("more queries than keys", x -> ScaledDotProduct.apply(x[0], x[1], x[2], 1, causal),
                normal(11, 1, 5, 2), normal(12, 1, 3, 2), normal(13, 1, 3, 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sequencesInOneRowDontSeeEachOther(boolean causal) {
        int[] lengths = {3, 1, 70, 17};
        Tensor q = normal(20, 1, 91, 6), k = normal(21, 1, 91, 6), v = normal(22, 1, 91, 6);
        Tensor y = RaggedAttention.apply(q, k, v, 2, causal, Optional.empty(), lengths);
        int from = 0;
        for (int length : lengths) {
            int to = from + length;
            assertBits(
                    ScaledDotProduct.apply(q.slice(1, from, to), k.slice(1, from, to), v.slice(1, from, to), 2, causal),
                    y.slice(1, from, to).copy());
            from = to;
        }
        assertGradients("ragged",
                x -> RaggedAttention.apply(x[0], x[1], x[2], 2, causal, Optional.empty(), new int[] {3, 1, 2}),
                normal(23, 1, 6, 4), normal(24, 1, 6, 4), normal(25, 1, 6, 4));
    }

    @Test
    void sequencesInOneRowFillIt() {
        Tensor x = normal(26, 1, 5, 4);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> RaggedAttention.apply(x, x, x, 2, false, Optional.empty(), new int[] {2, 2})), "lengths [2, 2]");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> RaggedAttention.apply(x, x, x, 2, false, Optional.empty(), new int[] {5, 0})), "lengths [5, 0]");
        Attention capped = attention(new Init(2), 4, 2, false).withCap(5);
        assertSays(assertThrows(IllegalArgumentException.class, () -> capped.forward(x, Context.ragged(2, 3))),
                "without cap");
    }

    @Test
    void whatIsPaddingReachesNothing() {
        Tensor q = normal(14, 1, 2, 4), k = normal(15, 1, 3, 4), v = normal(16, 1, 3, 4);
        Tensor mask = Tensor.of(Shape.of(1, 3), 1, 0, 1);
        Tensor y = ScaledDotProduct.apply(q, k, v, 2, false, mask);
        Tensor poison = Tensor.full(Shape.of(1, 1, 4), Float.NaN);
        Tensor bad = Tensor.concat(1, k.slice(1, 0, 1), poison, k.slice(1, 2, 3));
        assertBits(y, ScaledDotProduct.apply(q, bad, v, 2, false, mask));
        assertBits(Tensor.zeros(1, 2, 4), ScaledDotProduct.apply(q, k, v, 2, false, Tensor.zeros(1, 3)));
    }

    @Test
    void theDefinitionBearsLargeScoresWhereNobodyLooks() {
        // the second key's score is 1e4, and the first query may not see it
        Tensor q = Tensor.of(Shape.of(1, 2, 1), 100, 1), k = Tensor.of(Shape.of(1, 2, 1), 1, 100),
                v = normal(17, 1, 2, 1);
        Tensor x = q.variable();
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = ScaledDotProduct.apply(x, k.variable(), v.variable(), 1, true);
            Tensor definition =
                    new ScaledDotProduct.Fused(x, k, v, new Sizes(1, 2, 2, 1, 1, 1, 1, true), null, null, y, null)
                            .definition();
            assertClose(y.detach(), definition.detach(), 1e-6);
            assertEquals(2, tape.gradients(y.sum(), x)[0].size());
        }
    }

    private static Attention attention(Init init, int dim, int heads, boolean causal) {
        return Attention.of(init, dim, heads, causal, 0.5, 0.5);
    }

    @ParameterizedTest
    @EnumSource(HeadScale.Site.class)
    void headScaleStandsBeforeOrAfterTheOutput(HeadScale.Site site) {
        Attention plain = attention(new Init(1), 6, 3, true);
        var scale = new HeadScale(Param.noDecay(Tensor.of(Shape.of(3), 2, 0.5f, -1)), site);
        Tensor x = normal(18, 2, 4, 6);
        Tensor heads = ScaledDotProduct.apply(plain.query().forward(x), plain.key().forward(x),
                plain.value().forward(x), 3, true);
        Tensor expected = site == HeadScale.Site.BEFORE_OUT_PROJ
                ? plain.output().forward(scale.forward(heads))
                : scale.forward(plain.output().forward(heads));
        assertClose(expected, plain.with(scale).forward(x), 1e-6);
        assertBits(plain.forward(x), plain.with(HeadScale.of(3, site)).forward(x));
        assertGradients("head scale " + site,
                xs -> plain.with(new HeadScale(new Param(xs[1], Param.Role.NO_DECAY), site))
                        .forward(xs[0]),
                x, scale.factors().value());
    }

    @Test
    void crossAttentionReadsFromItsSource() {
        Attention attention = attention(new Init(2), 4, 2, false);
        Tensor x = normal(19, 2, 3, 4), source = normal(20, 2, 5, 4);
        assertGradients("cross", xs -> attention.forward(xs[0], xs[1], Context.NONE), x, source);
        // a cache holds the keys of x's own sequence; another source is there as a whole each time
        var cache = new Cache();
        Tensor whole = attention.forward(x, source, Context.NONE);
        for (int t = 0; t < 3; t++) {
            Tensor y = attention.forward(x.slice(1, t, t + 1), source, Context.cached(cache));
            assertClose(whole.slice(1, t, t + 1), y, 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "1, true", "3, true"})
    void theCacheGivesWhatTheWholeSequenceGives(int batch, boolean rotary) {
        Attention plain = attention(new Init(3), 8, 2, true);
        Attention attention = rotary ? plain.with(Rotary.HALVES) : plain;
        Tensor x = normal(21, batch, 9, 8);
        Tensor whole = attention.forward(x);
        var cache = new Cache();
        // prompts and single tokens, so that the buffers grow at different times
        for (int from = 0, to = 4; from < 9; from = to, to = Math.min(9, to + 1 + from % 2)) {
            Tensor y = attention.forward(x.slice(1, from, to), Context.cached(cache));
            assertClose(whole.slice(1, from, to), y, 1e-5);
        }
        assertEquals(9, cache.length(attention));
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> attention.forward(normal(22, batch + 1, 1, 8), Context.cached(cache))), "Cache", "one batch");
    }

    @Test
    void theCacheOutlivesTheTapesOfItsSteps() {
        Attention attention = attention(new Init(4), 4, 1, true);
        Tensor x = normal(23, 2, 5, 4);
        Tensor whole = attention.forward(x);
        var cache = new Cache();
        var memory = new BufferPool();
        for (int t = 0; t < 5; t++) {
            try (Tape _ = Tape.inference(memory)) {
                assertClose(whole.slice(1, t, t + 1), attention.forward(x.slice(1, t, t + 1), Context.cached(cache)),
                        1e-5);
            }
        }
    }

    @Test
    void rotaryScoresDependOnDistanceOnly() {
        int heads = 2, d = 6;
        Tensor q = normal(24, 1, 1, heads * d), k = normal(25, 1, 1, heads * d);
        for (int distance : new int[] {0, 1, 7}) {
            Tensor expected = scores(q, k, heads, distance, 0);
            for (int start : new int[] {1, 10, 100}) {
                // angles of 100 radians are rounded to 4e-6, products of some units thus to some 1e-5
                assertClose(expected, scores(q, k, heads, distance + start, start), 1e-4);
            }
        }
        assertClose(q.square().sum(), Rotary.HALVES.rotate(q, heads, 55).square().sum(), 1e-4);
        assertBits(q, Rotary.HALVES.rotate(q, heads, 0));
        assertGradients("rotary", x -> Rotary.HALVES.rotate(x[0], heads, 3), normal(26, 2, 3, heads * d));
        assertSays(assertThrows(IllegalArgumentException.class, () -> Rotary.HALVES.rotate(normal(27, 1, 2, 6), 2, 0)),
                "even",
                "(1, 2, 6)", "2 heads");
    }

    private static Tensor scores(Tensor q, Tensor k, int heads, int queryAt, int keyAt) {
        Tensor product = Rotary.HALVES.rotate(q, heads, queryAt).multiply(Rotary.HALVES.rotate(k, heads, keyAt));
        return product.reshape(heads, product.size() / heads).sum(keepDims(-1));
    }

    @Test
    void wrongShapesAreNamed() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> attention(new Init(5), 6, 4, true)),
                "Attention",
                "6 and 4 heads");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> ScaledDotProduct.apply(normal(1, 2, 3, 4), normal(2, 2, 5, 6), normal(3, 2, 5, 6), 2, true)),
                "attention", "(2, 3, 4)", "(2, 5, 6)", "H = 2");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> ScaledDotProduct.apply(normal(1, 2, 3, 4), normal(2, 2, 5, 4), normal(3, 2, 5, 4), 2, true,
                        Tensor.zeros(2, 3))),
                "key mask", "(2, 5)", "(2, 3)");
    }

    // ---- Masks and biases of queries and keys ----

    @Test
    void aMaskOfQueriesAndKeysIsItsDefinition() {
        Tensor q = normal(60, 2, 3, 8), k = normal(61, 2, 3, 4), v = normal(62, 2, 3, 4);
        Tensor mask = Tensor.of(Shape.of(2, 3, 3), 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1);
        Tensor bias = normal(63, 4, 3, 3);
        Context context = Context.NONE.withMask(mask).withBias(bias.reshape(1, 4, 3, 3));
        Tensor y = ScaledDotProduct.apply(q, k, v, 4, false, Optional.empty(), context.bias(), 0);
        for (int b = 0; b < 2; b++) {
            for (int h = 0; h < 4; h++) {
                float[] all = bias.slice(0, h, h + 1).toArray();
                for (int i = 0; i < all.length; i++) {
                    all[i] = mask.data().get(b * 9 + i) == 0 ? HIDDEN : all[i];
                }
                double[] expected = biased(head(q, b, h, 4), head(k, b, h / 2, 2), head(v, b, h / 2, 2), all);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], head(y, b, h, 4).data().get(i), 2e-6);
                }
            }
        }
    }

    @Test
    void aMaskCanSayWhatCausalAndPaddingSay() {
        Attention attention = attention(new Init(8), 8, 2, false);
        Tensor x = normal(64, 2, 4, 8);
        Tensor causal = Tensor.of(Shape.of(4, 4), 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1);
        assertClose(attention.withCausal().forward(x), attention.forward(x, Context.NONE.withMask(causal)), 3e-6);
        Tensor padding = Tensor.of(Shape.of(2, 4), 1, 1, 1, 0, 1, 1, 0, 0);
        Tensor rows = padding.reshape(2, 1, 4).add(Tensor.zeros(2, 4, 4));
        assertClose(attention.forward(x, Context.padded(padding)), attention.forward(x, Context.NONE.withMask(rows)),
                3e-6);
        assertClose(attention.withCausal().forward(x, Context.padded(padding)),
                attention.forward(x, Context.padded(padding).withMask(causal)), 3e-6);
        assertClose(attention.withCausal().forward(x, Context.padded(padding)),
                attention.forward(x, Context.NONE.withMask(rows).withMask(causal)), 3e-6);
    }

    @Test
    void gradientsReachABiasAndGoRoundWhatIsHidden() {
        Tensor mask = Tensor.of(Shape.of(3, 4), 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0);
        assertGradients("bias",
                x -> ScaledDotProduct.apply(x[0], x[1], x[1], 2, false, Optional.empty(),
                        Context.NONE.withMask(mask).withBias(x[2]).bias(), 0),
                normal(65, 2, 3, 4), normal(66, 2, 4, 4), normal(67, 3, 4));
    }

    @Test
    void aMaskGoesWithACacheAndACap() {
        Attention attention = attention(new Init(9), 8, 2, false).with(Rotary.HALVES).withCap(3);
        Tensor x = normal(68, 2, 4, 8);
        Tensor mask = Tensor.of(Shape.of(4, 4), 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1);
        Tensor whole = attention.forward(x, Context.NONE.withMask(mask));
        var cache = new Cache();
        for (int t = 0; t < 4; t++) {
            Tensor row = mask.slice(0, t, t + 1).slice(1, 0, t + 1);
            assertClose(whole.slice(1, t, t + 1),
                    attention.forward(x.slice(1, t, t + 1), Context.cached(cache).withMask(row)), 1e-6);
        }
    }

    @Test
    void wrongMasksAreNamed() {
        Attention attention = attention(new Init(10), 4, 2, false);
        Tensor x = normal(69, 2, 3, 4);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> attention.forward(x, Context.NONE.withMask(Tensor.zeros(2, 3)))), "(2, 2, 3, 3)", "(1, 1, 2, 3)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Context.NONE.withMask(Tensor.zeros(3))),
                "(B, Tq, Tk)", "(3)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> attention.forward(x.reshape(1, 6, 4), Context.ragged(3, 3).withMask(Tensor.zeros(6, 6)))),
                "mask", "pad them");
    }

    // ---- Fewer heads of keys than of queries ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void groupsAreHeadsThatAreRepeated(boolean causal) {
        Tensor q = normal(70, 2, 5, 12), k = normal(71, 2, 6, 6), v = normal(72, 2, 6, 6);
        Tensor repeated = ScaledDotProduct.apply(q, repeated(k, 2, 2), repeated(v, 2, 2), 4, causal);
        assertClose(repeated, ScaledDotProduct.apply(q, k, v, 4, causal), 1e-6);
        assertGradients("groups", x -> ScaledDotProduct.apply(x[0], x[1], x[2], 4, causal), q, k, v);
        assertGradients("ragged groups",
                x -> RaggedAttention.apply(x[0], x[1], x[2], 4, causal, Optional.empty(), new int[] {3, 1, 2}),
                normal(73, 1, 6, 8),
                normal(74, 1, 6, 4), normal(75, 1, 6, 4));
    }

    /// Each of the groups in (B, T, groups * d) some times, one behind the other.
    private static Tensor repeated(Tensor x, int groups, int times) {
        int d = x.dim(2) / groups;
        return x.reshape(x.dim(0), x.dim(1), groups, 1, d).add(Tensor.zeros(times, d))
                .reshape(x.dim(0), x.dim(1), groups * times * d);
    }

    @ParameterizedTest
    @EnumSource(Rotary.Layout.class)
    void groupsGoWithRotaryPositionsAndACache(Rotary.Layout layout) {
        Attention attention = Attention.grouped(new Init(11), 16, 4, 2).withCausal().with(new Rotary(100, layout));
        assertEquals(Shape.of(8, 16), ((Linear) attention.key()).weight().shape());
        Tensor x = normal(76, 3, 7, 16);
        Tensor whole = attention.forward(x);
        var cache = new Cache();
        for (int from = 0, to = 4; from < 7; from = to, to++) {
            assertClose(whole.slice(1, from, to), attention.forward(x.slice(1, from, to), Context.cached(cache)), 1e-5);
        }
        assertGradients("layer", xs -> attention.forward(xs[0]), x);
        Tensor padding = Tensor.of(Shape.of(3, 7), 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1);
        assertClose(whole.slice(0, 0, 1).slice(1, 0, 5),
                attention.forward(x, Context.padded(padding)).slice(0, 0, 1).slice(1, 0, 5), 1e-5);
    }

    @Test
    void aNewAttentionNeedsItsSizesOnly() {
        Tensor x = normal(79, 2, 5, 16);
        assertEquals(x.shape(), Attention.of(16, 4).forward(x).shape());
        assertEquals(x.shape(), Attention.grouped(16, 4, 1).withCausal().with(Rotary.NEIGHBOURS).forward(x).shape());
        assertBits(Attention.of(new Init(12), 16, 4).forward(x), Attention.of(new Init(12), 16, 4).forward(x));
    }

    @Test
    void wrongGroupsAreNamed() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> Attention.grouped(new Init(1), 12, 4, 3)),
                "4 heads", "3 groups");
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> attention(new Init(1), 8, 4, true).withGroups(2).forward(normal(77, 1, 2, 8))),
                "H = 4", "G = 2", "(1, 2, 8)");
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> ScaledDotProduct.apply(normal(1, 1, 2, 12), normal(2, 1, 2, 8), normal(3, 1, 2, 8), 3,
                                true)),
                "(1, 2, 12)", "(1, 2, 8)", "H = 3");
    }

    // ---- Positions ----

    @Test
    void layoutsOfRotaryPairsDifferByTheOrderOfFeatures() {
        Tensor x = normal(78, 2, 5, 12);
        // neighbours (0, 1), (2, 3), (4, 5) of two heads of 6 to halves (0, 3), (1, 4), (2, 5)
        Tensor halves = x.reshape(2, 5, 2, 3, 2).transpose(3, 4).reshape(2, 5, 12);
        Tensor expected = Rotary.HALVES.rotate(halves, 2, 3).reshape(2, 5, 2, 2, 3).transpose(3, 4).reshape(2, 5, 12);
        assertBits(expected, Rotary.NEIGHBOURS.rotate(x, 2, 3));
        assertGradients("neighbours", xs -> Rotary.NEIGHBOURS.rotate(xs[0], 2, 3), x);
        assertSays(assertThrows(IllegalArgumentException.class, () -> Rotary.HALVES.withBase(0)), "base", "0");
    }

    // ---- What can be done about logits and heads ----

    @Test
    void cappedLogitsAreThoseOfTheFormula() {
        Tensor q = normal(51, 1, 3, 4), k = normal(52, 1, 3, 4), v = normal(53, 1, 3, 4);
        Tensor logits = q.matmul(k.transpose(1, 2)).multiply(0.5f);
        Tensor e = logits.divide(2).tanh().multiply(2).exp();
        assertClose(e.divide(e.sum(keepDims(-1))).matmul(v),
                ScaledDotProduct.apply(q, k, v, 1, false, Optional.empty(), Optional.empty(), 2),
                1e-6);
        assertGradients("capped",
                xs -> ScaledDotProduct.apply(xs[0], xs[1], xs[2], 2, true, Optional.empty(), Optional.empty(), 2), q, k,
                v);
    }

    @Test
    void aHighCapChangesNothingAndALowOneMakesAMean() {
        Attention plain = Attention.of(new Init(5), 8, 2, true, 0.7, 0.7);
        Tensor x = normal(54, 2, 5, 8);
        assertClose(plain.forward(x), plain.withCap(1e4f).forward(x), 1e-5);
        Tensor last = plain.withCap(1e-4f).forward(x).slice(1, 4, 5);
        assertClose(plain.output().forward(plain.value().forward(x).mean(keepDims(1))), last, 1e-3);
        assertSays(assertThrows(IllegalArgumentException.class, () -> plain.withCap(-1)), "Attention", "cap", "-1");
    }

    @Test
    void aCapGoesWithACache() {
        Attention capped = Attention.of(new Init(5), 8, 2, true, 0.7, 0.7).with(Rotary.HALVES).withCap(1);
        Tensor x = normal(55, 2, 5, 8), whole = capped.forward(x);
        var cache = new Cache();
        assertClose(whole.slice(1, 0, 3), capped.forward(x.slice(1, 0, 3), Context.cached(cache)), 1e-6);
        assertClose(whole.slice(1, 3, 5), capped.forward(x.slice(1, 3, 5), Context.cached(cache)), 1e-6);
    }

    @Test
    void aNormOnHeadsSeesOneHeadAtATime() {
        Attention plain = Attention.of(new Init(6), 8, 2, true, 0.7, 0.7);
        Attention normed = plain.withOutput(Sequential.of()).withHeadNorm(RmsNorm.of(4));
        Tensor heads = normed.forward(normal(56, 2, 5, 8)).reshape(2, 5, 2, 4);
        assertClose(Tensor.full(Shape.of(2, 5, 2, 1), 1), heads.square().mean(keepDims(-1)), 1e-4);
    }
}
