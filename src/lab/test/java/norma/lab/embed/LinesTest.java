package norma.lab.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinesTest {
    private static List<String> lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        new Lines("texts", new ByteArrayInputStream(bytes)).forEachRemaining(lines::add);
        return lines;
    }

    private static void check(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(text.lines().toList(), lines(bytes), () -> text.replace("\r", "\\r").replace("\n", "\\n"));
        assertEquals(text.lines().count(), Lines.count(new ByteArrayInputStream(bytes)));
    }

    @Test
    void areThoseOfString() throws IOException {
        for (String text : List.of("", "\n", "\r", "\r\n", "\n\r", "a", "a\n", "a\r\nb", "a\r\rb\n\n",
                "\0\n\u2028\u0085 ",
                "caf\u00e9 \u65e5\u672c \ud83d\ude80\nx")) {
            check(text);
        }
        var random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            StringBuilder soup = new StringBuilder();
            random.ints(random.nextInt(40), 0, 5).forEach(c -> soup.append("\r\n\u00e9xy".charAt(c)));
            check(soup.toString());
        }
    }

    @Test
    void areTheSameAcrossBuffers() throws IOException {
        for (int length = (1 << 16) - 3; length <= (1 << 16) + 1; length++) {
            String line = "x".repeat(length);
            check(line + "\r\n\u00e9\r\n");
            check(line + "\r\u00e9");
            check(line + "\u00e9\n" + line);
        }
        check("z".repeat(3_000_000));
    }

    @Test
    void aByteOrderMarkCountsOnlyAtTheBegin() {
        byte[] bytes = "\uFEFFa\n\uFEFFb".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of("a", "\uFEFFb"), lines(bytes));
        assertEquals(List.of(""), lines("\uFEFF".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsNotUtf8IsNamedByByteAndLine() {
        refused("a\r\nb\r\nc\u00e9", "texts: must be UTF-8 text; it is not from byte 7 on, in line 3");
        refused("\u00e9", "texts: must be UTF-8 text; it is not from byte 0 on, in line 1");
        refused("ok\n\u00ed\u00a0\u0080", "from byte 3 on, in line 2"); // a surrogate
        refused("\u00c0\u0080", "from byte 0 on, in line 1"); // NUL in two bytes
    }

    private static void refused(String latin, String expected) {
        var failure = assertThrows(UncheckedIOException.class,
                () -> lines(latin.getBytes(StandardCharsets.ISO_8859_1)));
        assertEquals(expected, failure.getCause().getMessage().substring(
                failure.getCause().getMessage().length() - expected.length()));
    }
}
