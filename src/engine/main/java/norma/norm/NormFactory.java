package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;

/// Makes the norms of models, all of the same method.
public interface NormFactory extends Factory<Norm> {

    /// A factory with a text.
    ///
    /// @param text as in the catalogue, with options: `rms_norm{eps=1e-5}`
    /// @param factory gives the factory of one model
    static NormFactory named(String text, Supplier<NormFactory> factory) {
        return new NamedFactory(text, factory);
    }

    /// The factory for one model: norms that share something share it within a model only.
    default NormFactory ofOneModel() {
        return this;
    }

    /// How the catalogue writes it, if it comes from there.
    default Optional<String> text() {
        return Optional.empty();
    }

    /// The factory for places that must stay simple: the extra norms of a placement and the final one. Methods that bring
    /// networks of their own answer with their base.
    default NormFactory plain() {
        return this;
    }
}
