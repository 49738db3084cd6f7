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
    private static final Pattern COMMENT = Pattern.compile("^\\s*///.*");
    private static final Pattern ANNOTATION = Pattern.compile("^\\s*@\\w.*");
    private static final Pattern NULL = Pattern.compile("\\bnull\\b");
    private static final Pattern PUBLIC = Pattern.compile("^\\s*public\\b.*");
    private static final Pattern INTERFACE = Pattern.compile("(?m)^public .*\\binterface\\b");

    /// The packages that keep to it.
    @ParameterizedTest
    @ValueSource(strings = {
            "catalogue",
            "data",
            "kernel",
            "model",
            "nn",
            "norm",
            "norm/channel",
            "norm/conditional",
            "norm/feature",
            "norm/weight",
            "optim",
            "parallel",
            "placement",
            "tensor",
            "tokenizer",
            "train"
    })
    void documentationSpeaksOfNoNull(String name) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("main/java/norma", name))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                speaksOfNull(Files.readString(file)).forEach(line -> found.add(file.getFileName() + ": " + line));
            }
        }
        assertEquals(List.of(), found);
    }

    /// The lines with the word in the comments of public declarations, and in those of an interface's members.
    private static List<String> speaksOfNull(String source) {
        boolean isInterface = INTERFACE.matcher(source).find();
        List<String> found = new ArrayList<>(), comment = new ArrayList<>();
        for (String line : source.lines().toList()) {
            if (COMMENT.matcher(line).matches()) {
                comment.add(line.strip());
            } else if (!ANNOTATION.matcher(line).matches()) {
                if (isInterface || PUBLIC.matcher(line).matches()) {
                    comment.stream().filter(NULL.asPredicate()).forEach(found::add);
                }
                comment.clear();
            }
        }
        return found;
    }
}
