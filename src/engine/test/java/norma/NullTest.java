package norma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing public takes or gives null: what may be absent is an `Optional`, an overload, or a layer that does nothing.
class NullTest {
    private static final Pattern SPEAKS_OF_NULL = Pattern.compile("^\\s*///.*\\bnull\\b");

    /// The packages that keep to it.
    @ParameterizedTest
    @ValueSource(strings = {
            "nn",
            "tensor",
            "tokenizer",
    })
    void documentationSpeaksOfNoNull(String name) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("main/java/norma", name))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                Files.readAllLines(file).stream().filter(SPEAKS_OF_NULL.asPredicate())
                        .forEach(line -> found.add(file.getFileName() + ": " + line.strip()));
            }
        }
        assertEquals(List.of(), found);
    }
}
