package norma.placement;

import norma.nn.Layer;

/// Pre-norm whose branches grow quieter with depth: y = x + f(N(x) / sqrt(l)), l = 1 ... L (LayerNorm Scaling; Sun et al. 2025,
/// arXiv 2502.05795). Against the curse of depth: with plain pre-norm the stream grows until late blocks hardly count.
public record DepthScaled() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).before(place.norm("norm"))
                .scaled((float) (1 / Math.sqrt(place.layer())));
    }
}
