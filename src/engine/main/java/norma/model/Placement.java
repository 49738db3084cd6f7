package norma.model;

import java.util.List;
import java.util.Map;
import norma.nn.Attention;
import norma.nn.Dropout;
import norma.nn.HeadScale;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Part;
import norma.nn.Parts;
import norma.nn.PerHead;
import norma.nn.Sequential;
import norma.norm.Norm;
import norma.norm.NormMaker;
import norma.tensor.Tensor;

/// Where norms stand around the sublayers of a Transformer block. Which norm stands there is another matter: any placement
/// takes any norm.
public sealed interface Placement {

    /// A place in a model for a sublayer of D features: what a placement needs to know to put norms around it.
    ///
    /// @param init first values, for this sublayer
    /// @param dim D
    /// @param norm which norm
    /// @param dropout on the sublayer's result
    /// @param layer which block it is, from 1 on
    /// @param layers number of blocks
    record Place(Init init, int dim, NormMaker norm, Dropout dropout, int layer, int layers) {
        Norm norm(String name) {
            return norm.make(init.at(name), dim);
        }
    }

    /// As on the command line.
    String name();

    /// The residual branch around any sublayer f.
    Layer around(Layer f, Place place);

    /// The residual branch around the attention.
    default Layer aroundAttention(Attention f, Place place) {
        return around(f, place);
    }

    /// The residual branch around the feed-forward layer with F hidden features.
    default Layer aroundMlp(Mlp f, Place place) {
        return around(f, place);
    }

    /// Whether the stream needs a norm after the last block.
    default boolean finalNorm() {
        return true;
    }

    /// Whether token embeddings must have unit variance, so that the branches don't drown them.
    default boolean unitEmbeddings() {
        return false;
    }

    /// The placements that can be named on the command line.
    List<Placement> ALL = List.of(new Pre(), new Post(), new NormFormer(HeadScale.Site.BEFORE_OUT_PROJ, false),
            new NormFormer(HeadScale.Site.BEFORE_OUT_PROJ, true), new NormFormer(HeadScale.Site.AFTER_OUT_PROJ, false),
            new NormFormer(HeadScale.Site.AFTER_OUT_PROJ, true), new Sandwich(), new ResidualPost(), new DeepNorm(),
            new DepthScaled(), new ReZero(), new LayerScale(), new MixLn(), new SubLn(), new Hybrid());

