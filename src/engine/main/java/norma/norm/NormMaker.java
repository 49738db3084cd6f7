package norma.norm;

import norma.nn.Init;

/// Makes the norms of one model, all of the same method.
public interface NormMaker {

    /// A norm over D features.
    ///
    /// @param init first values, for the place of this norm in the model
    Norm make(Init init, int dim);

    /// The maker for places that must stay simple: the extra norms of a placement and the final one. Methods that bring
    /// networks of their own answer with their base.
    default NormMaker plain() {
        return this;
    }
}
