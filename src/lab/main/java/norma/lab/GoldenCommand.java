package norma.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import norma.io.Golden;
import norma.io.Golden.Outcome;
import norma.io.Golden.Status;
import norma.io.GoldenFile;
import norma.lab.console.Json;
import norma.lab.console.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs golden vectors against the engine.
@Command(name = "golden", mixinStandardHelpOptions = true,
        header = "Runs golden vectors against the engine: results and gradients.")
final class GoldenCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    /// What must pass.
    enum Required {
        /// what the engine has
        IMPLEMENTED,
        /// everything
        ALL
    }

    private record Line(String method, String name, String status, Double maxError, String reason) {
        static Line of(Outcome outcome) {
            return new Line(outcome.method(), outcome.name(), outcome.status().name().toLowerCase(Locale.ROOT),
                    outcome.status() == Status.UNSUPPORTED ? null : outcome.maxError(),
                    outcome.reason().isEmpty() ? null : outcome.reason());
        }
    }

    private record Result(int cases, int passed, int failed, int unsupported, double maxError, List<Line> list) {
    }

    @Parameters(paramLabel = "DIR",
            description = "Folder of golden vectors (format norm-golden/1), or one file of them.")
    private Path folder;

    @Option(names = "--require", paramLabel = "WHAT", defaultValue = "implemented",
            description = "What must pass: implemented, or all, which makes unsupported cases failures (default: ${DEFAULT-VALUE}).")
    private Required required;

    @Option(names = "--json", description = "Print one JSON object on standard output and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        var outcomes = new ArrayList<Outcome>();
        for (GoldenFile file : GoldenFile.read(folder)) {
            file.cases().forEach(c -> outcomes.add(Golden.run(file.method(), c)));
        }
        command.commandLine().getOut().println(json ? Json.page(result(outcomes)) : report(outcomes));
        return count(outcomes, Status.FAILED)
                + (required == Required.ALL ? count(outcomes, Status.UNSUPPORTED) : 0) == 0
                        ? 0 : FAILED;
    }

    private static Result result(List<Outcome> outcomes) {
        return new Result(outcomes.size(), count(outcomes, Status.PASSED), count(outcomes, Status.FAILED),
                count(outcomes, Status.UNSUPPORTED), maxError(outcomes), outcomes.stream().map(Line::of).toList());
    }

    private static String report(List<Outcome> outcomes) {
        var table = new Table("method", ">passed", ">failed", ">unsupported", ">max error");
        outcomes.stream().map(Outcome::method).distinct().forEach(method -> {
            List<Outcome> own = outcomes.stream().filter(outcome -> outcome.method().equals(method)).toList();
            row(table, method, own);
        });
        row(table, "all", outcomes);
        var text = new StringBuilder(table.toString().stripTrailing());
        for (Outcome outcome : outcomes) {
            if (outcome.status() == Status.FAILED) {
                text.append("%nFAILED %s %s: %s".formatted(outcome.method(), outcome.name(), outcome.reason()));
            }
        }
        return text.toString();
    }

    private static void row(Table table, String name, List<Outcome> outcomes) {
        int done = count(outcomes, Status.PASSED) + count(outcomes, Status.FAILED);
        table.row(name, cell(count(outcomes, Status.PASSED)), cell(count(outcomes, Status.FAILED)),
                cell(count(outcomes, Status.UNSUPPORTED)),
                done == 0 ? "" : String.format(Locale.ROOT, "%.1e", maxError(outcomes)));
    }

    private static String cell(int count) {
        return count == 0 ? "" : Integer.toString(count);
    }

    private static int count(List<Outcome> outcomes, Status status) {
        return (int) outcomes.stream().filter(outcome -> outcome.status() == status).count();
    }

    private static double maxError(List<Outcome> outcomes) {
        return outcomes.stream().mapToDouble(Outcome::maxError).max().orElse(0);
    }
}
