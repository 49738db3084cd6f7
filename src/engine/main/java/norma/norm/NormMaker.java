package norma.norm;

/// Makes the norms of one model, all of the same method.
public interface NormMaker extends Maker<Norm> {

    /// The maker for places that must stay simple: the extra norms of a placement and the final one. Methods that bring
    /// networks of their own answer with their base.
    default NormMaker plain() {
        return this;
    }
}
