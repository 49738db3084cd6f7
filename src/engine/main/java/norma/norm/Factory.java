package norma.norm;

import norma.nn.Init;
import norma.nn.Parameterized;

/// Makes the layers of one method for one model.
///
/// @param <P> what it makes
@FunctionalInterface
public interface Factory<P extends Parameterized> {

    /// A layer over D features or channels.
    ///
    /// @param init first values, named for the place of this layer in the model
    P create(Init init, int dim);
}
