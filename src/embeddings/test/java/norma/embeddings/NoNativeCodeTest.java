package norma.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/// What an application gets by depending on this module: the modules that it reads, and those that they read.
class NoNativeCodeTest {
    /// 12.4 MB are Eclipse Collections, which the engine trains tokenizers with; all else is less than 4 MB.
    private static final long MOST_BYTES = 17_000_000;

    static Set<Path> files() {
        var files = new HashSet<Path>();
        add(ModuleLayer.boot().configuration().findModule("norma.embeddings").orElseThrow(), new HashSet<>(), files);
        return files;
    }

    private static void add(ResolvedModule module, Set<ResolvedModule> seen, Set<Path> files) {
        URI location = module.reference().location().orElseThrow();
        if (!location.getScheme().equals("file") || !seen.add(module)) {
            return;
        }
        files.add(Path.of(location));
        // an automatic module reads all others
        if (!module.reference().descriptor().isAutomatic()) {
            module.reads().forEach(read -> add(read, seen, files));
        }
    }

    @Test
    void thereIsNone() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : files()) {
            for (String name : names(file)) {
                if (name.matches(".*\\.(so|dll|dylib|jnilib)([.0-9]*)")) {
                    found.add(file + ": " + name);
                }
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void jarsAreSmall() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.isDirectory(file) ? 0 : Files.size(file);
        }
        assertTrue(files().size() >= 6, files().toString());
        assertTrue(bytes < MOST_BYTES, bytes + " bytes in " + files());
    }

    private static List<String> names(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            try (var walk = Files.walk(file)) {
                return walk.map(Path::toString).toList();
            }
        }
        try (var jar = new JarFile(file.toFile())) {
            return jar.stream().map(entry -> entry.getName()).toList();
        }
    }
}
