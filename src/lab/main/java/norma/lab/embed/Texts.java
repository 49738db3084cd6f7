package norma.lab.embed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import norma.lab.console.Progress;

/// Texts that a command was given, one after the other, each read when it is needed: any number of them takes no more memory than a
/// few hundred. Who takes more than that sees the progress.
public final class Texts implements Iterator<String>, Closeable {
    /// Texts that an encoder is given at once: enough for many full passes, few enough that results come soon.
    static final int PORTION = 512;

    /// Receives texts, some at a time.
    public interface Reader {
        /// Takes the next texts.
        ///
        /// @return whether to go on
        boolean read(List<String> portion) throws IOException;
    }

    /// A text that is not blank.
    ///
    /// @param number of its line, from 1 on
    record Line(long number, String text) {
    }

    /// Receives lines, some at a time.
    interface LineReader {
        void read(List<Line> portion) throws IOException;
    }

    private final Iterator<String> source;
    private final Closeable opened;
    private final long count;
    private long skipped;
    private long taken;
    private Progress progress = new Progress.Silent();

    private Texts(Iterator<String> source, Closeable opened, long count) {
        this.source = source;
        this.opened = opened;
        this.count = count;
    }

    /// Texts of the command line, or else the lines of a file, blank ones too.
    ///
    /// @param file null for standard input
    /// @throws IllegalArgumentException if there are arguments and a file
    public static Texts of(List<String> arguments, Path file) throws IOException {
        if (file != null && !arguments.isEmpty()) {
            throw new IllegalArgumentException(
                    "texts come as arguments or from --file, not both; got %d arguments and %s"
                            .formatted(arguments.size(), file));
        }
        return arguments.isEmpty() ? lines(file) : of(arguments);
    }

    private static Texts of(List<String> texts) {
        return new Texts(texts.iterator(), () -> {
        }, texts.size());
    }

    /// The lines of a file, blank ones too; of standard input if it is null.
    static Texts lines(Path file) throws IOException {
        if (file == null) {
            return of(new Lines("standard input", System.in), Progress.UNKNOWN);
        }
        return of(new Lines(file.toString(), Files.newInputStream(file)), count(file));
    }

    /// What is no regular file, a pipe for example, can be read only once.
    private static long count(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Progress.UNKNOWN;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Lines.count(in);
        }
    }

    private static Texts of(Lines lines, long count) {
        return new Texts(lines, lines, count);
    }

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public String next() {
        String text = source.next();
        if (taken++ == PORTION) {
            progress = Progress.of("texts", "text", count == Progress.UNKNOWN ? count : count - skipped - PORTION,
                    false);
        }
        progress.step();
        return text;
    }

    /// Takes a text for which nothing has to be done.
    String skip() {
        skipped++;
        return source.next();
    }

    /// Passes on those that are not blank, in order.
    void readLines(LineReader reader) throws IOException {
        long[] before = {0};
        read(portion -> {
            reader.read(IntStream.range(0, portion.size()).filter(i -> !portion.get(i).isBlank())
                    .mapToObj(i -> new Line(before[0] + i + 1, portion.get(i))).toList());
            before[0] += portion.size();
            return true;
        });
    }

    /// Passes the texts on, in order.
    public void read(Reader reader) throws IOException {
        try {
            List<String> portion = portion();
            while (!portion.isEmpty() && reader.read(portion)) {
                portion = portion();
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private List<String> portion() {
        List<String> portion = new ArrayList<>();
        while (portion.size() < PORTION && hasNext()) {
            portion.add(next());
        }
        return portion;
    }

    @Override
    public void close() throws IOException {
        progress.close();
        opened.close();
    }
}
