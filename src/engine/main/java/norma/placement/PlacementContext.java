package norma.placement;

import norma.nn.Dropout;
import norma.nn.LayerSource;
import norma.norm.Norm;
import norma.norm.NormFactory;

/// A place in a model of D features: what a placement needs to know to put norms there.
///
/// @param source where the layers of this place come from
/// @param dim D
/// @param norm which norm
/// @param dropout on what sublayers give
/// @param layer which block it is in, from 1 on; 0 outside of blocks
/// @param layers number of blocks
public record PlacementContext(LayerSource source, int dim, NormFactory norm, Dropout dropout, int layer, int layers) {

    /// A place within this one.
    public PlacementContext at(String name) {
        return new PlacementContext(source.at(name), dim, norm, dropout, layer, layers);
    }

    /// A norm over D features.
    public Norm norm(String name) {
        return source.at(name).make(init -> norm.create(init, dim));
    }

    /// A norm over some features, for where it must stay simple.
    public Norm plain(String name, int features) {
        return source.at(name).make(init -> norm.plain().create(init, features));
    }
}
