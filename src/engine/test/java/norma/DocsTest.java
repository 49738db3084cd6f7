package norma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/// Every program in the README and in `docs/` runs as it stands there. Those about embeddings, tables and devices need more than
/// the engine; the modules for langchain4j, for tables and for TornadoVM run them.
class DocsTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final Set<String> ABOUT_EMBEDDINGS = Set.of("embeddings.md", "finetuning.md");

    private static final Path EXAMPLES = Path.of("../../docs/examples");

    private static final Path FASHION_MNIST = Path.of("/usr/share/datasets/fashion-mnist");

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
                if (program.contains("void main()")
                        && !program.matches("(?s).*\\bnorma\\.(csv|embeddings|tornado)\\b.*")) {
                    String name = page.getFileName() + "-" + i;
                    tests.add(DynamicTest.dynamicTest(name, () -> run(program)));
                }
            }
        }
        assertFalse(tests.isEmpty(), "the pages must have programs");
        return tests.stream();
    }

    private void run(String program) throws IOException, InterruptedException {
        assertFalse(run(Files.writeString(folder.resolve("Program.java"), program)).isBlank(),
                "the program must print something");
    }

    @TestFactory
    Stream<DynamicTest> examplesPrintWhatIsShown() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".java") && !read(file).contains("norma.embeddings"))
                    .sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> compare(file)));
        }
    }

    private void compare(Path example) throws IOException, InterruptedException {
        String name = example.getFileName().toString();
        assumeTrue(!name.equals("FashionMnist.java") || Files.isDirectory(FASHION_MNIST),
                FASHION_MNIST + " must have the images; get them by apt-get install dataset-fashion-mnist");
        String printed = run(example), shown = shown(name);
        assertEquals(shape(shown), shape(printed), printed);
        if (name.equals("Xor.java")) {
            assertEquals(shown, printed);
        }
        if (name.equals("FashionMnist.java")) {
            String share = printed.replaceAll("(?s).*right: ([0-9.]+) %.*", "$1");
            assertTrue(Double.parseDouble(share) > 85, printed);
        }
    }

    /// What the page of the examples has below the name of one.
    private static String shown(String name) {
        var block = Pattern.compile("\\(" + Pattern.quote(name) + "\\).*?```\n(.*?)```", Pattern.DOTALL)
                .matcher(read(EXAMPLES.resolve("README.md")));
        assertTrue(block.find(), "docs/examples/README.md must show what " + name + " prints");
        return block.group(1);
    }

    /// Digits differ with the width of vectors, and so does all that a language model writes after its first word.
    private static String shape(String text) {
        return text.replaceAll("(?ms)^java.*", "java...").replaceAll("-?\\d+(\\.\\d*)?(E-?\\d+)?", "#")
                .replaceAll(" +", " ").replace("[ ", "[").strip();
    }

    private String run(Path source) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        var process =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-p",
                        System.getProperty("jdk.module.path"), "--add-modules", "norma.engine",
                        source.toAbsolutePath().toString()).directory(folder.toFile())
                        .redirectError(folder.resolve("errors.txt").toFile()).redirectOutput(output.toFile()).start();
        int code = process.waitFor();
        assertEquals(0, code, () -> read(output) + read(folder.resolve("errors.txt")));
        return read(output);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
