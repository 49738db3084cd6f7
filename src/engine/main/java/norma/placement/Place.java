package norma.placement;

import norma.nn.Dropout;
import norma.nn.Init;
import norma.norm.Norm;
import norma.norm.NormFactory;

/// A place in a model of D features: what a placement needs to know to put norms there.
///
/// @param init first values, for this place
/// @param dim D
/// @param norm which norm
/// @param dropout on what sublayers give
/// @param layer which block it is in, from 1 on; 0 outside of blocks
/// @param layers number of blocks
public record Place(Init init, int dim, NormFactory norm, Dropout dropout, int layer, int layers) {

    /// A place within this one.
    Place at(String name) {
        return new Place(init.at(name), dim, norm, dropout, layer, layers);
    }

    /// A norm over D features.
    Norm norm(String name) {
        return norm.create(init.at(name), dim);
    }

    /// A norm over some features, for where it must stay simple.
    Norm plain(String name, int features) {
        return norm.plain().create(init.at(name), features);
    }
}
