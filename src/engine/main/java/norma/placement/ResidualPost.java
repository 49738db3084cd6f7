package norma.placement;

import norma.nn.Layer;

/// A norm at the end of the branch: y = x + N(f(x)) (Liu et al. 2022, Swin V2, arXiv 2111.09883; OLMo 2).
public record ResidualPost() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).after(place.norm("after"));
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }
}
