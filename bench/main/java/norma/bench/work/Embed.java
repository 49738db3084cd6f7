package norma.bench.work;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A process that embeds the texts that it is given, and ends.
public final class Embed {

    private Embed() {
    }

    /// Embeds them.
    public static void main(String... texts) throws IOException {
        try (var encoder = Sentences.encoder(256)) {
            encoder.encode(List.of(texts));
        }
        System.out.print(status());
    }

    /// What Linux knows about this process, the most memory that was resident among it.
    public static String status() throws IOException {
        Path file = Path.of("/proc/self/status");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
