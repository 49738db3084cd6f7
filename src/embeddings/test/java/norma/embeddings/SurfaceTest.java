package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What users of this module meet: the public types of the exported packages, with their public members.
///
/// `surface.txt` keeps it, as `javap` writes it, so that each change of it is seen when a change is read.
class SurfaceTest {
    private static final Path KEPT = Path.of("test/resources/surface.txt");

    @Test
    void theSurfaceIsTheOneThatIsKept() throws Exception {
        Path classes = Path.of(SentenceEncoder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> now = ModuleFinder.of(classes).find("norma.embeddings").orElseThrow().descriptor().exports()
                .stream().map(Exports::source).sorted().flatMap(name -> publicTypes(classes, name))
                .flatMap(name -> javap(classes, name)).toList();
        assertFalse(now.isEmpty(), "no types at " + classes);
        if (System.getProperty("norma.surface", "").equals("update")) {
            Files.write(KEPT, now);
        }
        assertEquals(String.join("\n", Files.readAllLines(KEPT)), String.join("\n", now),
                "the public surface has changed; if that is intended, run this test with -Dnorma.surface=update");
    }

    private static Stream<String> publicTypes(Path classes, String name) {
        try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString()).filter(file -> file.endsWith(".class")).sorted()
                    .map(file -> name + "." + file.replace(".class", "")).filter(SurfaceTest::isPublic).toList()
                    .stream();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isPublic(String name) {
        try {
            return Modifier.isPublic(Class.forName(name, false, SurfaceTest.class.getClassLoader()).getModifiers());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String> javap(Path classes, String name) {
        var out = new StringWriter();
        ToolProvider.findFirst("javap").orElseThrow().run(new PrintWriter(out), new PrintWriter(out), "-public",
                "-classpath", classes.toString(), name);
        return out.toString().lines().filter(line -> !line.startsWith("Compiled from"));
    }
}
