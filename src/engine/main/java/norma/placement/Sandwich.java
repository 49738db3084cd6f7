package norma.placement;

import norma.nn.Layer;

/// Norms on both sides: y = x + N2(f(N1(x))) (Ding et al. 2021, CogView, arXiv 2105.13290).
public record Sandwich() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).before(place.norm("norm")).after(place.norm("after"));
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
