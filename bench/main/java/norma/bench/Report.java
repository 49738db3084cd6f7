package norma.bench;

import static norma.lab.console.Page.escape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.ToDoubleFunction;
import norma.bench.workload.Workloads;
import norma.bench.workload.Workloads.Family;
import norma.lab.console.Json;
import norma.lab.console.Page;

/// The page that shows a run. Text and tables are made here and can be read without a script; `bench.js` draws the
/// roofline and the ratios from the numbers.
final class Report {

    /// A row as a point of the roofline.
    ///
    /// @param intensity FLOPs for each byte that must move
    private record Point(String family, String workload, String shape, int threads, String kernels, boolean ours,
            double intensity, double gflops, double shareOfLimit, double medianSeconds, double againstOurs) {
    }

    private record Drawn(List<Roofline> roofs, List<Point> points) {
    }

    private Report() {
    }

    /// The whole page.
    static String html(Results results) {
        var parts = new LinkedHashMap<String, String>();
        parts.put("date", results.date());
        parts.put("cpu", escape(results.cpu()));
        parts.put("lead", escape(lead(results)));
        parts.put("machine", machine(results));
        parts.put("tables", tables(results));
        parts.put("style", resource("bench.css"));
        parts.put("script", resource("bench.js"));
        parts.put("results", Json.line(new Drawn(results.roofs(), points(results))).replace("<", "\\u003c"));
        return Page.fill(resource("bench.html"), parts);
    }

    private static String lead(Results results) {
        long workloads = results.rows().stream().map(Row::workload).distinct().count();
        return "%d workload%s, %d figures, medians over %s, beside the limits of the machine measured in the same run."
                .formatted(workloads, workloads == 1 ? "" : "s", results.rows().size(),
                        results.forks() == 1 ? "the iterations of one Java VM each"
                                : "the iterations of %d Java VMs each".formatted(results.forks()));
    }

    private static String machine(Results results) {
        var lines = new LinkedHashMap<String, String>();
        lines.put("Processor", results.cpu() + ", " + results.processors() + " available");
        results.devices().forEach(device -> lines.put("Device", device));
        lines.put("Java", results.java());
        lines.put("Flags", results.flags());
        lines.put("Forks", Integer.toString(results.forks()));
        lines.put("Date", results.date());
        var html = new StringBuilder();
        lines.forEach((name, value) -> html.append("<dt>%s<dd>%s\n".formatted(name, escape(value))));
        for (Roofline roof : results.roofs()) {
            html.append("<dt>%s<dd>FMA peak %s GFLOP/s%s%s\n".formatted(roof.title(),
                    ResultFormatter.figure(roof.flops() / 1e9),
                    roof.launchSeconds() == null ? "" : ", " + ResultFormatter.launch(roof), bandwidths(roof)));
        }
        return html.toString();
    }

    private static String bandwidths(Roofline roof) {
        var html = new StringBuilder("<table class=\"small\"><thead><tr><th>GB/s with a working set of");
        roof.bandwidths().forEach(b -> html.append("<th class=\"n\">").append(ResultFormatter.binary(b.bytes())));
        html.append("</thead><tbody>");
        append(html, "copy, b = a", roof, Roofline.Bandwidth::copy);
        append(html, "triad, c = a + s b", roof, Roofline.Bandwidth::triad);
        append(html, "axpy, b = b + s a", roof, Roofline.Bandwidth::axpy);
        return html.append("</tbody></table>").toString();
    }

    private static void append(StringBuilder html, String name, Roofline roof,
            ToDoubleFunction<Roofline.Bandwidth> rate) {
        html.append("<tr><td>").append(name);
        roof.bandwidths().forEach(
                b -> html.append("<td class=\"n\">").append(ResultFormatter.figure(rate.applyAsDouble(b) / 1e9)));
    }

    private static String tables(Results results) {
        var html = new StringBuilder();
        for (Family family : Workloads.families()) {
            List<Row> rows = results.of(family);
            if (!rows.isEmpty()) {
                html.append("<h3>%s</h3>\n<div class=\"wide\"><table><thead><tr><th>shape<th>kernels%s%s%s".formatted(
                        escape(family.title()), cell("th", "n", "time"), cell("th", "n more", "spread"),
                        cell("th", "n more", "rate")));
                html.append("<th>share of the limit%s%s</thead>\n<tbody>\n".formatted(
                        cell("th", "n more", "memory"), results.isCompared() ? cell("th", "n", "time / ours") : ""));
                appendRows(html, results, rows);
                html.append("</tbody></table></div>\n");
            }
        }
        return html.toString();
    }

    private static void appendRows(StringBuilder html, Results results, List<Row> rows) {
        String group = "";
        for (Row row : rows) {
            if (!Results.group(row).equals(group)) {
                group = Results.group(row);
                html.append("<tr><th colspan=\"8\" class=\"group\">").append(escape(group)).append('\n');
            }
            List<String> cells = ResultFormatter.cells(results, row);
            boolean ours = Double.isNaN(results.againstOurs(row));
            html.append(ours ? "<tr>" : "<tr class=\"other\">").append(cell("td", "", escape(row.shape())))
                    .append(cell("td", "", escape(cells.get(0)))).append(cell("td", "n", cells.get(1)))
                    .append(cell("td", "n more", cells.get(2))).append(cell("td", "n more", cells.get(3)))
                    .append(cell("td", "share", share(row.shareOfLimit(), cells.get(4))))
                    .append(cell("td", "n more", cells.get(5)))
                    .append(results.isCompared() ? cell("td", "n", cells.get(6)) : "").append('\n');
        }
    }

    private static String share(double share, String text) {
        return Double.isNaN(share) ? ""
                : "<b>%s</b><i style=\"--share:%.3f\"></i>".formatted(text, Math.min(1.1, share));
    }

    private static String cell(String tag, String style, String html) {
        return style.isEmpty() ? "<%s>%s".formatted(tag, html) : "<%s class=\"%s\">%s".formatted(tag, style, html);
    }

    private static List<Point> points(Results results) {
        var points = new ArrayList<Point>();
        for (Family family : Workloads.families()) {
            for (Row row : results.of(family)) {
                double ratio = results.againstOurs(row);
                points.add(new Point(family.title(), row.workload(), row.shape(), row.threads(), row.kernels(),
                        Double.isNaN(ratio), row.gflops() / row.gbs(), row.gflops(), row.shareOfLimit(),
                        row.medianSeconds(), ratio));
            }
        }
        return points;
    }

    private static String resource(String name) {
        return Page.text(Report.class.getResourceAsStream(name), name);
    }
}
