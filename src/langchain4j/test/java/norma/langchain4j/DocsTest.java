package norma.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every program about embeddings in the README and in `docs/` runs as it stands there, on the class path, as most applications have
/// it.
class DocsTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> programsRun() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String page : List.of("embeddings.md", "finetuning.md", "../README.md")) {
            var matcher = PROGRAM.matcher(Files.readString(Path.of("../../docs", page)));
            for (int i = 1; matcher.find(); i++) {
                String program = matcher.group(1);
                if (!page.contains("README") || program.contains("norma.embeddings")) {
                    tests.add(DynamicTest.dynamicTest(page + "-" + i, () -> run(program)));
                }
            }
        }
        assertFalse(tests.isEmpty(), "the pages must have programs");
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> examplesRun() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../../docs/examples"))) {
            List<Path> examples = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
            List<DynamicTest> tests = new ArrayList<>();
            for (Path example : examples) {
                if (Files.readString(example).contains("norma.embeddings")) {
                    tests.add(DynamicTest.dynamicTest(example.getFileName().toString(), () -> run(example)));
                }
            }
            assertFalse(tests.isEmpty(), "some examples must be about embeddings");
            return tests.stream();
        }
    }

    private void run(String program) throws IOException, InterruptedException {
        run(Files.writeString(folder.resolve("Program.java"), program));
    }

    private void run(Path source) throws IOException, InterruptedException {
        String path =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        Process process =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                        "--add-modules", "jdk.incubator.vector", "-cp", path, source.toString(), "../../docs")
                        .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertFalse(output.isBlank(), "the program must print something");
        System.out.println(output);
    }
}
