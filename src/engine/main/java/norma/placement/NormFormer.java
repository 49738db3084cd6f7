package norma.placement;

import norma.nn.Attention;
import norma.nn.HeadScale;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.norm.Norm;

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
public record NormFormer(HeadScale.Site site, boolean residualScale, boolean attentionNorm, boolean middleNorm)
        implements Placement {

    /// With all that the paper adds.
    public NormFormer(HeadScale.Site site, boolean residualScale) {
        this(site, residualScale, true, true);
    }

    @Override
    public Layer around(Layer f, Place place) {
        return new Pre().around(f, place);
    }

    @Override
    public Layer aroundAttention(Attention f, Place place) {
        Norm after = attentionNorm ? place.plain("after", place.dim()) : null;
        Attention scaled = site == null ? f : f.with(HeadScale.of(f.heads(), site));
        return Branch.of(scaled, place.dropout()).before(place.norm("norm")).after(after);
    }

    @Override
    public Layer aroundMlp(Mlp f, Place place) {
        Norm middle = middleNorm ? place.plain("middle", f.hidden()) : null;
        Param scale = residualScale ? Init.constant(1, place.dim()) : null;
        return Branch.of(f.with(middle), place.dropout()).before(place.norm("norm")).skip(scale);
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
