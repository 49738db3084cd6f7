package norma.lab.finetune;

import static norma.lab.console.Figures.number;
import static norma.lab.console.Page.escape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import norma.embeddings.finetuning.ClassificationReport;
import norma.lab.console.Json;
import norma.lab.console.Page;
import norma.lab.console.Table;
import norma.lab.finetune.FineTune.Outcome;
import norma.lab.finetune.Trials.Result;
import norma.lab.run.Measurements;

/// What came out of a fine-tuning: tables for the terminal and for a page, on which `report.js` draws the curves.
final class FineTuneReport {
    /// Confusions of more labels fill a screen.
    private static final int SHOWN_LABELS = 12;

    private FineTuneReport() {
    }

    /// For the terminal.
    static String text(Outcome outcome) {
        var text = new StringBuilder(test(outcome.trials()).toString());
        outcome.trials().getLast().report().ifPresent(report -> {
            ClassificationReport first = shown(outcome).report().orElseThrow();
            text.append("\n").append(shown(outcome).arm()).append(", seed ").append(shown(outcome).seed()).append(":\n")
                    .append(labels(first));
            if (first.labels().size() <= SHOWN_LABELS) {
                text.append("\ntrue label (rows) and predicted one (columns):\n").append(confusion(first));
            }
        });
        return text.append("\nOn the test, ")
                .append(outcome.seeds() == 1 ? "one seed" : "mean ± standard deviation over seeds")
                .append("; seconds of training and reading texts, median.").toString();
    }

    /// The trial whose labels are shown: the first one that was tuned.
    private static Result shown(Outcome outcome) {
        return outcome.trials().stream().filter(trial -> trial.course().isPresent()).findFirst()
                .orElse(outcome.trials().getFirst());
    }

    private static Table test(List<Result> trials) {
        Map<String, List<Result>> arms = new LinkedHashMap<>();
        trials.forEach(trial -> arms.computeIfAbsent(trial.arm(), _ -> new ArrayList<>()).add(trial));
        List<String> measures = List.copyOf(trials.getFirst().test().keySet());
        var headings = new ArrayList<>(List.of("model", ">numbers that learn"));
        measures.forEach(measure -> headings.add(">" + measure));
        headings.addAll(List.of(">best epoch", ">seconds"));
        var table = new Table(headings, new ArrayList<>());
        arms.forEach((arm, its) -> {
            var cells = new ArrayList<>(List.of(arm, number(its.getFirst().parameters())));
            measures.forEach(
                    measure -> cells.add(spread(its.stream().map(trial -> trial.test().get(measure)).toList())));
            cells.add(its.stream().flatMap(trial -> trial.course().stream()).map(course -> "" + course.best())
                    .collect(Collectors.joining(", ")));
            cells.add(number(Measurements.of(its.stream().map(Result::seconds).toList()).median(), 0));
            table.rows().add(cells);
        });
        return table;
    }

    private static String spread(List<Double> values) {
        var measured = Measurements.of(values);
        return number(measured.mean(), 3) + (values.size() > 1 ? " ± " + number(measured.deviation(), 3) : "");
    }

    private static Table labels(ClassificationReport report) {
        var table = new Table("label", ">precision", ">recall", ">F1", ">texts");
        for (int i = 0; i < report.labels().size(); i++) {
            table.row(report.labels().get(i), number(report.precision(i), 3), number(report.recall(i), 3),
                    number(report.f1(i), 3), number(report.support(i)));
        }
        return table;
    }

    private static Table confusion(ClassificationReport report) {
        var headings = new ArrayList<>(List.of(""));
        report.labels().forEach(label -> headings.add(">" + label));
        var table = new Table(headings, new ArrayList<>());
        for (int i = 0; i < report.labels().size(); i++) {
            var cells = new ArrayList<>(List.of(report.labels().get(i)));
            for (int count : report.confusion()[i]) {
                cells.add(number(count));
            }
            table.rows().add(cells);
        }
        return table;
    }

    /// The whole page.
    static String html(Outcome outcome) {
        var parts = new LinkedHashMap<String, String>();
        parts.put("task", escape(outcome.task()));
        parts.put("model", escape(outcome.model()));
        parts.put("table", html(test(outcome.trials())));
        parts.put("labels", shown(outcome).report()
                .map(report -> "<section><h2>Labels</h2><p>%s, seed %d.</p>%s<h3>True label (rows) and predicted one (columns)</h3>%s</section>"
                        .formatted(escape(shown(outcome).arm()), shown(outcome).seed(), html(labels(report)),
                                shaded(report)))
                .orElse(""));
        parts.put("data",
                outcome.data().stream().map(remark -> "<li>" + escape(remark)).collect(Collectors.joining("\n")));
        parts.put("settings", settings(outcome));
        parts.put("version", escape(outcome.version()));
        parts.put("style", resource("/norma/lab/compare/report.css"));
        parts.put("script", resource("report.js"));
        parts.put("results", Json.line(outcome.trials()).replace("<", "\\u003c"));
        return Page.fill(resource("report.html"), parts);
    }

    private static String settings(Outcome o) {
        var rows = new LinkedHashMap<String, String>();
        rows.put("Examples", "%s to learn from, %s for the validation, %s for the test".formatted(number(o.train()),
                number(o.validation()), number(o.test())));
        rows.put("Model", "%s; texts are cut after %d tokens".formatted(o.model(), o.maxTokens()));
        rows.put("Optimizer",
                "AdamW at %s, which it reaches in the first tenth of the steps and falls from to 0; weight decay %s, gradient clipped at %s"
                        .formatted(o.tuning().rate(), o.tuning().decay(), o.tuning().clip()));
        rows.put("Runs", "at most %d epochs of batches of %d, an end after %d without a better one; seeds %d to %d"
                .formatted(o.tuning().epochs(), o.tuning().batch(), o.tuning().patience(), o.tuning().seed(),
                        o.tuning().seed() + o.seeds() - 1));
        rows.put("Machine", "%s, %d threads, %s kernels".formatted(o.cpu(), o.threads(), o.kernels()));
        return rows.entrySet().stream().map(e -> "<dt>%s</dt><dd>%s</dd>".formatted(e.getKey(), escape(e.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String html(Table table) {
        String head = table.headings().stream().map(heading -> heading.startsWith(">")
                ? "<th class=\"n\">" + escape(heading.substring(1)) : "<th>" + escape(heading))
                .collect(Collectors.joining());
        String rows = table.rows().stream()
                .map(row -> "<tr>" + IntStream.range(0, row.size())
                        .mapToObj(i -> (table.headings().get(i).startsWith(">") ? "<td class=\"n\">" : "<td>")
                                + escape(row.get(i)))
                        .collect(Collectors.joining()))
                .collect(Collectors.joining("\n"));
        return "<table><tr>" + head + rows + "</table>";
    }

    /// The confusions, the darker the larger the share of a label's texts.
    private static String shaded(ClassificationReport report) {
        var html = new StringBuilder("<table><tr><th>");
        report.labels().forEach(label -> html.append("<th class=\"n\">").append(escape(label)));
        for (int i = 0; i < report.labels().size(); i++) {
            html.append("\n<tr><td>").append(escape(report.labels().get(i)));
            for (int count : report.confusion()[i]) {
                html.append("<td class=\"n\" style=\"background: color-mix(in srgb, var(--c0) %d%%, transparent)\">%s"
                        .formatted(report.support(i) == 0 ? 0 : 60 * count / report.support(i), number(count)));
            }
        }
        return html.append("</table>").toString();
    }

    private static String resource(String name) {
        return Page.text(FineTuneReport.class.getResourceAsStream(name), name);
    }
}
