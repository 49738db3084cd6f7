package norma.lab.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.parallel.Workers;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of every command that runs for a while: its output, seed, threads and folder.
///
/// A command has it as a [Mixin]:
///
/// ```java
/// public Integer call() throws Exception {
///     Path folder = run.folder();             // fails now, and not after an hour
///     return run.call(() -> train(folder));   // with that many threads
/// }
/// ```
public final class Run extends Output {
    /// More than anyone can wait for, and few enough to count with.
    public static final long MOST_STEPS = 1_000_000_000_000L;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Of initial weights, batches and dropout (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads to compute with; any number gives the same bits (default: all processors).")
    private Integer threads;

    @Mixin
    private DeviceOption device;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for results (default: out/<command>).")
    private Path out;

    /// Work that may fail to read or write.
    public interface Task<T> {
        /// Does it.
        T run() throws IOException;
    }

    public long seed() {
        return seed;
    }

    public int threads() {
        return threads == null ? Workers.current().threads() : threads;
    }

    /// The folder for results, there and writable.
    ///
    /// @throws IOException if it can't be made or written to
    public Path folder() throws IOException {
        Path folder = out == null ? Path.of("out", command().name()) : out;
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        Files.delete(Files.createTempFile(folder, ".writable", null));
        return folder;
    }

    /// Does a task with the threads asked for.
    public <T> T call(Task<T> task) throws IOException {
        try (var workers = new Workers(threads())) {
            return workers.call(() -> {
                try {
                    return task.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
