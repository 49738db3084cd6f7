package norma.lab;

import java.util.List;
import java.util.concurrent.Callable;
import norma.lab.console.Json;
import norma.lab.console.Table;
import norma.norm.Norms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows the catalogue.
@Command(name = "norms", mixinStandardHelpOptions = true, header = "Lists the normalizations that --norm knows.")
final class NormsCommand implements Callable<Integer> {

    private record Line(String name, String group, String paper, String over, String parameters) {
    }

    @Option(names = "--json", description = "Print one JSON array on standard output and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        List<Line> lines = Norms.all().stream()
                .map(e -> new Line(e.name(), e.group(), e.paper(), e.over(), e.parameters())).toList();
        command.commandLine().getOut().println(json ? Json.page(lines) : table(lines));
        return 0;
    }

    private static String table(List<Line> lines) {
        var table = new Table("name", "group", "paper", "over", "parameters");
        lines.forEach(line -> table.row(line.name(), line.group(), line.paper(), line.over(), line.parameters()));
        return table.toString().stripTrailing();
    }
}
