package norma.lab.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import norma.catalogue.NormEntry;
import norma.catalogue.NormEntry.Group;
import norma.catalogue.NormEntry.On;
import norma.catalogue.Norms;
import norma.catalogue.Placements;
import norma.lab.console.Page;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Parameterized;
import norma.norm.ConditionalNorm;
import norma.norm.StatisticsAxes;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The page of all methods, `norms.md`, made from the catalogue: a table for each group, a picture for each kind of statistic.
final class NormsPage {
    /// Channels or features of the x that costs are counted on.
    private static final int DIM = 16;
    private static final int EXAMPLES = 16;

    private NormsPage() {
    }

    /// Writes `norms.md` into a folder of documents and the pictures into its folder `norm`.
    static void write(Path folder) throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("norm"));
        for (StatisticsAxes over : StatisticsAxes.values()) {
            Files.writeString(pictures.resolve(picture(over)), AxesPicture.svg(over));
        }
        Files.writeString(folder.resolve("norms.md"), Page.fill(
                Page.text(NormsPage.class.getResourceAsStream("norms.md"), "norms.md"),
                Map.of("tables", tables(folder), "placements", placements())));
    }

    private static String picture(StatisticsAxes over) {
        return "over-" + over.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
    }

    private static String tables(Path folder) {
        var text = new StringBuilder();
        for (Group group : Group.values()) {
            text.append("\n## ").append(group.title())
                    .append("\n\n| method | for | over | learns | remembers | cost |\n")
                    .append("|---|---|:-:|---|---|--:|\n");
            Norms.all().stream().filter(entry -> entry.group() == group)
                    .forEach(entry -> text.append(row(entry, folder)));
        }
        return text.toString().strip();
    }

    private static String row(NormEntry entry, Path folder) {
        String page = "norm/" + entry.name() + ".md";
        String name = "`" + entry.name() + "`";
        var cells = new ArrayList<String>();
        cells.add((Files.exists(folder.resolve(page)) ? "[" + name + "](" + page + ")" : name) + " " + entry.paper());
        cells.add(entry.use());
        cells.add("![%s](norm/%s)<br>%s".formatted(entry.over(), picture(entry.over()), entry.over()));
        cells.add(entry.learns());
        cells.add(entry.remembers());
        cells.add(cost(entry));
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String placements() {
        var text = new StringBuilder("| placement | a branch f | paper |\n|---|---|---|\n");
        Placements.all().forEach(entry -> text.append(
                "| `%s` | %s | %s |%n".formatted(entry.name(), entry.formula(), entry.paper())));
        return text.toString().strip();
    }

    // ---- Cost ----

    /// What the forward pass keeps for the backward pass, in sizes of x or of the weight.
    private static String cost(NormEntry entry) {
        boolean onWeight = entry.on() instanceof On.Weight;
        Tensor x = Tensor
                .full(onWeight ? Shape.of(1, DIM) : entry.on() instanceof On.Features ? Shape.of(EXAMPLES, DIM, DIM)
                        : Shape.of(EXAMPLES, DIM, DIM, DIM), 1)
                .variable();
        Parameterized part = Norms.any(entry.name(), false).create(new Init(0), DIM);
        long kept = 0;
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            if (part instanceof ConditionalNorm conditional) {
                conditional.forward(x, Tensor.zeros(conditional.conditionShape(x.shape()).toArray()));
            } else {
                ((Layer) part).forward(x);
            }
            long[] sum = {0};
            tape.forEach((_, y) -> sum[0] += y.size());
            kept = sum[0];
        }
        double sizes = onWeight ? (double) kept / (DIM * DIM) : (double) kept / x.size();
        return String.format(Locale.ROOT, onWeight ? "%.1f W" : "%.1f", sizes);
    }
}
