package norma.placement;

import norma.nn.Attention;
import norma.nn.Mlp;

/// Pre-norm behind embeddings that are normalized already: the first attention reads them as they are (ModernBERT; Warner et al.
/// 2024, arXiv 2412.13663).
public record NormedEntry() implements Placement {
    private static final Recipe BARE = Recipe.of();

    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        Recipe first = place.layer() == 1 ? BARE : Recipe.PRE;
        return new Block(first.around(attention, place.at("attention")), Recipe.PRE.around(mlp, place.at("mlp")));
    }
}
