package norma.model;

import norma.catalogue.Placements;

/// Norms and placements by their texts.
public final class Texts {
    private Texts() {
    }

    /// A model with the norm and the placement of these texts.
    public static GptConfig with(GptConfig config, String norm, String placement) {
        Placements.Entry entry = Placements.named(placement);
        return config.with(entry.norm(norm), entry.placement());
    }
}
