package norma.catalogue;

import java.util.List;
import java.util.Optional;
import norma.nn.HeadScale.Site;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.StatisticsAxes;
import norma.placement.BottomToTop;
import norma.placement.Hybrid;
import norma.placement.MixLn;
import norma.placement.NGpt;
import norma.placement.NormFormer;
import norma.placement.Parallel;
import norma.placement.Placement;
import norma.placement.Recipe;
import norma.placement.ResiDual;

/// The catalogue of placements: one line each.
public final class Placements {

    /// What is known of a placement.
    ///
    /// @param name as on the command line
    /// @param formula of one residual branch f, x to y, with norms N
    /// @param paper where it comes from
    /// @param placement how it is built
    public record Entry(String name, String formula, String paper, Placement placement) {

        /// The norm used if no other is given: a LayerNorm, as in most papers, if the placement has a norm.
        public String usualNorm() {
            return placement.takesNorm() ? "layer_norm" : "identity";
        }

        /// The norms that a text names, for a decoder's stream.
        ///
        /// @param text as in the catalogue of norms, with options
        /// @throws IllegalArgumentException if they make no model with this placement
        public NormFactory norm(String text) {
            incompatibility(text).ifPresent(reason -> {
                throw new IllegalArgumentException("Gpt: %s in %s: %s".formatted(text, name, reason));
            });
            return Norms.factory(text, true);
        }

        /// The reason why this norm and this placement make no decoder together, if there is one.
        ///
        /// @param text as in the catalogue of norms, with options
        public Optional<String> incompatibility(String text) {
            NormEntry norm = Norms.named(NormSpec.parse(text, true).name());
            if (!(norm.on() instanceof NormEntry.On.Features)) {
                return Optional.of(norm.name() + " " + norm.on().words());
            }
            if (norm.over() == StatisticsAxes.BATCH) {
                return Optional.of(norm.name()
                        + " takes statistics over all tokens of a batch, and a decoder must not see later ones; "
                        + "take a norm over features, such as rms_norm");
            }
            return placement.takesNorm() || norm.name().equals("identity") ? Optional.empty()
                    : Optional.of(name + " has no place for a norm; leave it out, or say identity");
        }
    }

    private static final List<Entry> ALL = List.of(
            new Entry("pre", "x + f(N(x))", "Nguyen & Salazar 2019, arXiv 1910.05895", Recipe.PRE),
            new Entry("post", "N(x + f(x))", "Vaswani et al. 2017, arXiv 1706.03762", Recipe.POST),
            new Entry("normformer", "pre, and factors on heads, norms after the attention and before W2",
                    "Shleifer, Weston & Ott 2021, arXiv 2110.09456", new NormFormer(Site.BEFORE_OUT_PROJ, false)),
            new Entry("normformer_resscale", "normformer, and lambda * x in the feed-forward layer's branch",
                    "Shleifer, Weston & Ott 2021, arXiv 2110.09456", new NormFormer(Site.BEFORE_OUT_PROJ, true)),
            new Entry("normformer_fairseq", "normformer, factors after the heads are mixed",
                    "its code in fairseq", new NormFormer(Site.AFTER_OUT_PROJ, false)),
            new Entry("normformer_fairseq_resscale", "normformer_fairseq, and lambda * x",
                    "its code in fairseq", new NormFormer(Site.AFTER_OUT_PROJ, true)),
            new Entry("sandwich", "x + N(f(N(x)))", "Ding et al. 2021, arXiv 2105.13290", Recipe.SANDWICH),
            new Entry("peri", "sandwich, and N on the embeddings", "Kim et al. 2025, arXiv 2502.02732", Recipe.PERI),
            new Entry("residual_post", "x + N(f(x))", "Liu et al. 2022, arXiv 2111.09883", Recipe.RESIDUAL_POST),
            new Entry("deep_norm", "N(alpha x + f(x))", "Wang et al. 2022, arXiv 2203.00555", Recipe.DEEP_NORM),
            new Entry("admin", "N(omega * x + f(x)), omega from one batch", "Liu et al. 2020, arXiv 2004.08249",
                    Recipe.ADMIN),
            new Entry("resi_dual", "N(x + f(x)) and d + f(x)", "Xie et al. 2023, arXiv 2304.14802", new ResiDual()),
            new Entry("bottom_to_top", "post, and x once more before a block's last N",
                    "Takase et al. 2022, arXiv 2206.00330", new BottomToTop()),
            new Entry("mix_ln", "post in the first quarter of the blocks, then pre", "Li et al. 2024, arXiv 2412.13795",
                    new MixLn()),
            new Entry("layer_norm_scaling", "x + f(N(x) / sqrt(l)) in block l", "Sun et al. 2025, arXiv 2502.05795",
                    Recipe.LAYER_NORM_SCALING),
            new Entry("layer_scale", "x + gamma * f(N(x)), gamma small", "Touvron et al. 2021, arXiv 2103.17239",
                    Recipe.LAYER_SCALE),
            new Entry("sub_ln", "pre, and N before a sublayer's last matrix", "Wang et al. 2022, arXiv 2210.06423",
                    Recipe.SUB_LN),
            new Entry("hybrid_norm", "x + attention with N on q, k, v; N(x) + MLP(N(x))",
                    "Zhuo et al. 2025, arXiv 2503.04598", new Hybrid(false)),
            new Entry("hybrid_norm_star", "hybrid_norm, pre in the first block", "Zhuo et al. 2025, arXiv 2503.04598",
                    new Hybrid(true)),
            new Entry("qk_norm", "pre, and N on queries and keys", "Henry et al. 2020, arXiv 2010.04245",
                    Recipe.QK_NORM),
            new Entry("parallel", "x + attention(N(x)) + MLP(N(x))", "its code in GPT-J", new Parallel(false)),
            new Entry("parallel_qk_norm", "parallel, and N on queries and keys",
                    "Dehghani et al. 2023, arXiv 2302.05442", new Parallel(true)),
            new Entry("rezero", "x + alpha f(x), alpha 0 at first", "Bachlechner et al. 2020, arXiv 2003.04887",
                    Recipe.REZERO),
            new Entry("skip_init", "as rezero", "De & Smith 2020, arXiv 2002.10444", Recipe.SKIP_INIT),
            new Entry("fixup", "x + c f(x), f 0 at first", "Zhang, Dauphin & Ma 2019, arXiv 1901.09321",
                    Recipe.FIXUP),
            new Entry("ngpt", "steps on the unit sphere", "Loshchilov et al. 2024, arXiv 2410.01131", new NGpt()));

    private Placements() {
    }

    /// All placements, in the order of the catalogue.
    public static List<Entry> all() {
        return ALL;
    }

    /// The name of a placement, if it is in the catalogue.
    public static Optional<String> nameOf(Placement placement) {
        return ALL.stream().filter(e -> e.placement() == placement).map(Entry::name).findFirst();
    }

    /// The placement of a name.
    public static Entry named(String name) {
        return ALL.stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("placement: must be one of %s; got '%s'"
                        .formatted(ALL.stream().map(Entry::name).toList(), name)));
    }
}
