package norma.lab.compare;

import static norma.lab.console.Figures.number;
import static norma.lab.console.Figures.percent;
import static norma.lab.console.Figures.signed;
import static norma.lab.console.Page.escape;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import norma.lab.compare.Comparison.Settings;
import norma.lab.compare.Comparison.Summary;
import norma.lab.console.Json;
import norma.lab.console.Page;
import norma.lab.run.CorpusOptions;
import norma.lab.run.WordNet;

/// The page that shows a comparison.
///
/// Text and tables are made here and can be read without a script; `report.js` draws the figures from the numbers.
final class Report {
    private Report() {
    }

    /// The whole page.
    static String html(Comparison comparison) {
        Map<String, String> parts = text(comparison);
        parts.put("rows", rows(comparison.arms()));
        parts.put("settings", settings(comparison.settings()));
        parts.put("style", resource("report.css"));
        parts.put("script", resource("report.js"));
        parts.put("results", Json.line(comparison));
        return Page.fill(resource("report.html"), parts);
    }

    private static Map<String, String> text(Comparison comparison) {
        Settings s = comparison.settings();
        Summary first = comparison.arms().getFirst();
        var text = new LinkedHashMap<String, String>();
        text.put("corpus", escape(s.corpus()));
        text.put("date", s.date());
        text.put("count", Integer.toString(comparison.arms().size()));
        text.put("size",
                "%d layers, %d features, %d heads, context %d".formatted(s.layers(), s.dim(), s.heads(), s.context()));
        text.put("seeds", s.seeds() == 1 ? "One seed" : s.seeds() + " seeds");
        text.put("steps", number(s.steps()));
        text.put("summary", escape(summary(comparison.arms())));
        text.put("first", escape(first.name()));
        text.put("measured", number(s.measuredTokens()));
        text.put("spread", s.seeds() == 1 ? "" : " ± standard deviation over the seeds that finished");
        text.put("narrowed", narrowed(comparison.arms(), s.hidden()));
        text.put("early", number(MetricsListener.earlySteps(s.steps())));
        text.put("every", MetricsListener.every(s.steps()) == 1 ? "one of them"
                : number(MetricsListener.every(s.steps())) + "th");
        text.put("dim", Integer.toString(s.dim()));
        text.put("free", percent(Arm.FREE));
        text.put("tolerance", percent(Arm.TOLERANCE));
        text.put("parameters", number(first.parameters()));
        text.put("seen", "Each run reads %s tokens, %.2g times the training side of the corpus".formatted(
                number(s.steps() * s.tokensPerStep()), (double) s.steps() * s.tokensPerStep() / s.trainTokens()));
        text.put("few", few(s.seeds()));
        text.put("credit", escape(s.corpus().equals(CorpusOptions.BUILT_IN) ? WordNet.CREDIT : ""));
        text.put("version", escape(s.version()));
        return text;
    }

    private static String summary(List<Summary> arms) {
        return arms.stream().filter(arm -> Double.isFinite(arm.validationLoss()))
                .min(Comparator.comparingDouble(Summary::validationLoss))
                .map(best -> "Lowest validation loss: %s, %s%s.".formatted(best.name(),
                        number(best.validationLoss(), 3),
                        Double.isFinite(best.spread()) ? " ± " + number(best.spread(), 3) : ""))
                .orElse("Every run diverged.");
    }

    private static String narrowed(List<Summary> arms, int hidden) {
        String names = arms.stream().filter(arm -> arm.hidden() != hidden).map(Summary::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? ""
                : "; it is another one for " + escape(names) + ", so that the number of parameters is the same";
    }

    private static String few(int seeds) {
        return seeds == 1 ? "One seed does not show how far chance alone moves these numbers."
                : "%d seeds are few: a difference smaller than the deviation beside it may be chance, and so may larger ones."
                        .formatted(seeds);
    }

    private static String rows(List<Summary> arms) {
        return arms.stream().map(arm -> row(arm, arms.getFirst())).collect(Collectors.joining("\n"));
    }

    private static String row(Summary arm, Summary first) {
        String difference = arm == first ? "" : signed(arm.difference(), 4) + deviation(arm.differenceSpread());
        return "<tr>" + cell(escape(arm.name())) + wrapped(escape(arm.norm()) + options(arm))
                + cell(escape(arm.placement())) + right(number(arm.hidden())) + right(number(arm.parameters()))
                + right(number(arm.tokensPerSecond(), 0))
                + right(number(arm.validationLoss(), 4) + deviation(arm.spread())) + right(difference)
                + wrapped(escape(arm.end())) + "</tr>";
    }

    private static String cell(String html) {
        return "<td>" + html;
    }

    private static String wrapped(String html) {
        return "<td class=\"wrap\">" + html;
    }

    private static String right(String html) {
        return "<td class=\"n\">" + html;
    }

    private static String options(Summary arm) {
        return arm.options().isEmpty() ? "" : " <small>" + escape(arm.options()) + "</small>";
    }

    private static String deviation(double value) {
        return Double.isFinite(value) ? " <span class=\"pm\">± " + number(value, 4) + "</span>" : "";
    }

    private static String settings(Settings s) {
        var rows = new LinkedHashMap<String, String>();
        rows.put("Text", "%s: %s training tokens, %s validation tokens of other documents".formatted(s.corpus(),
                number(s.trainTokens()), number(s.validationTokens())));
        rows.put("Tokenizer", "%s, vocabulary %s".formatted(s.tokenizer(), number(s.vocabulary())));
        rows.put("Model",
                "%d layers, D = %d, %d heads, F = %d, context %d, GELU, learned positions, output matrix tied to the embedding"
                        .formatted(s.layers(), s.dim(), s.heads(), s.hidden(), s.context()));
        rows.put("Step", "%s tokens: %d windows of %d%s".formatted(number(s.tokensPerStep()), s.batch(), s.context(),
                s.accumulation() == 1 ? "" : ", %d times".formatted(s.accumulation())));
        rows.put("Optimizer", "AdamW, betas 0.9 and 0.95, weight decay %s on matrices, gradient clipped at %s"
                .formatted(s.decay(), s.clip()));
        rows.put("Rate",
                "%s after %d steps of warm-up, then half a cosine down to a tenth".formatted(s.rate(), s.warmup()));
        rows.put("Runs", "%s steps, seeds %d to %d".formatted(number(s.steps()), s.seed(), s.seed() + s.seeds() - 1));
        rows.put("Machine", "%s, %d threads, %s kernels".formatted(s.cpu(), s.threads(), s.kernels()));
        rows.put("Java", s.jdk());
        rows.put("Time", "%s s in all".formatted(number(s.seconds(), 0)));
        return rows.entrySet().stream().map(e -> "<dt>%s</dt><dd>%s</dd>".formatted(e.getKey(), escape(e.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String resource(String name) {
        return Page.text(Report.class.getResourceAsStream(name), name);
    }
}
