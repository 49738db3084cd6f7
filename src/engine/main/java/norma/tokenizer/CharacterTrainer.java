package norma.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Makes tokenizers whose tokens are characters, counted in code points, so an emoji is one.
public final class CharacterTrainer {
    private static final String UNKNOWN = "[UNK]";

    private CharacterTrainer() {
    }

    /// A tokenizer that knows the characters of `texts`. Id 0 stands for every other one and reads back as U+FFFD; the characters follow in
    /// the order of their code points.
    public static Tokenizer train(Iterable<String> texts) {
        BitSet seen = new BitSet();
        for (String text : texts) {
            for (int i = 0, size; i < text.length(); i += size) {
                size = Normalized.sizeAt(text, i, text.length());
                seen.set(Normalized.codePointAt(text, i, size));
            }
        }
        List<String> tokens = new ArrayList<>(List.of(UNKNOWN));
        seen.stream().forEach(character -> tokens.add(Character.toString(character)));
        Vocabulary vocabulary = Vocabulary.of(tokens);
        return new Tokenizer(vocabulary, List.of(), new TextNormalizer.None(), new CharacterPreTokenizer(1),
                new WordLevel(vocabulary, 0), PostProcessor.NONE);
    }
}
