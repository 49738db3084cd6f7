package norma.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void replacesAndMakesFolders() throws IOException {
        Path file = folder.resolve("a/b/file.txt");
        AtomicFile.write(file, "old and long");
        AtomicFile.write(file, "new\uD83D");
        assertEquals("new\uFFFD", Files.readString(file));
    }

    @Test
    void whatFailsHalfwayLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("file.txt");
        AtomicFile.write(file, "old");
        IOException full = new IOException("disk full");
        assertEquals(full, assertThrows(IOException.class, () -> AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            throw full;
        })));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("file.txt"), names());
    }
}
