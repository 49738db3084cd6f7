package norma.lab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import norma.lab.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `norma plots` draws a picture for each page about a norm, and one for the README.
class PlotsTest {
    private static final Path PAGES = Path.of("../../docs/norm");

    @TempDir
    private Path folder;

    @Test
    void eachPageHasItsPicture() throws IOException {
        Command plots = Command.run("plots", "--out", folder);
        assumeFalse(plots.err().contains(PlotsCommand.NO_FONTS), "pictures need a font, and a bare machine has none");
        assertEquals(0, plots.code(), plots.err());
        Set<String> drawn = names(folder, ".svg");
        assertEquals(names(PAGES, ".md"), drawn);
        for (String name : drawn) {
            String svg = Files.readString(folder.resolve(name + ".svg"));
            assertTrue(svg.contains("</svg>") && svg.length() > 20_000, name + " must show something");
            assertTrue(!svg.contains("NaN"), name + " must have numbers for places");
            String page = Files.readString(PAGES.resolve(name + ".md"));
            assertTrue(page.contains("](" + name + ".svg)"), "the page " + name + " must show its picture");
        }
    }

    /// The picture of the README has the numbers of the published results, and so has the table below it.
    @Test
    void theReadmeShowsThePublishedResults() throws IOException {
        var speed = new SpeedPlot(BenchResults.read(Path.of("../../bench/results.md")));
        assertTrue(Files.readString(Path.of("../../README.md")).contains(speed.table()), speed.table());
        for (String page : Set.of("light", "dark")) {
            String svg = Files.readString(Path.of("../../docs/speed-" + page + ".svg"));
            assertTrue(svg.contains("<desc>\n" + speed.table() + "\n</desc>"),
                    "run: ./norma plots --results bench/results.md --out docs");
        }
        speed.figure(Palette.LIGHT); // rows and markers fit
    }

    private static Set<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length())).collect(Collectors.toSet());
        }
    }
}
