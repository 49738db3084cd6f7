package norma.placement;

import norma.nn.Layer;

/// Pre-norm: y = x + f(N(x)), and a norm behind the last block (Nguyen & Salazar 2019, arXiv 1910.05895; Xiong et al. 2020,
/// arXiv 2002.04745). The stream itself is never normalized: it grows with depth, and late blocks change it less and less.
public record Pre() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).before(place.norm("norm"));
    }
}
