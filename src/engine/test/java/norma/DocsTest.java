package norma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every program in the README and in `docs/` runs as it stands there. Those about embeddings and tables need more than the
/// engine; the modules for langchain4j and for tables run them.
class DocsTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final Set<String> ABOUT_EMBEDDINGS = Set.of("embeddings.md", "finetuning.md");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> programsRun() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<Path> pages = DocsReferencesTest.pages().stream().filter(page -> !ABOUT_EMBEDDINGS
                .contains(page.getFileName().toString())).toList();
        for (Path page : pages) {
            var matcher = PROGRAM.matcher(Files.readString(page));
            for (int i = 1; matcher.find(); i++) {
                String program = matcher.group(1);
                if (program.contains("void main()") && !program.contains("norma.csv")) {
                    String name = page.getFileName() + "-" + i;
                    tests.add(DynamicTest.dynamicTest(name, () -> run(program)));
                }
            }
        }
        assertFalse(tests.isEmpty(), "the pages must have programs");
        return tests.stream();
    }

    private void run(String program) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("Program.java"), program);
        Path output = folder.resolve("output.txt");
        var process =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-p",
                        System.getProperty("jdk.module.path"), "--add-modules", "norma.engine", source.toString())
                        .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        int code = process.waitFor();
        assertEquals(0, code, () -> read(output));
        assertFalse(read(output).isBlank(), "the program must print something");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
