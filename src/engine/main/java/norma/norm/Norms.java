package norma.norm;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import norma.nn.Init;
import norma.norm.AdaptiveNormFormer.Base;

/// The catalogue of normalizations: one line each.
public final class Norms {

    /// What is known of a method.
    ///
    /// @param name as on the command line and of its golden vectors
    /// @param group the family it belongs to
    /// @param paper where it comes from
    /// @param over what its statistics are taken over, for x (B, T, D)
    /// @param parameters what it learns, for D features
    /// @param maker of norms for one model, from the options and whether the model is causal
    /// @param golden how it computes a golden vector
    public record Entry(String name, String group, String paper, String over, String parameters,
            BiFunction<Spec, Boolean, NormMaker> maker, Consumer<GoldenCase> golden) {
    }

    private static final List<Entry> ALL = List.of(
            new Entry("layer_norm", "statistics", "Ba 2016, arXiv 1607.06450", "D", "gamma D, beta D", Norms::layerNorm,
                    LayerNorm::golden),
            new Entry("rms_norm", "statistics", "Zhang 2019, arXiv 1910.07467", "D", "gamma D", Norms::rmsNorm,
                    RmsNorm::golden),
            new Entry("normformer_adaptive", "conditional", "no paper; an article's idea", "D",
                    "g0 D, b0 D, a small Transformer",
                    Norms::adaptive, AdaptiveNormFormer::golden),
            new Entry("identity", "none", "", "nothing", "none", (_, _) -> (_, _) -> new Identity(), Identity::golden));

    private Norms() {
    }

    /// All methods, in the order of the catalogue.
    public static List<Entry> all() {
        return ALL;
    }

    /// The maker that a text such as `rms_norm{eps=1e-5}` names.
    ///
    /// @param causal whether the norms are for a decoder, so that they must not look ahead
    public static NormMaker maker(String text, boolean causal) {
        Spec spec = Spec.parse(text);
        Entry entry = ALL.stream().filter(e -> e.name().equals(spec.name())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("norm: must be one of %s; got '%s'"
                        .formatted(ALL.stream().map(Entry::name).toList(), spec.name())));
        NormMaker maker = entry.maker().apply(spec, causal);
        spec.finish();
        return maker;
    }

    private static NormMaker layerNorm(Spec spec, boolean causal) {
        float eps = spec.number("eps", LayerNorm.EPS);
        boolean bias = spec.flag("bias", true);
        return (_, dim) -> bias
                ? LayerNorm.of(eps, dim)
                : new LayerNorm(norma.tensor.Shape.of(dim), Init.constant(1, dim), null, eps);
    }

    private static NormMaker rmsNorm(Spec spec, boolean causal) {
        float eps = spec.number("eps", RmsNorm.EPS);
        var form = spec.choice("form", RmsNorm.Form.GAIN);
        return (_, dim) -> new RmsNorm(norma.tensor.Shape.of(dim),
                Init.constant(form == RmsNorm.Form.UNIT_OFFSET ? 0 : 1, dim), eps, form);
    }

    private static NormMaker adaptive(Spec spec, boolean causal) {
        var base = spec.choice("base", Base.LAYER);
        int depth = spec.integer("depth", 1);
        int width = spec.integer("width", 0);
        int heads = spec.integer("heads", 0);
        String bottleneck = spec.choice("bottleneck", Bottleneck.AUTO).name();
        boolean shared = spec.flag("shared", true);
        boolean rotary = spec.flag("rotary", false);
        float bound = spec.number("bound", 0);
        boolean tied = spec.flag("tied", false);
        return new AdaptiveMaker(dim -> new AdaptiveNormFormer.Options(causal, base, depth, width, heads,
                bottleneck.equals("AUTO") ? dim >= 128 : bottleneck.equals("TRUE"), shared, rotary, bound), tied);
    }

    private enum Bottleneck { AUTO, TRUE, FALSE }
}
