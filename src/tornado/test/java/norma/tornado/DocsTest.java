package norma.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program in `docs/gpu.md` runs on a device, and where TornadoVM is missing says so in one line.
class DocsTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void theProgramRunsOrTellsWhatIsMissing() throws IOException, InterruptedException {
        var program = PROGRAM.matcher(Files.readString(Path.of("../../docs/gpu.md")));
        assertTrue(program.find(), "the page must have a program");
        Path source = Files.writeString(folder.resolve("Program.java"), program.group(1));
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", path, source.toString()));
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", folder + File.pathSeparator + path, "Program"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (TestDevice.isReal()) {
            assertEquals(0, code, output);
            assertTrue(output.contains(Tornado.devices().getFirst().product()), output);
        } else {
            assertEquals(1, code, output);
            assertTrue(output.contains("TornadoVM is not in this process; install it"), output);
        }
    }
}
