package norma.bench.workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A process that embeds the lines on its standard input, and ends.
public final class Embed {

    private Embed() {
    }

    /// Embeds them.
    public static void main(String... args) throws IOException {
        try (var encoder = Sentences.encoder(256)) {
            encoder.encode(texts());
        }
        System.out.print(status());
    }

    /// The lines on standard input.
    public static List<String> texts() throws IOException {
        return List.of(new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
    }

    /// What Linux knows about this process, the most memory that was resident among it.
    public static String status() throws IOException {
        Path file = Path.of("/proc/self/status");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
