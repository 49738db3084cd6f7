package norma.placement;

import norma.nn.Init;
import norma.nn.Layer;

/// No norm at all: y = x + alpha f(x), alpha one number, 0 at first (ReZero; Bachlechner et al. 2020, arXiv 2003.04887; for
/// residual networks of convolutions SkipInit, De & Smith 2020, arXiv 2002.10444). A network of any depth starts as the
/// identity, and in the first step only alpha learns.
public record ReZero() implements Placement {
    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).gain(Init.constant(0, 1));
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }

    @Override
    public boolean takesNorm() {
        return false;
    }
}
