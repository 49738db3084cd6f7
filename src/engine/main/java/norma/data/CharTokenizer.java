package norma.data;

import com.carrotsearch.hppc.IntHashSet;
import java.util.Arrays;

/// One id a character, counted in code points, so an emoji is one. Id 0 stands for every character that training did
/// not see and reads back as U+FFFD; the characters seen follow in the order of their code points.
public final class CharTokenizer implements Tokenizer {
    private static final int UNKNOWN = 0xFFFD;

    private final int[] characters;

    /// A tokenizer that knows `characters`.
    ///
    /// @throws IllegalArgumentException if they are not in ascending order, each once
    public CharTokenizer(String characters) {
        this.characters = codePoints(characters);
        for (int i = 1; i < this.characters.length; i++) {
            if (this.characters[i - 1] >= this.characters[i]) {
                throw new IllegalArgumentException("CharTokenizer: characters must ascend, each once; got U+%04X at %d"
                        .formatted(this.characters[i], i));
            }
        }
    }

    /// A tokenizer that knows the characters of `corpus`, its separator among them.
    public static CharTokenizer train(Corpus corpus) {
        IntHashSet seen = new IntHashSet();
        seen.addAll(codePoints(corpus.separator()));
        for (String document : corpus.documents()) {
            seen.addAll(codePoints(document));
        }
        int[] characters = seen.toArray();
        Arrays.sort(characters);
        return new CharTokenizer(new String(characters, 0, characters.length));
    }

    /// The characters it knows, in the order of their ids, which begin at 1.
    public String characters() {
        return new String(characters, 0, characters.length);
    }

    @Override
    public int vocabulary() {
        return characters.length + 1;
    }

    @Override
    public int[] encode(String text) {
        int[] ids = codePoints(text);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Math.max(0, Arrays.binarySearch(characters, ids[i]) + 1);
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] > characters.length) {
                throw new IllegalArgumentException("CharTokenizer: ids must be in [0, " + vocabulary() + "); got "
                        + ids[i] + " at " + i);
            }
            text.appendCodePoint(ids[i] == 0 ? UNKNOWN : characters[ids[i] - 1]);
        }
        return text.toString();
    }

    private static int[] codePoints(String text) {
        int[] points = new int[text.length()];
        int count = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(points[count++])) {
            int point = text.codePointAt(i);
            points[count] = Character.getType(point) == Character.SURROGATE ? UNKNOWN : point;
        }
        return Arrays.copyOf(points, count);
    }
}
