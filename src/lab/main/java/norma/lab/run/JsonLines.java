package norma.lab.run;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import norma.lab.console.Json;

/// A file of JSON objects, one on each line, that can be read while it grows.
public final class JsonLines implements Closeable {
    private final Writer out;

    /// Opens the file.
    ///
    /// @param options as of [Files#newBufferedWriter]: none for a new file, `CREATE, APPEND` to go on with one
    public JsonLines(Path file, OpenOption... options) throws IOException {
        out = Files.newBufferedWriter(file, options);
    }

    /// Adds a line.
    public void write(Object value) {
        try {
            out.write(Json.line(value));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets readers see what was written.
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
