package norma.tokenizer;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.collections.api.set.primitive.MutableIntSet;
import org.eclipse.collections.impl.factory.primitive.IntSets;

/// Makes tokenizers whose tokens are characters, counted in code points, so an emoji is one.
public final class CharacterTrainer {
    private static final String UNKNOWN = "[UNK]";

    private CharacterTrainer() {
    }

    /// A tokenizer that knows the characters of `texts`. Id 0 stands for every other one and reads back as U+FFFD; the characters follow in
    /// the order of their code points.
    public static Tokenizer train(Iterable<String> texts) {
        MutableIntSet seen = IntSets.mutable.empty();
        for (String text : texts) {
            for (int i = 0, size; i < text.length(); i += size) {
                size = Normalized.sizeAt(text, i, text.length());
                seen.add(Normalized.codePointAt(text, i, size));
            }
        }
        List<String> tokens = new ArrayList<>(List.of(UNKNOWN));
        for (int character : seen.toSortedArray()) {
            tokens.add(Character.toString(character));
        }
        Vocabulary vocabulary = Vocabulary.of(tokens);
        return new Tokenizer(vocabulary, List.of(), new TextNormalizer.None(), new CharacterPreTokenizer(),
                new WordLevel(vocabulary, 0), PostProcessor.NONE);
    }
}
