package norma.lab.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import norma.lab.console.Progress;
import norma.parallel.Workers;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The options of every command that works for a while: who reads its results, its seed, its threads, its folder.
///
/// A command has it as a [Mixin]:
///
/// ```java
/// public Integer call() throws Exception {
///     Path folder = run.folder();             // fails now, and not after an hour
///     return run.call(() -> train(folder));   // with that many threads
/// }
/// ```
public final class Run {
    @Option(names = "--json", description = "Print one JSON object on standard output and nothing else.")
    private boolean json;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Of initial weights, batches and dropout (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N",
            description = "To compute with; any number gives the same bits (default: all processors).")
    private Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for results (default: out/<command>).")
    private Path out;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    public boolean json() {
        return json;
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
        Path folder = out == null ? Path.of("out", command.name()) : out;
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        Files.delete(Files.createTempFile(folder, ".writable", null));
        return folder;
    }

    /// Does `body` with the threads asked for.
    public <T> T call(Callable<T> body) throws Exception {
        try (var workers = new Workers(threads())) {
            return workers.call(() -> unchecked(body));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static <T> T unchecked(Callable<T> body) {
        try {
            return body.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Progress on standard error, or silence when a machine reads.
    public Progress progress(String task, String unit, long total) {
        return Progress.of(task, unit, total, json);
    }

    /// A remark for a person, on standard error.
    public void say(String text) {
        if (!json) {
            command.commandLine().getErr().println(text);
            command.commandLine().getErr().flush();
        }
    }

    /// The result, on standard output.
    public void print(String text) {
        command.commandLine().getOut().println(text);
        command.commandLine().getOut().flush();
    }
}
