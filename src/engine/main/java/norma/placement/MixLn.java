package norma.placement;

import norma.nn.Attention;
import norma.nn.Mlp;

/// Post-norm in the first quarter of the blocks, pre-norm in the others (Mix-LN; Li et al. 2024, arXiv 2412.13795): early
/// blocks keep what post-norm is good at, late ones get the gradients of pre-norm.
public record MixLn() implements Placement {
    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        return (4 * place.layer() <= place.layers() ? Recipe.POST : Recipe.PRE).block(attention, mlp, place);
    }
}
