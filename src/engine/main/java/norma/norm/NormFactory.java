package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;

/// Makes norms of one method, for a Transformer's stream.
public interface NormFactory extends Factory<Norm> {

    /// A factory with a text.
    ///
    /// @param text as in the catalogue, with options: `rms_norm{eps=1e-5}`
    /// @param factory gives the factory of one model
    static NormFactory named(String text, Supplier<NormFactory> factory) {
        return new NamedFactory(text, factory, factory.get());
    }

    /// The factory of one model: what norms share, they share within a model only.
    default NormFactory ofOneModel() {
        return this;
    }

    /// Its text in the catalogue, if it comes from there.
    default Optional<String> text() {
        return Optional.empty();
    }

    /// The factory of the extra norms of a placement and of the final norm, which must be simple. A method with networks of
    /// its own returns a factory of its base.
    default NormFactory plain() {
        return this;
    }
}
