package norma.io;

import java.io.IOException;
import java.nio.file.Path;

/// A file was read and its contents are not what they must be.
///
/// The message names the file, what must hold and what came. Everything that reads a format throws this and nothing
/// else for bad contents; a file that cannot be read at all stays the `IOException` it is.
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1;

    /// For contents that can be read and are wrong.
    ///
    /// @param file what was read
    /// @param problem what must hold; what came
    public CorruptFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /// For contents whose syntax another reader refused.
    ///
    /// @param file what was read
    /// @param problem what must hold; what came
    /// @param cause what the reader of the file's syntax said
    public CorruptFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
