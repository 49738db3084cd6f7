package norma.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.tokenizer.BpeTrainer.Merge;

/// The format in which learned tokenizers were written before they were written as Hugging Face's.
///
/// ```json
/// {"format": "norma-tokenizer/1", "type": "byte"}
/// {"format": "norma-tokenizer/1", "type": "char", "characters": " abc"}
/// {"format": "norma-tokenizer/1", "type": "bpe", "merges": [[97, 97], [256, 98]]}
/// ```
///
/// `characters` in ascending order of code points; the first has id 1. A merge is the pair of ids it joins; the first makes id 256.
final class EarlierFile {
    private static final String FORMAT = "norma-tokenizer/1";
    private static final Set<String> FIELDS = Set.of("format", "type", "characters", "merges");

    private EarlierFile() {
    }

    static Tokenizer read(JsonFields file) throws CorruptFileException {
        if (!file.text("format").equals(FORMAT) || !FIELDS.containsAll(file.values().keySet())) {
            throw file.corrupt("must be a tokenizer of format " + FORMAT + " with fields " + FIELDS + "; it has "
                    + file.values().keySet() + " and says " + file.text("format"));
        }
        return switch (file.type("byte", "char", "bpe")) {
            case "byte" -> Tokenizer.bytes();
            case "char" -> characters(file);
            default -> merges(file);
        };
    }

    private static Tokenizer characters(JsonFields file) throws CorruptFileException {
        int[] characters = file.text("characters").codePoints().toArray();
        for (int i = 1; i < characters.length; i++) {
            if (characters[i - 1] >= characters[i]) {
                throw file.incompatibility("characters", "ascending, each once");
            }
        }
        return CharacterTrainer.train(List.of(file.text("characters")));
    }

    private static Tokenizer merges(JsonFields file) throws CorruptFileException {
        List<Merge> merges = new ArrayList<>();
        for (int[] pair : file.numberLists("merges")) {
            if (pair.length != 2) {
                throw file.incompatibility("merges", "a list of pairs");
            }
            merges.add(new Merge(pair[0], pair[1]));
        }
        try {
            return BpeTrainer.tokenizer(merges);
        } catch (IllegalArgumentException e) {
            throw file.corrupt(e.getMessage());
        }
    }
}
