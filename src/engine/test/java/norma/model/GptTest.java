package norma.model;

import static norma.model.Texts.with;
import static norma.nn.ParameterCheck.assertFusedIsComposed;
import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Axes.keepDims;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import norma.catalogue.NormEntry;
import norma.catalogue.Norms;
import norma.catalogue.Placements;
import norma.kernel.Activation;
import norma.nn.Cache;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Rotary;
import norma.norm.Norm;
import norma.norm.NormSpec;
import norma.norm.feature.AdaptiveNormFormer;
import norma.optim.AdamW;
import norma.placement.Recipe;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptTest {
    private static final int V = 11, T = 6, D = 8, H = 2, L = 2, F = 12;
    private static final GptConfig SMALL =
            GptConfig.of(V, T, D, H, L).with(FeedForward.of(F, Activation.GELU_TANH));

    /// Every norm that a decoder can have in some placements, every placement, adaptive norms in those with places of
    /// several kinds, and the other choices of a model.
    static Stream<GptConfig> configs() {
        // one feature of eight, the default of prms_norm, can be anything near 0
        List<String> norms = Norms.all().stream().map(NormEntry::name)
                .map(name -> name.equals("prms_norm") ? "prms_norm{p=0.75}" : name).toList();
        return Stream.of(pairs(norms, List.of("pre", "post", "sandwich")),
                Placements.all().stream().map(entry -> with(SMALL, entry.usualNorm(), entry.name())),
                pairs(List.of("normformer_adaptive"),
                        List.of("normformer", "normformer_fairseq_resscale", "mix_ln", "parallel", "resi_dual")),
                variants()).flatMap(configs -> configs).distinct();
    }

    private static Stream<GptConfig> pairs(List<String> norms, List<String> places) {
        return norms.stream()
                .flatMap(
                        norm -> places.stream().filter(place -> Placements.named(place).incompatibility(norm).isEmpty())
                                .map(place -> with(SMALL, norm, place)));
    }

    static Stream<GptConfig> variants() {
        return Stream.of(with(SMALL, "normformer_adaptive{tied=true, depth=2, base=rms}", "pre"),
                with(SMALL, "normformer_adaptive{bottleneck=true, width=4, heads=2, rotary=true, shared=false}",
                        "normformer"),
                SMALL.with(Rotary.HALVES), gated(Activation.SILU, false), gated(Activation.GELU_ERF, true),
                SMALL.withUnitEmbeddings(true),
                SMALL.withDropout(0.1f));
    }

    private static GptConfig gated(Activation f, boolean tied) {
        return with(SMALL, "rms_norm", "pre").with(FeedForward.gated(F, f)).with(Rotary.HALVES).withTied(tied);
    }

    private static String norm(GptConfig config) {
        return config.transformer().norm().toString();
    }

    private static Gpt model(GptConfig config) {
        return Gpt.of(config, 1);
    }

    /// Weights of some tenths instead of 0.02, so that everything has a part in the result.
    private static Gpt shakenModel(GptConfig config) {
        return shaken(model(config), 3, 0.2);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void laterTokensChangeNothing(GptConfig config) {
        Gpt model = shakenModel(config);
        Indices tokens = ids(1, V, 2, T);
        Tensor logits = model.logits(tokens, Context.NONE);
        for (int t = 1; t < T; t++) {
            Indices changed = new Indices(tokens.values().clone(), tokens.shape());
            changed.values()[t] = (changed.values()[t] + 1) % V;
            changed.values()[T + t] = (changed.values()[T + t] + 1) % V;
            Tensor other = model.logits(changed, Context.NONE);
            assertBits(logits.slice(1, 0, t), other.slice(1, 0, t));
            assertTrue(logits.subtract(other).slice(1, t, t + 1).abs().sum().item() > 1e-3, "the token itself is seen");
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void theCacheGivesWhatTheWholeSequenceGives(GptConfig config) {
        Gpt model = shakenModel(config);
        for (int batch = 1; batch <= 2; batch++) {
            Indices tokens = ids(2, V, batch, T);
            Tensor whole = model.logits(tokens, Context.NONE);
            var cache = new Cache();
            for (int from = 0, to = 3; from < T; from = to++) {
                Tensor logits = model.logits(columns(tokens, from, to), Context.cached(cache));
                assertClose(whole.slice(1, from, to), logits, 2e-5 * whole.abs().max().item());
            }
            assertEquals(T, cache.length());
        }
    }

    private static Indices columns(Indices ids, int from, int to) {
        int batch = ids.shape().dim(0), time = ids.shape().dim(1);
        int[] values = new int[batch * (to - from)];
        for (int b = 0; b < batch; b++) {
            System.arraycopy(ids.values(), b * time + from, values, b * (to - from), to - from);
        }
        return Indices.of(values, batch, to - from);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void gradientsOfTheLoss(GptConfig config) {
        Gpt model = shakenModel(config);
        Supplier<Tensor> loss = () -> model.loss(ids(3, V, 2, T), ids(4, V, 2, T));
        // the backward pass of the one is not the derivative, the other has none at 0
        if (!Set.of("ada_norm", "selu").contains(norm(config))) {
            assertParameterGradients(config.toString(), model, loss);
        }
        assertFusedIsComposed(config.toString(), loss);
    }

    // ---- Parameters ----

    private static long size(String placement) {
        return ParameterTree.of(model(with(SMALL, "layer_norm", placement))).size();
    }

    @Test
    void parametersAreCounted() {
        long block = 4 * (D * D + D) + (D * F + F) + (F * D + D) + 4 * D;
        assertEquals(V * D + T * D + L * block + 2 * D, size("pre"));
        assertEquals(size("pre") - 2 * D, size("post"), "no final norm");
        // norms.md's fourth fact: a norm after the attention, one before W_2, a factor for each head
        long extra = 2 * D + 2 * F + H;
        assertEquals(size("pre") + L * extra, size("normformer"));
        assertEquals(size("normformer"), size("normformer_fairseq"));
        assertEquals(size("normformer") + L * D, size("normformer_resscale"));
        assertEquals(size("pre") - T * D, ParameterTree.of(model(SMALL.with(Rotary.HALVES))).size());
        assertEquals(ParameterTree.of(model(gated(Activation.SILU, true))).size() + V * D,
                ParameterTree.of(model(gated(Activation.SILU, false))).size());
    }

    @Test
    void modelsOfOneSeedShareWhatTheyNameAlike() {
        Map<String, Param> pre = model(SMALL).params();
        for (String placement : List.of("post", "normformer_resscale", "peri", "layer_scale", "parallel",
                "resi_dual")) {
            Map<String, Param> other =
                    model(with(SMALL, "rms_norm", placement).withUnitEmbeddings(false)).params();
            List<String> shared = new ArrayList<>(pre.keySet());
            shared.retainAll(other.keySet());
            assertTrue(shared.size() >= 2 + L * 12, shared.toString());
            for (String name : shared) {
                if (!name.contains("orm")) {
                    assertBits(pre.get(name).value().detach(), other.get(name).value().detach());
                }
            }
        }
        assertFalse(Arrays.equals(pre.get("tokens.table").value().toArray(),
                Gpt.of(SMALL, 2).params().get("tokens.table").value().toArray()));
    }

    @Test
    void embeddingsHaveUnitVarianceWhereNormFormerNeedsIt() {
        var config = GptConfig.of(500, 4, 64, 1, 0);
        for (String placement : List.of("pre", "normformer")) {
            Gpt model = model(with(config, "layer_norm", placement));
            Tensor y = model.tokens().forward(ids(5, 500, 2000));
            assertEquals(placement.equals("pre") ? 0.02 : 1, Math.sqrt(y.square().mean().item()),
                    placement.equals("pre") ? 1e-3 : 0.05);
        }
    }

    // ---- What is refused ----

    @ParameterizedTest
    @ValueSource(strings = {"batch_norm | pre | images", "spade | post | second input", "weight_norm | pre | weights",
            "power_norm | pre | later ones; rms_norm",
            "layer_norm | rezero | no place for a norm; layer_norm; identity",
            "rms_norm{eps=1} | ngpt | ngpt has no place; rms_norm", "layer_norm | fixup | identity"})
    void pairsThatMakeNoModelAreRefused(String line) {
        String[] parts = line.split(" \\| ");
        assertSays(assertThrows(IllegalArgumentException.class, () -> model(with(SMALL, parts[0], parts[1]))),
                ("Gpt; " + parts[0] + " in " + parts[1] + "; " + parts[2]).split("; "));
    }

    @Test
    void whatAPlacementUsuallyHasIsNotRefused() {
        for (Placements.Entry entry : Placements.all()) {
            assertEquals(Optional.empty(), entry.incompatibility(entry.usualNorm()));
            assertEquals(Optional.empty(), entry.incompatibility("identity"));
        }
    }

    @Test
    void normsThatLookAheadAreRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> Gpt.of(SMALL.with(
                (init, dim) -> AdaptiveNormFormer.of(init, dim, AdaptiveNormFormer.Options.of(false, dim)),
                Recipe.PRE), 1));
        assertSays(e, "Gpt", "causal", "blocks.0.attention.norm", "AdaptiveNormFormer", "looks ahead");
        assertThrows(IllegalArgumentException.class,
                () -> Gpt.of(SMALL.with((_, _) -> new MeanOverTime(), Recipe.PRE), 1));
        assertThrows(IllegalArgumentException.class,
                () -> Gpt.of(SMALL.with((_, _) -> new MeanOverTime(), Recipe.POST), 1));
        Gpt fine = Gpt.of(with(SMALL, "rms_norm", "pre"), 1);
        assertThrows(IllegalArgumentException.class,
                () -> new Gpt(SMALL, fine.tokens(), fine.positions(),
                        new Transformer(new Identity(), fine.transformer().blocks(), new MeanOverTime()),
                        fine.head()));
    }

    /// A norm that takes its statistics from all positions and says so.
    private record MeanOverTime() implements Norm {
        @Override
        public boolean causal() {
            return false;
        }

        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.subtract(x.mean(keepDims(1)));
        }
    }

    @Test
    void badInputIsExplained() {
        Gpt model = model(SMALL);
        assertSays(assertThrows(IllegalArgumentException.class, () -> model.logits(ids(6, V, 1, T + 1), Context.NONE)),
                "Gpt",
                "at most 6", "got 7");
        var cache = new Cache();
        model.logits(ids(6, V, 1, T), Context.cached(cache));
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> model.logits(ids(6, V, 1, 1), Context.cached(cache))), "got 7");
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> model.logits(Indices.of(new int[] {V}, 1, 1), Context.NONE)),
                "[0, 11)", "got 11");
        assertSays(
                assertThrows(IllegalArgumentException.class,
                        () -> model.logits(Indices.of(new int[] {1}, 1), Context.NONE)),
                "Gpt",
                "(B, T)", "(1)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> with(SMALL, "layer_norm", "middle")), "placement",
                "pre, post",
                "'middle'");
        assertSays(assertThrows(IllegalArgumentException.class, () -> model(with(SMALL, "layernorm", "pre"))), "norm",
                "'layernorm'");
        assertSays(assertThrows(IllegalArgumentException.class, () -> GptConfig.of(V, T, 10, 3, 1)),
                "multiple of heads", "10", "3");
        assertSays(assertThrows(IllegalArgumentException.class, () -> GptConfig.of(0, T, D, H, 1)), "positive",
                "vocabulary 0");
        assertSays(assertThrows(IllegalArgumentException.class, () -> GptConfig.of(V, T, 6, 2, 1).with(Rotary.HALVES)),
                "rotary", "even");
    }

    @Test
    void theObserverSeesTheStreamOfEachBlock() {
        Gpt model = shakenModel(SMALL);
        List<Tensor> seen = new ArrayList<>();
        Tensor last = model.stream(ids(7, V, 1, T), Context.NONE, seen::add);
        assertEquals(L + 1, seen.size());
        assertBits(last, seen.getLast());
        assertBits(model.transformer().blocks().get(0).forward(seen.get(0), Context.NONE), seen.get(1));
        assertEquals(Shape.of(1, T, D), seen.get(1).shape());
    }

    // ---- Training ----

    private static double[] losses(GptConfig config, int steps, BufferPool memory) {
        Gpt model = model(config);
        var optimizer = AdamW.of(model, 0.01, AdamW.Config.GPT);
        double[] losses = new double[steps];
        for (int i = 0; i < steps; i++) {
            try (Tape tape = Tape.training(memory, i)) {
                Tensor loss = model.loss(ids(8, V, 3, T), ids(9, V, 3, T));
                losses[i] = loss.item();
                tape.backward(loss);
            }
            optimizer.step();
        }
        return losses;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyModelLearnsABatchByHeart(GptConfig config) {
        // what leaves embeddings of 0.02 as small as they are would take hundreds of steps
        boolean bounded =
                Norms.named(NormSpec.parse(norm(config), true).name()).group() == NormEntry.Group.STATISTIC_FREE;
        double[] losses = losses(bounded ? config.withUnitEmbeddings(true) : config, 80, new BufferPool());
        assertEquals(Math.log(V), losses[0], config.unitEmbeddings() || bounded ? 2.5 : 0.1,
                "the first loss is that of guessing");
        assertTrue(losses[79] < 0.6 * losses[0], config + ": " + losses[79] + " from " + losses[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre", "normformer"})
    void theFirstTenLossesAreWhatTheyWere(String placement) {
        double[] expected = switch (placement) {
            case "pre" ->
                new double[] {2.40650, 2.34748, 2.28585, 2.23105, 2.17267, 2.10948, 2.04272, 1.97697, 1.91357, 1.85238};
            default ->
                new double[] {2.75753, 2.42938, 2.25520, 2.12217, 1.99912, 1.88487, 1.77909, 1.66975, 1.55134, 1.43965};
        };
        // float32 over ten steps; kernel sets differ by less
        assertArrayEquals(expected, losses(with(SMALL, "layer_norm", placement), 10, new BufferPool()), 2e-4);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aStepFindsNoLeftoversAndTakesNoNewMemory(GptConfig config) {
        // the first step finds parameters without gradients, which take room from the second on; and in the first few, arrays
        // serve where shorter ones will
        BufferPool ofTenSteps = new BufferPool(), memory = new BufferPool();
        losses(config, 10, ofTenSteps);
        double[] first = losses(config, 15, memory);
        assertEquals(ofTenSteps.bytes(), memory.bytes());
        // under -ea what was given back is NaN: whatever read it would show
        assertArrayEquals(first, losses(config, 15, memory));
        long bytes = memory.bytes();
        Gpt model = model(config);
        try (Tape _ = Tape.inference(memory)) {
            model.loss(ids(8, V, 3, T), ids(9, V, 3, T));
        }
        assertEquals(bytes, memory.bytes(), "inference fits into the memory of training");
    }

    @Test
    void normsWithoutParametersAndNoBlocksAreModelsToo() {
        Gpt empty = model(GptConfig.of(V, T, D, H, 0));
        assertEquals(Shape.of(1, T, V), empty.logits(ids(10, V, 1, T), Context.NONE).shape());
    }
}
