package notes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What docs/deployment.md says of an application in one jar holds for this one.
class JarTest {
    private static final String JAR = System.getProperty("notes.jar");
    private static final String QUESTION = "How long do I have to send the money?";
    private static final String SIMD = "--add-modules=jdk.incubator.vector -XX:Tier3DelayOn=1000";

    @TempDir
    private Path folder;

    /// Runs Java and gives what it prints, errors included.
    private static String java(String environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JDK_JAVA_OPTIONS", environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private static void requireAnswer(String output) {
        assertTrue(output.matches("(?s).*0\\.\\d\\d  The invoice must be paid by Friday\\..*"), output);
    }

    @Test
    void theEnvironmentTurnsSimdOn() throws IOException, InterruptedException {
        String output = java(SIMD, "-jar", JAR, QUESTION);
        requireAnswer(output);
        assertTrue(output.contains("computed by simd"), output);
    }

    @Test
    void withoutItTheJarSaysWhatIsMissingAndAnswers() throws IOException, InterruptedException {
        String output = java("", "-jar", JAR, QUESTION);
        requireAnswer(output);
        assertTrue(output.contains("start java with --add-modules jdk.incubator.vector"), output);
        assertTrue(output.contains("computed by reference"), output);
    }

    /// The classes of nested jars are in no cache; those of jars on the class path are. Options come from a file here.
    @Test
    void takenApartItStartsFromACache() throws IOException, InterruptedException {
        Path parts = folder.resolve("notes");
        java("", "-Djarmode=tools", "-jar", JAR, "extract", "--destination", parts.toString());
        String jar = parts.resolve("notes.jar").toString();
        String options = "@" + Files.writeString(folder.resolve("java.options"), SIMD.replace(' ', '\n'));
        Path cache = folder.resolve("notes.aot");
        java("", options, "-XX:AOTCacheOutput=" + cache, "-jar", jar, QUESTION);
        // `on` ends the VM if the cache can't be used
        String output = java("", options, "-XX:AOTMode=on", "-XX:AOTCache=" + cache, "-Xlog:class+load", "-jar", jar,
                QUESTION);
        requireAnswer(output);
        assertTrue(output.contains("computed by simd"), output);
        assertTrue(output.matches("(?s).*norma\\.embeddings\\.SentenceEncoder source: shared objects file.*"),
                "SentenceEncoder must come from the cache");
    }

    @Test
    void noNativeCodeIsInIt() throws IOException {
        try (var jar = new JarFile(JAR)) {
            List<String> libraries =
                    jar.stream().map(entry -> entry.getName()).filter(name -> name.startsWith("BOOT-INF/lib/"))
                            .toList();
            assertTrue(libraries.stream().anyMatch(name -> name.contains("norma-spring-ai")), libraries.toString());
            assertFalse(libraries.stream().anyMatch(name -> name.matches(".*(onnxruntime|djl|langchain4j-core).*")),
                    libraries.toString());
        }
    }
}
