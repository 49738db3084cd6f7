package norma.embeddings;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A program among the tests, run in a process of its own with everything on the class path.
final class ClassPathProgram {
    private ClassPathProgram() {
    }

    /// The tests' classes, the module's, all that it needs, and the weights of all-MiniLM-L6-v2.
    static List<Path> classPath() throws IOException, URISyntaxException {
        Path tests = Path.of(ClassPathProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        URL model = ((JarURLConnection) Models.MINILM.url().openConnection()).getJarFileURL();
        return Stream.concat(Stream.of(tests, tests.resolveSibling("classes"), tests.resolveSibling("test-classes"),
                Path.of(model.toURI())), NoNativeCodeTest.files().stream()).distinct().toList();
    }

    /// The lines that it prints.
    ///
    /// @param program with a main method
    /// @param options of the VM
    static List<String> run(Class<?> program, List<String> options, String... arguments)
            throws IOException, URISyntaxException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
}
