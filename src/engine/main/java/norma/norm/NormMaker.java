package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;

/// Makes the norms of models, all of the same method.
public interface NormMaker extends Maker<Norm> {

    /// A maker with a text.
    ///
    /// @param text as in the catalogue, with options: `rms_norm{eps=1e-5}`
    /// @param maker gives the maker of one model
    static NormMaker named(String text, Supplier<NormMaker> maker) {
        return new NamedMaker(text, maker);
    }

    /// The maker for one model: norms that share something share it within a model only.
    default NormMaker ofOneModel() {
        return this;
    }

    /// How the catalogue writes it, if it comes from there.
    default Optional<String> text() {
        return Optional.empty();
    }

    /// The maker for places that must stay simple: the extra norms of a placement and the final one. Methods that bring
    /// networks of their own answer with their base.
    default NormMaker plain() {
        return this;
    }
}
