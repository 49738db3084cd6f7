package norma.tokenizer;

import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// What becomes of the matches that a text is cut at.
enum SplitBehavior {
    /// they are no words
    REMOVED("Removed"),
    /// each is a word
    ISOLATED("Isolated"),
    /// each belongs to the word before it
    MERGED_WITH_PREVIOUS("MergedWithPrevious"),
    /// each belongs to the word behind it
    MERGED_WITH_NEXT("MergedWithNext"),
    /// those that touch are one word
    CONTIGUOUS("Contiguous");

    private final String text;

    SplitBehavior(String text) {
        this.text = text;
    }

    static SplitBehavior read(JsonFields step) throws CorruptFileException {
        for (SplitBehavior each : values()) {
            if (each.text.equals(step.text("behavior"))) {
                return each;
            }
        }
        throw step.incompatibility("behavior",
                "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
    }

    /// Whether a part belongs to the same word as the one before it.
    ///
    /// @param before whether that is a match
    /// @param match whether this is one
    boolean joins(boolean before, boolean match) {
        return switch (this) {
            case REMOVED, ISOLATED -> false;
            case MERGED_WITH_PREVIOUS -> match && !before;
            case MERGED_WITH_NEXT -> before && !match;
            case CONTIGUOUS -> match == before;
        };
    }
}
