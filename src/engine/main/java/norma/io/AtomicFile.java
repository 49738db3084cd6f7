package norma.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Writes files that are there whole or not at all.
///
/// The new contents go to a file beside, reach the disk, and take the name in one move. Whatever stops the writer
/// before that, an exception or the power, leaves the old file as it was.
public final class AtomicFile {

    /// What fills the file.
    public interface Body {
        /// Writes the contents from the channel's position, 0, on.
        ///
        /// @throws IOException nothing is kept then
        void writeTo(FileChannel channel) throws IOException;
    }

    private AtomicFile() {
    }

    /// Writes `file`, replacing one that is there, and makes the folders above it.
    ///
    /// @throws IOException what stopped it; `file` is then as it was
    public static void write(Path file, Body body) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path beside = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                body.writeTo(channel);
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /// Writes `text` in UTF-8 as the whole of `file`.
    ///
    /// @throws IOException what stopped it; `file` is then as it was
    public static void write(Path file, String text) throws IOException {
        write(file, channel -> writeAll(channel, ByteBuffer.wrap(Utf8.encode(text))));
    }

    /// Writes all that remains in `bytes`; a channel may take less at once.
    ///
    /// @throws IOException from the channel
    public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
