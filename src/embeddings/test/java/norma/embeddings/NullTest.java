package norma.embeddings;

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

/// No public method takes or gives null: what may be absent is an `Optional` or an overload.
class NullTest {
    private static final Pattern IS_PUBLIC = Pattern.compile("(?m)^public ");
    private static final Pattern SPEAKS_OF_NULL = Pattern.compile("(?m)^\\s*///.*\\bnull\\b.*$");

    @ParameterizedTest
    @ValueSource(strings = {"norma/embeddings", "norma/embeddings/finetuning"})
    void documentationSpeaksOfNoNull(String exported) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("main/java", exported))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String source = Files.readString(file);
                if (IS_PUBLIC.matcher(source).find()) {
                    SPEAKS_OF_NULL.matcher(source).results()
                            .forEach(line -> found.add(file.getFileName() + ": " + line.group().strip()));
                }
            }
        }
        assertEquals(List.of(), found);
    }
}
