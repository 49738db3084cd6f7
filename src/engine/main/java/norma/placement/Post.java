package norma.placement;

import norma.nn.Layer;

/// Post-norm: y = N(x + f(x)) (Vaswani et al. 2017, arXiv 1706.03762). The stream leaves each block normalized. Gradients are
/// larger in late blocks, so deep models need a warm-up.
public record Post() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).outer(place.norm("norm"));
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }
}
