package norma.lab.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import norma.catalogue.Norms;
import norma.lab.console.Table;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma norms`: shows the catalogue of norms.
@Command(name = "norms", mixinStandardHelpOptions = true,
        header = "Lists all normalizations; --norm takes those on features.")
public final class NormsCommand implements Callable<Integer> {

    private record Line(String name, String on, String group, String paper, String over, String parameters,
            String state, String use) {

        String text() {
            return """
                    %s
                    for        %s
                    on         %s
                    over       %s
                    learns     %s
                    remembers  %s
                    paper      %s""".formatted(name, use, on, over, parameters, state, paper);
        }
    }

    @Mixin
    private Output output;

    @Option(names = "--docs", paramLabel = "FOLDER",
            description = "Write the page of all methods, norms.md, and its pictures into this folder of documents.")
    private Path docs;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Show all that is known of this method.")
    private String name;

    @Override
    public Integer call() throws IOException {
        if (docs != null) {
            NormsPage.write(docs);
            return 0;
        }
        List<Line> lines = (name == null ? Norms.all() : List.of(Norms.named(name))).stream()
                .map(e -> new Line(e.name(), e.on().title(), e.group().toString(), e.paper(), e.over().toString(),
                        e.learns(), e.remembers(), e.use()))
                .toList();
        output.print(lines, name == null ? table(lines) : lines.getFirst().text());
        return 0;
    }

    private static String table(List<Line> lines) {
        var table = new Table("name", "on", "for");
        lines.forEach(line -> table.row(line.name(), line.on(), line.use()));
        return table.toString().stripTrailing();
    }
}
