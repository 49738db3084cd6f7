package norma.norm;

/// Makes the norms of one model, all of the same method.
public interface NormFactory extends Factory<Norm> {

    /// The factory for places that must stay simple: the extra norms of a placement and the final one. Methods that bring
    /// networks of their own answer with their base.
    default NormFactory plain() {
        return this;
    }
}
