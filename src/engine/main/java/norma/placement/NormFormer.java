package norma.placement;

import java.util.Optional;
import norma.nn.Attention;
import norma.nn.HeadScale;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.Mlp;

/// NormFormer (Shleifer, Weston & Ott 2021, arXiv 2110.09456): pre-norm with three more operations.
///
/// ```
/// x1 = x + LN_attn(Wo concat_h c_h head_h(LN1(x)))     a factor on each head, a norm after the attention
/// y  = lambda * x1 + W2 LN_ffn(act(W1 LN2(x1)))        a norm before W2, a factor on the skip (optional)
/// ```
///
/// LN_attn and LN_ffn stay plain when the norm is an adaptive one.
///
/// @param site where the head scale stands, if it is there: before the output projection in the paper, after it in fairseq
/// @param residualScale whether lambda is there; the paper uses it for small models
/// @param attentionNorm whether LN_attn is there
/// @param middleNorm whether LN_ffn is there
public record NormFormer(Optional<HeadScale.Site> site, boolean residualScale, boolean attentionNorm,
        boolean middleNorm) implements Placement {

    /// With all that the paper adds.
    public NormFormer(HeadScale.Site site, boolean residualScale) {
        this(Optional.of(site), residualScale, true, true);
    }

    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        return new Block(aroundAttention(attention, place.at("attention")), aroundMlp(mlp, place.at("mlp")));
    }

    private Branch aroundAttention(Attention f, PlacementContext place) {
        Layer after = attentionNorm ? place.plain("after", place.dim()) : new Identity();
        Attention scaled = site.map(at -> f.with(HeadScale.of(f.heads(), at))).orElse(f);
        return Branch.of(place.norm("norm"), scaled, after, place.dropout(), Factor.ONE);
    }

    private Branch aroundMlp(Mlp f, PlacementContext place) {
        Mlp normed = middleNorm ? f.withMiddle(place.plain("middle", f.hidden())) : f;
        return Branch.of(place.norm("norm"), normed, new Identity(), place.dropout(),
                residualScale ? Factor.learned(1, place.dim()) : Factor.ONE);
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
