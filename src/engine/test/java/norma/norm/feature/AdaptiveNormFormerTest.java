package norma.norm.feature;

import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import norma.catalogue.Norms;
import norma.nn.Cache;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.feature.AdaptiveNormFormer.Base;
import norma.norm.feature.AdaptiveNormFormer.Options;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptiveNormFormerTest {
    private static final int D = 12;

    /// Every choice with every other that it meets in the code.
    static Stream<Options> options() {
        return Stream.of(Base.values())
                .flatMap(base -> Stream.of(0, 1, 2).flatMap(depth -> Stream.of(true, false).flatMap(
                        bottleneck -> Stream.of(true, false)
                                .flatMap(shared -> Stream.of(0f, 2f).map(bound -> new Options(true, base, depth,
                                        bottleneck ? 4 : 0, depth, bottleneck, shared, depth == 2, bound))))));
    }

    private static AdaptiveNormFormer norm(Options options) {
        return AdaptiveNormFormer.of(new Init(1), D, options);
    }

    private static AdaptiveNormFormer shakenNorm(Options options) {
        return shaken(norm(options), 2, 0.2);
    }

    private static Options bidirectional(Options o) {
        return new Options(false, o.base(), o.depth(), o.width(), o.heads(), o.bottleneck(), o.shared(), o.rotary(),
                o.bound());
    }

    private static Tensor base(Options options, Tensor x) {
        return switch (options.base()) {
            case LAYER -> LayerNorm.plain(D).forward(x);
            case RMS -> RmsNorm.plain(D).forward(x);
        };
    }

    @ParameterizedTest
    @MethodSource("options")
    void atFirstItIsItsBase(Options options) {
        Tensor x = normal(3, 2, 5, D);
        assertBits(base(options, x), norm(options).forward(x));
        assertBits(base(options, x), norm(bidirectional(options)).forward(x));
    }

    @ParameterizedTest
    @MethodSource("options")
    void atFirstTheHeadsLearnAndTheTrunksDoNot(Options options) {
        AdaptiveNormFormer norm = norm(options);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(norm.forward(normal(4, 2, 5, D)).multiply(normal(5, 2, 5, D)).sum());
        }
        ParameterTree.of(norm).params().forEach((name, param) -> {
            float largest = param.value().gradient().abs().max().item();
            assertEquals(name.contains("Head"), largest > 0, name);
        });
    }

    @ParameterizedTest
    @MethodSource("options")
    void laterTokensChangeNothingWhenCausal(Options options) {
        Tensor x = normal(6, 2, 6, D);
        for (int t = 1; t < 6; t++) {
            Tensor changed = Tensor.concat(1, x.slice(1, 0, t), normal(t, 2, 6 - t, D));
            AdaptiveNormFormer causal = shakenNorm(options);
            assertBits(causal.forward(x).slice(1, 0, t), causal.forward(changed).slice(1, 0, t));
            if (options.depth() > 0) {
                AdaptiveNormFormer both = shakenNorm(bidirectional(options));
                Tensor difference = both.forward(x).subtract(both.forward(changed)).slice(1, 0, t);
                assertTrue(difference.abs().sum().item() > 1e-3, "without the mask the future is seen");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void theCacheGivesWhatTheWholeSequenceGives(Options options) {
        AdaptiveNormFormer norm = shakenNorm(options);
        for (int batch = 1; batch <= 2; batch++) {
            Tensor x = normal(7, batch, 7, D);
            assertCached(norm, x);
        }
    }

    private static void assertCached(Layer norm, Tensor x) {
        Tensor whole = norm.forward(x);
        var cache = new Cache();
        for (int from = 0, to = 3; from < 7; from = to++) {
            assertClose(whole.slice(1, from, to), norm.forward(x.slice(1, from, to), Context.cached(cache)), 1e-5);
        }
    }

    @Test
    void tiedTrunksHaveACacheForEachNorm() {
        NormFactory factory = Norms.factory("normformer_adaptive{tied=true, depth=2, shared=false}", true);
        Norm first = shaken(factory.create(new Init(1).at("first"), D), 1, 0.2);
        Norm second = factory.create(new Init(1).at("second"), D);
        Tensor heads = ((AdaptiveNormFormer) second).gammaHead().weight().value();
        heads.data().set(normal(8, heads.shape().toArray()).multiply(0.2f).data());
        assertCached((Both) () -> List.of(first, second), normal(9, 1, 7, D));
        // one trunk for both, listed once
        ParameterTree parts = ParameterTree.of((Both) () -> List.of(first, second));
        long trunks = parts.params().keySet().stream()
                .filter(name -> name.contains("Trunk") && name.startsWith("norms.1")).count();
        assertEquals(0, trunks);
        assertTrue(parts.params().containsKey("norms.1.gammaHead.weight"));
    }

    /// Norms one after the other.
    private interface Both extends Layer {
        List<Norm> norms();

        @Override
        default Tensor forward(Tensor x, Context context) {
            Tensor y = x;
            for (Norm norm : norms()) {
                y = norm.forward(y, context);
            }
            return y;
        }

        @Override
        default void register(ParameterTree tree) {
            tree.add("norms", norms());
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void paddingChangesNoToken(Options options) {
        AdaptiveNormFormer norm = shakenNorm(bidirectional(options));
        Tensor x = normal(10, 1, 5, D);
        Tensor mask = Tensor.of(Shape.of(1, 5), 1, 1, 1, 0, 0);
        Tensor short3 = norm.forward(x.slice(1, 0, 3));
        assertClose(short3, norm.forward(x, Context.padded(mask)).slice(1, 0, 3), 1e-6);
        Tensor other = Tensor.concat(1, x.slice(1, 0, 3), normal(11, 1, 2, D));
        assertBits(norm.forward(x, Context.padded(mask)).slice(1, 0, 3).copy(),
                norm.forward(other, Context.padded(mask)).slice(1, 0, 3).copy());
    }

    @ParameterizedTest
    @MethodSource("options")
    void aSequenceOfPaddingGetsTheBaseNorm(Options options) {
        AdaptiveNormFormer norm = shakenNorm(bidirectional(options));
        Tensor x = normal(12, 2, 4, D);
        Tensor mask = Tensor.of(Shape.of(2, 4), 1, 1, 1, 0, 0, 0, 0, 0);
        Tensor y = norm.forward(x, Context.padded(mask)).slice(0, 1, 2);
        Tensor affine = base(options, x.slice(0, 1, 2)).multiply(bias(norm.gammaHead()).detach())
                .add(bias(norm.betaHead()).detach());
        assertClose(affine, y, 1e-6);
    }

    private static Tensor bias(Linear head) {
        return head.bias().orElseThrow().value();
    }

    @Test
    void theBoundHoldsTheGain() {
        var options = new Options(true, Base.RMS, 1, 0, 1, false, true, false, 2);
        AdaptiveNormFormer norm = shaken(norm(options), 3, 50);
        bias(norm.gammaHead()).data().fill(1);
        bias(norm.betaHead()).data().fill(0);
        norm.betaHead().weight().value().data().fill(0);
        Tensor x = normal(13, 2, 5, D);
        Tensor gain = norm.forward(x).divide(base(options, x));
        float largest = gain.subtract(1).abs().max().item();
        assertTrue(largest > 1.5 && largest <= 2.0001, "|gamma - g0| is at most 2; got " + largest);
    }

    /// With r = D / 4, one layer and one trunk: four r-wide matrices of attention, two of the feed-forward layer, two heads.
    @ParameterizedTest
    @ValueSource(ints = {64, 128})
    void parametersAreAsPlanned(int dim) {
        int r = dim / 4;
        int heads = 2 * dim;
        long full = ParameterTree
                .of(AdaptiveNormFormer.of(new Init(1), dim,
                        new Options(true, Base.LAYER, 1, r, 1, false, true, false, 0)))
                .size();
        assertEquals(4 * dim * r + 2 * dim * r + 2 * dim * dim + heads + 2 * dim, full);
        long bottleneck = ParameterTree
                .of(AdaptiveNormFormer.of(new Init(1), dim,
                        new Options(true, Base.LAYER, 1, r, 1, true, true, false, 0)))
                .size();
        assertEquals(dim * r + 4 * r * r + 2 * r * r + 2 * r * dim + heads + 2 * r, bottleneck);
        assertEquals(dim >= 128 ? bottleneck : full,
                ParameterTree.of(AdaptiveNormFormer.of(new Init(1), dim, Options.of(true, dim))).size());
    }

    @Test
    void onlyMatricesDecay() {
        ParameterTree.of(norm(Options.of(true, D))).params().forEach((name, param) -> assertEquals(
                param.value().shape().rank() == 2 ? Param.Role.WEIGHT : Param.Role.NO_DECAY, param.role(), name));
    }

    @Test
    void headsDivideTheWidthWhateverIsAsked() {
        for (int heads = 1; heads <= 5; heads++) {
            var options = new Options(true, Base.LAYER, 1, 7, heads, true, true, true, 0);
            assertEquals(Shape.of(1, 2, D), norm(options).forward(normal(14, 1, 2, D)).shape());
        }
    }

    @Test
    void itsInputIsASequence() {
        assertSays(
                assertThrows(IllegalArgumentException.class, () -> norm(Options.of(true, D)).forward(normal(15, 4, D))),
                "AdaptiveNormFormer", "(B, T, D)", "(4, 12)");
    }

    /// Also the gain, the bias and the epsilon of a norm that was trained; they are shared, not copied.
    @Test
    void inPlaceOfATrainedNormItComputesTheSame() {
        LayerNorm trained = shaken(LayerNorm.of(D).withEps(1e-3f), 3, 0.5);
        Tensor x = normal(4, 2, 5, D);
        AdaptiveNormFormer adaptive =
                norm(new Options(false, Base.LAYER, 1, 4, 2, true, true, false, 0)).inPlaceOf(trained);
        assertClose(trained.forward(x), adaptive.forward(x), 1e-6);
        ParameterTree.of(trained).params().values()
                .forEach(param -> assertTrue(ParameterTree.of(adaptive).params().containsValue(param)));
    }
}
