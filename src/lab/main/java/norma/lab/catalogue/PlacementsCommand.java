package norma.lab.catalogue;

import java.util.List;
import java.util.concurrent.Callable;
import norma.catalogue.Placements;
import norma.lab.console.Table;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `norma placements`: shows the catalogue of placements.
@Command(name = "placements", mixinStandardHelpOptions = true,
        header = "Lists where norms can stand; --placement takes them.")
public final class PlacementsCommand implements Callable<Integer> {

    private record Line(String name, String formula, String paper, String usualNorm) {
    }

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        List<Line> lines = Placements.all().stream()
                .map(e -> new Line(e.name(), e.formula(), e.paper(), e.usualNorm())).toList();
        output.print(lines, table(lines));
        return 0;
    }

    private static String table(List<Line> lines) {
        var table = new Table("name", "a residual branch f of x", "paper");
        lines.forEach(line -> table.row(line.name(), line.formula(), line.paper()));
        return table.toString().stripTrailing();
    }
}
