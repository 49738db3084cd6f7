package norma.lab.run;

import java.util.List;
import java.util.stream.Collectors;

/// Characters in a message.
public final class Characters {
    private static final int SHOWN = 10;

    private Characters() {
    }

    /// The first of them, those that can't be seen by their numbers, and how many there are more.
    public static String list(List<String> texts) {
        String first = texts.stream().limit(SHOWN).map(Characters::visible).collect(Collectors.joining(" "));
        return texts.size() <= SHOWN ? first : "%s and %,d more".formatted(first, texts.size() - SHOWN);
    }

    private static String visible(String text) {
        boolean seen = text.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT || Character.isSpaceChar(c));
        return seen ? text : text.codePoints().mapToObj("U+%04X"::formatted).collect(Collectors.joining(" "));
    }
}
