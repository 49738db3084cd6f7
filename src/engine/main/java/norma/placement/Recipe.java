package norma.placement;

import static norma.placement.Recipe.Site.AFTER;
import static norma.placement.Recipe.Site.BEFORE;
import static norma.placement.Recipe.Site.ENTRY;
import static norma.placement.Recipe.Site.EXIT;
import static norma.placement.Recipe.Site.MIDDLE;
import static norma.placement.Recipe.Site.OUTER;
import static norma.placement.Recipe.Site.QUERY_KEY;

import java.util.Set;
import java.util.function.Function;
import norma.nn.Attention;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Sequential;
import norma.norm.feature.QkNorm;

/// A placement that does the same to every sublayer f: where norms stand around it, and with which factors.
///
///     y = outer(skip * x + gain * after(f(scale * before(x))))
///
/// One of your own: `Recipe.of(Site.BEFORE, Site.EXIT).gain(place -> Factor.constant(0.5))`.
///
/// @param norms where they stand
/// @param scale on what the norm in front gives
/// @param gain on the branch
/// @param skip on the skip
/// @param initializers initial values of the sublayers
/// @param unitEmbeddings whether token embeddings must have unit variance
public record Recipe(Set<Site> norms, Function<PlacementContext, Factor> scale, Function<PlacementContext, Factor> gain,
        Function<PlacementContext, Factor> skip, Initializers initializers, boolean unitEmbeddings)
        implements Placement {

    /// Where a norm can stand.
    public enum Site {
        /// On the embeddings; stays plain.
        ENTRY,
        /// In front of the sublayer.
        BEFORE,
        /// At the end of the branch.
        AFTER,
        /// On the sum of skip and branch.
        OUTER,
        /// In front of a sublayer's last matrix; stays plain. In blocks only.
        MIDDLE,
        /// On the queries and keys of each head; stays plain. In blocks only.
        QUERY_KEY,
        /// Behind the last block; stays plain.
        EXIT
    }

    /// Pre-norm: y = x + f(N(x)), and a norm behind the last block (Nguyen & Salazar 2019, arXiv 1910.05895; Xiong et al. 2020,
    /// arXiv 2002.04745). The stream itself is never normalized: it grows with depth, and late blocks change it less and less.
    public static final Recipe PRE = of(BEFORE, EXIT);

    /// Post-norm: y = N(x + f(x)) (Vaswani et al. 2017, arXiv 1706.03762). The stream leaves each block normalized. Gradients
    /// are larger in late blocks, so deep models need a warm-up.
    public static final Recipe POST = of(OUTER);

    /// Norms on both sides: y = x + N2(f(N1(x))) (Ding et al. 2021, CogView, arXiv 2105.13290).
    public static final Recipe SANDWICH = of(BEFORE, AFTER, EXIT).withUnitEmbeddings();

    /// Peri-LN: a sandwich, and a norm on the embeddings (Kim et al. 2025, arXiv 2502.02732). The variance of the stream grows
    /// with depth in a line, not exponentially; Gemma 2 and OLMo 2 are close to it.
    public static final Recipe PERI = of(ENTRY, BEFORE, AFTER, EXIT).withUnitEmbeddings();

    /// A norm at the end of the branch: y = x + N(f(x)) (Liu et al. 2022, Swin V2, arXiv 2111.09883; OLMo 2).
    public static final Recipe RESIDUAL_POST = of(AFTER, EXIT).withUnitEmbeddings();

    /// DeepNorm: y = N(alpha x + f(x)), for post-norm a thousand blocks deep (Wang et al. 2022, arXiv 2203.00555). The skip
    /// weighs alpha = (2 L)^(1/4). Matrices start by Glorot's rule, those of values, output and feed-forward layer with gain
    /// beta = (8 L)^(-1/4), L blocks. With an encoder of N blocks before a decoder of M, the encoder has
    /// alpha = 0.81 (N^4 M)^(1/16) and beta = 0.87 (N^4 M)^(-1/16), the decoder alpha = (3 M)^(1/4) and beta = (12 M)^(-1/4).
    public static final Recipe DEEP_NORM = POST
            .skip(place -> Factor.constant(Math.pow(2.0 * place.layers(), 0.25)))
            .initializers(Initializers.glorot(Recipe::deepNormGain));

    /// Admin: y = N(omega * x + f(x)), omega D (Liu et al. 2020, arXiv 2004.08249). The learned factors on the skip start with
    /// omega_i^2 = 1 + sum over j < i of Var f_j, so no branch has more than its share of the output at first, however deep the
    /// model is. The variances are those of the new model on one batch; before [Residual#prepare], omega is 1.
    public static final Recipe ADMIN = POST.skip(place -> Factor.balanced(place.dim()));

    /// Sub-LN: pre-norm with a second norm inside the sublayer, before its last matrix (Wang et al. 2022, Magneto, arXiv
    /// 2210.06423). Matrices start by Glorot's rule, those of values, output and feed-forward layer with gain sqrt(log 2 L), L
    /// blocks.
    public static final Recipe SUB_LN = of(BEFORE, MIDDLE, EXIT)
            .initializers(Initializers.glorot(layers -> Math.sqrt(Math.log(2.0 * layers))));

    /// Pre-norm with norms on the queries and keys of each head too, so that the attention's logits stay bounded (Henry et al.
    /// 2020, arXiv 2010.04245; with RMSNorm in Qwen 3, Gemma 3 and others). All heads share one gain.
    public static final Recipe QK_NORM = of(BEFORE, QUERY_KEY, EXIT);

    /// Pre-norm whose branches grow quieter with depth: y = x + f(N(x) / sqrt(l)), l = 1 ... L (LayerNorm Scaling; Sun et al.
    /// 2025, arXiv 2502.05795). Against the curse of depth: with plain pre-norm the stream grows until late blocks hardly count.
    public static final Recipe LAYER_NORM_SCALING =
            PRE.scale(place -> Factor.constant(1 / Math.sqrt(place.layer())));

    /// Pre-norm with small factors on the branch: y = x + gamma * f(N(x)), gamma D (Touvron et al. 2021, CaiT, arXiv
    /// 2103.17239): 0.1 up to 18 blocks, 1e-5 up to 24, 1e-6 beyond.
    public static final Recipe LAYER_SCALE = PRE.gain(place -> Factor.learned(
            place.layers() <= 18 ? 0.1 : place.layers() <= 24 ? 1e-5 : 1e-6, place.dim()));

    /// No norm at all: y = x + alpha f(x), alpha one number, 0 at first (ReZero; Bachlechner et al. 2020, arXiv 2003.04887). A
    /// network of any depth starts as the identity, and in the first step only alpha learns.
    public static final Recipe REZERO = of().gain(_ -> Factor.learned(0, 1));

    /// The same for residual networks of convolutions (De & Smith 2020, arXiv 2002.10444).
    public static final Recipe SKIP_INIT = of().gain(_ -> Factor.learned(0, 1));

    /// No norm, initial values instead: y = x + c f(x), c one number, 1 at first (Fixup; Zhang, Dauphin & Ma 2019, arXiv
    /// 1901.09321). Single biases, as in the paper, would add nothing to the biases that linear layers have. [FixupBranch] is
    /// for residual networks of any layers.
    public static final Recipe FIXUP = of().gain(_ -> Factor.learned(1, 1)).initializers(Initializers.FIXUP);

    /// Copies the set.
    public Recipe {
        norms = Set.copyOf(norms);
    }

    /// Norms there, factors of one, initial values as the model has them.
    public static Recipe of(Site... norms) {
        return new Recipe(Set.of(norms), _ -> Factor.ONE, _ -> Factor.ONE, _ -> Factor.ONE, Initializers.UNCHANGED,
                false);
    }

    /// With a factor between the norm in front and the sublayer.
    public Recipe scale(Function<PlacementContext, Factor> factor) {
        return new Recipe(norms, factor, gain, skip, initializers, unitEmbeddings);
    }

    /// With a factor on the branch.
    public Recipe gain(Function<PlacementContext, Factor> factor) {
        return new Recipe(norms, scale, factor, skip, initializers, unitEmbeddings);
    }

    /// With a factor on the skip.
    public Recipe skip(Function<PlacementContext, Factor> factor) {
        return new Recipe(norms, scale, gain, factor, initializers, unitEmbeddings);
    }

    /// With other initial values.
    public Recipe initializers(Initializers values) {
        return new Recipe(norms, scale, gain, skip, values, unitEmbeddings);
    }

    /// With token embeddings of unit variance.
    public Recipe withUnitEmbeddings() {
        return new Recipe(norms, scale, gain, skip, initializers, true);
    }

    /// The residual branch around any sublayer.
    public Branch around(Layer f, PlacementContext place) {
        return new Branch(norm(BEFORE, "norm", place), scale.apply(place), f, norm(AFTER, "after", place),
                place.dropout(), gain.apply(place), skip.apply(place),
                norm(OUTER, norms.contains(BEFORE) ? "outer" : "norm", place));
    }

    private Layer norm(Site site, String name, PlacementContext place) {
        return norms.contains(site) ? place.norm(name) : new Identity();
    }

    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        return new Block(around(inside(attention, place), place.at("attention")),
                around(inside(mlp, place), place.at("mlp")));
    }

    private Attention inside(Attention f, PlacementContext place) {
        Attention normed = norms.contains(QUERY_KEY) ? withQueryKeyNorm(f, place) : f;
        return norms.contains(MIDDLE)
                ? normed.withOutput(Sequential.of(place.at("attention").plain("middle", width(f, place)), f.output()))
                : normed;
    }

    private Mlp inside(Mlp f, PlacementContext place) {
        return norms.contains(MIDDLE) ? f.withMiddle(place.at("mlp").plain("middle", f.hidden())) : f;
    }

    static Attention withQueryKeyNorm(Attention f, PlacementContext place) {
        int d = width(f, place) / f.heads();
        return QkNorm.on(f, place.plain("queryNorm", d), place.plain("keyNorm", d));
    }

    /// H * d, which may differ from D
    private static int width(Attention f, PlacementContext place) {
        return f.query() instanceof Linear query ? query.weight().shape().dim(0) : place.dim();
    }

    /// beta of DeepNorm
    static double deepNormGain(int layers) {
        return (float) Math.pow(8.0 * layers, -0.25);
    }

    @Override
    public void initialize(Attention attention, Mlp mlp, Init init, int layers) {
        initializers.set(attention, mlp, init, layers);
    }

    @Override
    public Layer entry(PlacementContext model) {
        return norms.contains(ENTRY) ? model.plain("entry", model.dim()) : new Identity();
    }

    @Override
    public Layer exit(PlacementContext model) {
        return norms.contains(EXIT) ? model.plain("finalNorm", model.dim()) : new Identity();
    }

    @Override
    public boolean takesNorm() {
        return norms.contains(BEFORE) || norms.contains(AFTER) || norms.contains(OUTER);
    }
}
