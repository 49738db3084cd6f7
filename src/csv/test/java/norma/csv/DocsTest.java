package norma.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs about tables in `docs/data.md` run as they stand there; the engine runs the others.
class DocsTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void programsRun() throws IOException, InterruptedException {
        List<String> programs = PROGRAM.matcher(Files.readString(Path.of("../../docs/data.md"))).results()
                .map(program -> program.group(1)).filter(program -> program.contains("norma.csv")).toList();
        assertFalse(programs.isEmpty(), "the page must have a program");
        for (String program : programs) {
            Path source = Files.writeString(folder.resolve("Program.java"), program);
            Process process =
                    new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-p",
                            System.getProperty("jdk.module.path"), "--add-modules", "norma.csv", source.toString())
                            .redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            assertFalse(output.isBlank(), "the program must print something");
        }
    }
}
