package norma.lab.console;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// The progress of a long command on standard error: a bar with rate and remaining time on a terminal, a line every ten seconds in a
/// log, nothing when a program reads.
public sealed interface Progress extends AutoCloseable {
    /// A total that nobody knows yet: then there is a rate, and no remaining time.
    long UNKNOWN = -1;

    /// One more unit is done.
    void step();

    /// What is being done just now; shown beside the bar.
    void note(String text);

    @Override
    void close();

    /// Progress of `task`, which takes `total` units such as `step`, or [#UNKNOWN].
    static Progress of(String task, String unit, long total, boolean silent) {
        if (silent) {
            return new Silent();
        }
        return Terminal.isThere() ? new Bar(task, unit, total) : new Lines(System.err, task, unit, total);
    }

    /// A line for standard error that wipes out the bar that may stand there; the bar goes on below.
    static String aside(String line) {
        return Terminal.isThere() ? "\r\033[K" + line : line;
    }

    /// Says nothing.
    record Silent() implements Progress {
        @Override
        public void step() {
        }

        @Override
        public void note(String text) {
        }

        @Override
        public void close() {
        }
    }

    /// A bar that moves.
    final class Bar implements Progress {
        private final ProgressBar bar;

        Bar(String task, String unit, long total) {
            bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(total).setUnit(" " + unit + "s", 1)
                    .showSpeed(new DecimalFormat("0.0")).setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(250)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, Terminal.columns() - 1)).build();
        }

        @Override
        public void step() {
            bar.step();
        }

        @Override
        public void note(String text) {
            bar.setExtraMessage(" " + text);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /// A line every ten seconds.
    final class Lines implements Progress {
        private static final long EVERY = Duration.ofSeconds(10).toNanos();

        private final PrintStream out;
        private final String task;
        private final String unit;
        private final long total;
        private long last = System.nanoTime();
        private long doneThen;
        private long done;
        private String note = "";

        Lines(PrintStream out, String task, String unit, long total) {
            this.out = out;
            this.task = task;
            this.unit = unit;
            this.total = total;
        }

        @Override
        public void step() {
            done++;
            long now = System.nanoTime();
            if (now - last >= EVERY) {
                // the rate since the last line: the first steps, while Java compiles, say nothing about the rest
                double perSecond = (done - doneThen) / ((now - last) / 1e9);
                String all = total == UNKNOWN ? "" : " of " + total;
                String left = total == UNKNOWN ? "" : ", about %s left".formatted(time((total - done) / perSecond));
                out.printf("%s: %d%s %ss (%.1f/s)%s%s%n", task, done, all, unit, perSecond, left,
                        note.isEmpty() ? "" : ", " + note);
                last = now;
                doneThen = done;
            }
        }

        @Override
        public void note(String text) {
            note = text;
        }

        @Override
        public void close() {
        }

        private static String time(double seconds) {
            long whole = Math.round(seconds);
            return whole < 120 ? whole + " s" : "%d:%02d min".formatted(whole / 60, whole % 60);
        }
    }

    /// What standard error is connected to.
    final class Terminal {
        private static final Path LINUX_STDERR = Path.of("/proc/self/fd/2");
        private static final int USUAL = 80;

        private Terminal() {
        }

        /// Whether it is a terminal. Java tells it of standard input and output together only, Linux of each.
        static boolean isThere() {
            try {
                String target = Files.readSymbolicLink(LINUX_STDERR).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException | UnsupportedOperationException e) {
                return System.console() != null && System.console().isTerminal();
            }
        }

        /// Its width, or 80 where it is not known.
        static int columns() {
            try {
                Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
                        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
                String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                return Math.max(40, Integer.parseInt(size.substring(size.indexOf(' ') + 1)));
            } catch (IOException | NumberFormatException e) {
                return USUAL;
            }
        }
    }
}
