package norma.placement;

import norma.nn.Init;
import norma.nn.Layer;

/// Pre-norm with small factors on the branch: y = x + gamma * f(N(x)), gamma D (Touvron et al. 2021, CaiT, arXiv
/// 2103.17239): 0.1 up to 18 blocks, 1e-5 up to 24, 1e-6 beyond.
public record LayerScale() implements Placement {

    /// The first value of gamma.
    static float first(int layers) {
        return layers <= 18 ? 0.1f : layers <= 24 ? 1e-5f : 1e-6f;
    }

    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).before(place.norm("norm"))
                .gain(Init.constant(first(place.layers()), place.dim()));
    }
}
