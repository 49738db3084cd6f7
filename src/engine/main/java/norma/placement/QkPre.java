package norma.placement;

import norma.nn.Attention;
import norma.nn.Mlp;
import norma.norm.feature.QkNorm;

/// Pre-norm with norms on the queries and keys of each head too, so that no logit of the attention can run away (Henry et
/// al. 2020, arXiv 2010.04245; with RMSNorm in Qwen 3, Gemma 3 and others). The gain is one for all heads.
///
/// @param parallel whether attention and feed-forward layer stand side by side, as in ViT-22B (Dehghani et al. 2023, arXiv
/// 2302.05442)
public record QkPre(boolean parallel) implements Placement {
    @Override
    public Residual block(Attention attention, Mlp mlp, PlacementContext place) {
        int d = place.dim() / attention.heads();
        Attention normed = QkNorm.on(attention, place.plain("queryNorm", d), place.plain("keyNorm", d));
        return (parallel ? new Parallel() : Recipe.PRE).block(normed, mlp, place);
    }
}
