package norma.lab.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Reports that a command failed: in one line, without a stack trace unless `-Dnorma.trace=true` asks for it.
public final class Failure {
    /// Exit code of a command that did what it was asked, but whose single run diverged.
    public static final int DIVERGED = 1;
    /// Exit code of what the user can repair: options, files, numbers.
    public static final int BAD_INPUT = 2;
    /// Exit code of a mistake in Norma.
    public static final int BUG = 3;

    private Failure() {
    }

    /// The command line itself makes no sense.
    public static int misused(ParameterException e) {
        CommandLine command = e.getCommandLine();
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String hint = meant.isEmpty() ? "" : "; did you mean " + meant.getFirst() + "?";
        return line(command, e,
                e.getMessage() + hint + "; " + command.getCommandSpec().qualifiedName() + " --help tells more",
                BAD_INPUT);
    }

    /// The command began and could not go on.
    public static int report(Throwable e, CommandLine command) {
        return switch (e) {
            case UncheckedIOException io -> report(io.getCause(), command);
            case ExceptionInInitializerError first when first.getCause() != null -> report(first.getCause(), command);
            case FileSystemException file -> line(command, e, explain(file), BAD_INPUT);
            case IOException io -> line(command, e, said(io), BAD_INPUT);
            case IllegalArgumentException _,IllegalStateException _ -> line(command, e, said(e), BAD_INPUT);
            case OutOfMemoryError _ -> line(command, e,
                    "the Java heap is too small for this (%d MB); ask for a smaller model "
                            .formatted(Runtime.getRuntime().maxMemory() >> 20)
                            + "or batch, or set JAVA_TOOL_OPTIONS=-Xmx4g",
                    BAD_INPUT);
            default -> line(command, e,
                    "this is a mistake in Norma, not yours: " + e + "; -Dnorma.trace=true shows where", BUG);
        };
    }

    private static int line(CommandLine command, Throwable e, String text, int code) {
        String oneLine = text.strip().replaceAll("\\s*\\R\\s*", " ");
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + oneLine);
        if (Boolean.getBoolean("norma.trace")) {
            e.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        return code;
    }

    private static String said(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /// Java's own messages are often the bare path.
    private static String explain(FileSystemException e) {
        String problem = switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "may not be read or written";
            case FileAlreadyExistsException _,NotDirectoryException _ -> "is in the way; must be a folder";
            default -> "can't be read or written";
        };
        return e.getFile() + ": " + problem + (e.getReason() == null ? "" : "; " + e.getReason());
    }
}
