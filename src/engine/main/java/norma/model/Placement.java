package norma.model;

import java.util.List;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.HeadScale;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.Parts;
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
    record Place(Init init, int dim, NormMaker norm, Dropout dropout) {
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
            new NormFormer(HeadScale.Site.AFTER_OUT_PROJ, true));

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
            return new PreBranch(place.norm("norm"), f, null, null, place.dropout());
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
            return new PostBranch(place.norm("norm"), f, place.dropout());
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
            return new PreBranch(place.norm("norm"), scaled, after, null, place.dropout());
        }

        @Override
        public Layer aroundMlp(Mlp f, Place place) {
            int hidden = f.down().weight().value().dim(1);
            Norm middle = middleNorm ? place.norm().plain().make(place.init().at("middle"), hidden) : null;
            Param scale = residualScale ? Init.constant(1, place.dim()) : null;
            return new PreBranch(place.norm("norm"), f.with(middle), null, scale, place.dropout());
        }

        @Override
        public boolean unitEmbeddings() {
            return true;
        }
    }

    /// y = scale * x + dropout(after(f(norm(x)))); `after` and `scale` may be null
    record PreBranch(Norm norm, Layer f, Norm after, Param scale, Dropout dropout) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            Tensor branch = f.forward(norm.forward(x, context), context);
            if (after != null) {
                branch = after.forward(branch, context);
            }
            Tensor skip = scale == null ? x : x.multiply(scale.value());
            return skip.add(dropout.forward(branch, context));
        }

        @Override
        public void list(Parts parts) {
            parts.add("norm", norm).add("f", f).add("after", after).add("scale", scale);
        }
    }

    /// y = norm(x + dropout(f(x)))
    record PostBranch(Norm norm, Layer f, Dropout dropout) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return norm.forward(x.add(dropout.forward(f.forward(x, context), context)), context);
        }

        @Override
        public void list(Parts parts) {
            parts.add("norm", norm).add("f", f);
        }
    }
}
