package norma.bench.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What sentence encoders are measured on.
class TextsTest {

    @Test
    void textsHaveAsManyTokensAsTheShapeSays(@TempDir Path folder) throws IOException {
        Tokenizer tokenizer = tokenizer(folder);
        for (var texts : List.of(new Texts(32, 16, 16), new Texts(4, 256, 256), new Texts(256, 8, 256))) {
            assertArrayEquals(texts.lengths(),
                    texts.list().stream().mapToInt(text -> tokenizer.encode(text, 512).length()).toArray());
        }
    }

    private static Tokenizer tokenizer(Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        try (InputStream in = ClassLoader.getSystemResourceAsStream("all-minilm-l6-v2-tokenizer.json")) {
            Files.copy(in, file);
        }
        return Tokenizer.load(file);
    }

    @Test
    void aShapeSaysWhichTexts() {
        for (String shape : List.of("1 of T 12", "32 of T 8 to 256")) {
            assertEquals(shape, Texts.of(shape).toString());
        }
        assertEquals(new Texts(1, 12, 12), Texts.of("1 of T 12, AOT cache"));
        assertThrows(IllegalArgumentException.class, () -> Texts.of("1024x1024"));
    }
}
