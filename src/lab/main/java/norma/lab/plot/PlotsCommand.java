package norma.lab.plot;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import norma.lab.run.WordNet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Draws the pictures of the pages about norms.
@Command(name = "plots", mixinStandardHelpOptions = true,
        header = "Computes and draws the pictures of docs/norm, an SVG each.")
public final class PlotsCommand implements Callable<Integer> {

    static final String NO_FONTS =
            "plots: Java must find a font to write with; it found none; install fontconfig and a font, "
                    + "such as Debian's fonts-dejavu-core";

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/plots",
            description = "Where the pictures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        System.setProperty("java.awt.headless", "true"); // pictures go to files; no window system is asked
        requireFonts();
        PrintWriter console = command.commandLine().getOut();
        Files.createDirectories(out);
        for (Plot plot : Plot.all(WordNet.corpus())) {
            Path file = out.resolve(plot.name() + ".svg");
            plot.write(file);
            console.println(file);
        }
        return 0;
    }

    /// A JDK on a machine without fonts throws errors of many kinds once text is measured.
    private static void requireFonts() {
        if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
            throw new IllegalStateException(
                    "plots: draws with the module java.desktop; this Java runtime does not have it");
        }
        try {
            new Font(Font.SANS_SERIF, Font.PLAIN, 12).getStringBounds("x", new FontRenderContext(null, true, true));
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IllegalArgumentException(NO_FONTS, e);
        }
    }
}