    /// The placement of a name.
    static Placement named(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "placement: must be one of %s; got '%s'".formatted(ALL.stream().map(Placement::name).toList(),
                                name)));
    }

    /// Pre-norm: y = x + f(N(x)) (Nguyen & Salazar 2019, arXiv 1910.05895; Xiong et al. 2020, arXiv 2002.04745).
    record Pre() implements Placement {
        @Override
        public String name() {
            return "pre";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).before(place.norm("norm"));
        }
    }

    /// Post-norm: y = N(x + f(x)) (Vaswani et al. 2017, arXiv 1706.03762). The stream leaves each block normalized.
    record Post() implements Placement {
        @Override
        public String name() {
            return "post";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).outer(place.norm("norm"));
        }

        @Override
        public boolean finalNorm() {
            return false;
        }
    }

    /// NormFormer (Shleifer, Weston & Ott 2021, arXiv 2110.09456): pre-norm with three more operations.
    ///
    /// ```
    /// x1 = x + LN_attn(Wo concat_h c_h head_h(LN1(x)))     a factor on each head, a norm after the attention
    /// y  = lambda * x1 + W2 LN_ffn(act(W1 LN2(x1)))        a norm before W2, a factor on the skip (optional)
    /// ```
    ///
    /// LN_attn and LN_ffn stay plain when the norm is an adaptive one.
    ///
    /// @param site where the head scale stands: before the output projection in the paper, after it in fairseq; or null
    /// @param residualScale whether lambda is there; the paper uses it for small models
    /// @param attentionNorm whether LN_attn is there
    /// @param middleNorm whether LN_ffn is there
    record NormFormer(HeadScale.Site site, boolean residualScale, boolean attentionNorm, boolean middleNorm)
            implements Placement {

        /// With all that the paper adds.
        public NormFormer(HeadScale.Site site, boolean residualScale) {
            this(site, residualScale, true, true);
        }

        @Override
        public String name() {
            return "normformer" + (site == HeadScale.Site.AFTER_OUT_PROJ ? "_fairseq" : "")
                    + (residualScale ? "_resscale" : "") + (site == null ? "_without_head_scale" : "")
                    + (attentionNorm ? "" : "_without_attention_norm") + (middleNorm ? "" : "_without_middle_norm");
        }

        @Override
        public Layer around(Layer f, Place place) {
            return new Pre().around(f, place);
        }

        @Override
        public Layer aroundAttention(Attention f, Place place) {
            Norm after = attentionNorm ? place.norm().plain().make(place.init().at("after"), place.dim()) : null;
            Attention scaled = site == null ? f : f.with(HeadScale.of(f.heads(), site));
            return Branch.of(scaled, place.dropout()).before(place.norm("norm")).after(after);
        }

        @Override
        public Layer aroundMlp(Mlp f, Place place) {
            int hidden = f.down().weight().shape().dim(1);
            Norm middle = middleNorm ? place.norm().plain().make(place.init().at("middle"), hidden) : null;
            Param scale = residualScale ? Init.constant(1, place.dim()) : null;
            return Branch.of(f.with(middle), place.dropout()).before(place.norm("norm")).skip(scale);
        }

        @Override
        public boolean unitEmbeddings() {
            return true;
        }
    }

    /// Norms on both sides: y = x + N2(f(N1(x))) (Ding et al. 2021, CogView, arXiv 2105.13290). With norms on the embeddings and
    /// on the last stream it is called Peri-LN (Kim et al. 2025, arXiv 2502.02732).
    record Sandwich() implements Placement {
        @Override
        public String name() {
            return "sandwich";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).before(place.norm("norm")).after(place.norm("after"));
        }

        @Override
        public boolean unitEmbeddings() {
            return true;
        }
    }

    /// A norm at the end of the branch: y = x + N(f(x)) (Liu et al. 2022, Swin V2, arXiv 2111.09883).
    record ResidualPost() implements Placement {
        @Override
        public String name() {
            return "residual_post";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).after(place.norm("after"));
        }

        @Override
        public boolean unitEmbeddings() {
            return true;
        }
    }

    /// DeepNorm: y = N(alpha x + f(x)), alpha = (2 L)^(1/4) for a decoder of L blocks (Wang et al. 2022, arXiv 2203.00555). Matrices of
    /// the values, of the output and of the feed-forward layer start smaller by beta = (8 L)^(-1/4).
    record DeepNorm() implements Placement {
        @Override
        public String name() {
            return "deep_norm";
        }

        /// (2 L)^(1/4)
        static float alpha(int layers) {
            return (float) Math.pow(2.0 * layers, 0.25);
        }

        /// (8 L)^(-1/4)
        static float beta(int layers) {
            return (float) Math.pow(8.0 * layers, -0.25);
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).skip(alpha(place.layers())).outer(place.norm("norm"));
        }

        @Override
        public Layer aroundAttention(Attention f, Place place) {
            shrink(beta(place.layers()), f, "value.weight", "output.weight");
            return around(f, place);
        }

        @Override
        public Layer aroundMlp(Mlp f, Place place) {
            shrink(beta(place.layers()), f, "up.weight", "down.weight");
            return around(f, place);
        }

        private static void shrink(float factor, Part f, String... names) {
            Map<String, Param> params = Parts.of(f).params();
            for (String name : names) {
                Tensor weight = params.get(name).value().detach();
                weight.data().set(weight.multiply(factor).data());
            }
        }

        @Override
        public boolean finalNorm() {
            return false;
        }
    }

    /// Pre-norm whose branches grow quieter with depth: y = x + f(N(x) / sqrt(l)), l = 1 ... L (LayerNorm Scaling; Sun et al. 2025,
    /// arXiv 2502.05795).
    record DepthScaled() implements Placement {
        @Override
        public String name() {
            return "layer_norm_scaling";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).before(place.norm("norm"))
                    .scaled((float) (1 / Math.sqrt(place.layer())));
        }
    }

    /// No norm at all: y = x + alpha f(x), alpha one number, 0 at first (ReZero; Bachlechner et al. 2020, arXiv 2003.04887). A network of
    /// any depth starts as the identity.
    record ReZero() implements Placement {
        @Override
        public String name() {
            return "rezero";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).gain(Init.constant(0, 1));
        }

        @Override
        public boolean finalNorm() {
            return false;
        }
    }

    /// Pre-norm with small factors on the branch: y = x + gamma * f(N(x)), gamma D (Touvron et al. 2021, CaiT, arXiv 2103.17239): 0.1 up to
    /// 18 blocks, 1e-5 up to 24, 1e-6 beyond.
    record LayerScale() implements Placement {
        @Override
        public String name() {
            return "layer_scale";
        }

        static float first(int layers) {
            return layers <= 18 ? 0.1f : layers <= 24 ? 1e-5f : 1e-6f;
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Branch.of(f, place.dropout()).before(place.norm("norm"))
                    .gain(Init.constant(first(place.layers()), place.dim()));
        }
    }

    /// Post-norm in the first quarter of the blocks, pre-norm in the others (Mix-LN; Li et al. 2024, arXiv 2412.13795): early layers get the
    /// gradients that pre-norm gives to the late ones.
    record MixLn() implements Placement {
        @Override
        public String name() {
            return "mix_ln";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return (4 * place.layer() <= place.layers() ? new Post() : new Pre()).around(f, place);
        }
    }

    /// HybridNorm: norms on queries, keys and values instead of one in front of the attention, and a feed-forward layer whose skip begins
    /// after its norm (Zhuo et al. 2025, arXiv 2503.04598):
    ///
    ///     y = x + Attention_qkv(x)    z = N(y) + MLP(N(y))
    record Hybrid() implements Placement {
        @Override
        public String name() {
            return "hybrid_norm";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return Sequential.of(place.norm("norm"), Branch.of(f, place.dropout()));
        }

        @Override
        public Layer aroundAttention(Attention f, Place place) {
            int d = place.dim() / f.heads();
            Attention normed = f.with(headNorm(f.query(), "query", d, f, place), headNorm(f.key(), "key", d, f, place),
                    headNorm(f.value(), "value", d, f, place));
            return Branch.of(normed, place.dropout());
        }

        private static Layer headNorm(Layer linear, String name, int d, Attention f, Place place) {
            Norm norm = place.norm().plain().make(place.init().at(name + "Norm"), d);
            return Sequential.of(linear, new PerHead(norm, f.heads()));
        }

        @Override
        public boolean unitEmbeddings() {
            return true;
        }
    }

    /// Sub-LN: pre-norm with a second norm inside the sublayer, before its last matrix (Wang et al. 2022, Magneto, arXiv 2210.06423).
    record SubLn() implements Placement {
        @Override
        public String name() {
            return "sub_ln";
        }

        @Override
        public Layer around(Layer f, Place place) {
            return new Pre().around(f, place);
        }

        @Override
        public Layer aroundAttention(Attention f, Place place) {
            Norm middle = place.norm().plain().make(place.init().at("middle"), place.dim());
            return around(f.with(Sequential.of(middle, f.output())), place);
        }

        @Override
        public Layer aroundMlp(Mlp f, Place place) {
            int hidden = f.down().weight().shape().dim(1);
            return around(f.with(place.norm().plain().make(place.init().at("middle"), hidden)), place);
        }
    }
}
