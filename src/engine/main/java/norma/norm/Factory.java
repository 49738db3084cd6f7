package norma.norm;

import norma.nn.Init;
import norma.nn.Parameterized;

/// Makes parts of one method, for one model.
///
/// @param <P> what it makes
@FunctionalInterface
public interface Factory<P extends Parameterized> {

    /// A part over D features or channels.
    ///
    /// @param init first values, for the place of this part in the model
    P create(Init init, int dim);
}
