package norma.lab.plot;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import norma.lab.run.WordNet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `norma plots`: draws the pictures of the pages about norms, or that of the README.
@Command(name = "plots", mixinStandardHelpOptions = true,
        header = "Computes and draws the pictures of docs/norm, an SVG each.")
public final class PlotsCommand implements Callable<Integer> {

    static final String NO_FONTS =
            "plots: Java must find a font to write with; it found none; install fontconfig and a font, "
                    + "such as Debian's fonts-dejavu-core";

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/plots",
            description = "Where the pictures go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--results", paramLabel = "FILE",
            description = "Draws what the README shows instead, from a results.md of `norma bench`: other engines' times beside "
                    + "Norma's, on a white and on a black page. Prints the same as a table.")
    private Optional<Path> results;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        System.setProperty("java.awt.headless", "true"); // pictures go to files; no window system is asked
        requireFonts();
        PrintWriter console = command.commandLine().getOut();
        Files.createDirectories(out);
        for (var plot : (results.isPresent() ? speed(results.get(), console) : norms()).entrySet()) {
            Path file = out.resolve(plot.getKey() + ".svg");
            plot.getValue().get().write(file);
            console.println(file);
        }
        return 0;
    }

    private static Map<String, Supplier<Figure>> speed(Path results, PrintWriter console) throws IOException {
        var speed = new SpeedPlot(BenchResults.read(results));
        console.println(speed.table());
        return Map.of("speed-light", () -> speed.figure(Palette.LIGHT), "speed-dark",
                () -> speed.figure(Palette.DARK));
    }

    /// By the names of their pages.
    private static Map<String, Supplier<Figure>> norms() {
        var plots = new LinkedHashMap<String, Supplier<Figure>>();
        plots.put("batch_norm", BatchNormPlot::figure);
        plots.put("layer_norm", LayerNormPlot::figure);
        plots.put("rms_norm", RmsNormPlot::figure);
        plots.put("group_norm", GroupNormPlot::figure);
        plots.put("instance_norm", InstanceNormPlot::figure);
        plots.put("weight_norm", WeightNormPlot::figure);
        plots.put("spectral_norm", SpectralNormPlot::figure);
        plots.put("dynamic_tanh", DynamicTanhPlot::figure);
        plots.put("qk_norm", QkNormPlot::figure);
        plots.put("normformer_published", () -> PublishedNormFormerPlot.figure(WordNet.corpus()));
        plots.put("normformer_adaptive", AdaptiveNormFormerPlot::figure);
        plots.put("deep_norm", DeepNormPlot::figure);
        return plots;
    }

    /// On a machine without fonts the JDK throws errors of many kinds once it measures text.
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
