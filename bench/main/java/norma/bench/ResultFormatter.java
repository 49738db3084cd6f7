package norma.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.bench.workload.Workloads.Family;
import norma.lab.console.Table;

/// Results as text for a terminal and as Markdown.
final class ResultFormatter {
    private static final String[] HEADINGS =
            {"", "kernels", ">time", ">spread", ">rate", ">of limit", ">memory", ">time / ours"};

    private ResultFormatter() {
    }

    /// For a terminal: workloads one below the other, each with its shapes.
    static String table(Results results) {
        var table = new Table(HEADINGS);
        for (Family family : Workloads.families()) {
            List<Row> rows = results.of(family);
            if (!rows.isEmpty()) {
                String blank = table.rows().isEmpty() ? "" : "\n";
                table.row(heading(blank + family.title().toUpperCase(Locale.ROOT)));
                addFamily(table, results, rows);
            }
        }
        return (results.isCompared() ? table : table.withoutLast()) + "\n"
                + limits(results);
    }

    private static Table limits(Results results) {
        List<Long> sets = results.workingSets();
        var headings = new ArrayList<>(List.of("LIMITS", ">FMA peak"));
        sets.forEach(bytes -> headings.add(">" + binary(bytes)));
        var table = new Table(headings.toArray(String[]::new));
        for (Roofline roof : results.roofs()) {
            addLimits(table, roof.title() + ": copy, GB/s", figure(roof.flops() / 1e9) + " GFLOP/s", sets, roof,
                    Roofline.Bandwidth::copy);
            addLimits(table, "           triad", launch(roof), sets, roof, Roofline.Bandwidth::triad);
            addLimits(table, "           axpy", "", sets, roof, Roofline.Bandwidth::axpy);
        }
        return table;
    }

    private static void addLimits(Table table, String name, String peak, List<Long> sets, Roofline roof,
            ToDoubleFunction<Roofline.Bandwidth> rate) {
        var cells = new ArrayList<>(List.of(name, peak));
        sets.forEach(bytes -> cells.add(rate(roof, bytes, rate)));
        table.row(cells.toArray(String[]::new));
    }

    /// GB a second at a working set, or nothing.
    private static String rate(Roofline roof, long bytes, ToDoubleFunction<Roofline.Bandwidth> rate) {
        return roof.bandwidths().stream().filter(b -> b.bytes() == bytes)
                .map(b -> figure(rate.applyAsDouble(b) / 1e9)).findFirst().orElse("");
    }

    /// What a device takes to begin and to end, or nothing.
    static String launch(Roofline roof) {
        return roof.launchSeconds() == null ? "" : "launch " + time(roof.launchSeconds());
    }

    private static void addFamily(Table table, Results results, List<Row> rows) {
        String group = "";
        String shape = "";
        for (Row row : rows) {
            if (!Results.group(row).equals(group)) {
                group = Results.group(row);
                shape = "";
                table.row(heading(group));
            }
            var cells = new ArrayList<>(cells(results, row));
            cells.addFirst(row.shape().equals(shape) ? "" : "  " + row.shape());
            table.row(cells.toArray(String[]::new));
            shape = row.shape();
        }
    }

    private static String[] heading(String text) {
        String[] cells = new String[HEADINGS.length];
        java.util.Arrays.fill(cells, "");
        cells[0] = text;
        return cells;
    }

    /// Kernels, time, spread, rate, share of the limit, memory, ratio.
    static List<String> cells(Results results, Row row) {
        double ratio = results.againstOurs(row);
        return List.of(row.kernels(), time(row.medianSeconds()), percent(row.spread(), 1), rate(results, row),
                percent(row.shareOfLimit(), 0), memory(row),
                Double.isNaN(ratio) ? "" : "%s x".formatted(figure(ratio)));
    }

    /// What an operation allocates, or what a process has.
    private static String memory(Row row) {
        Long bytes = row.residentBytes() == null ? row.allocatedBytes() : row.residentBytes();
        return bytes == null ? "" : bytes(bytes);
    }

    /// In what the workload is limited by.
    static String rate(Results results, Row row) {
        Roofline roof = results.roofs().stream().filter(r -> r.isOf(row.kernels(), row.threads())).findFirst()
                .orElseThrow();
        Workload workload = Workloads.of(row.workload(), row.shape());
        return !workload.isBounded() ? "" : roof.isArithmetic(workload) ? figure(row.gflops()) + " GFLOP/s"
                : figure(row.gbs()) + " GB/s   ";
    }

    /// Three digits and a unit.
    static String time(double seconds) {
        return seconds < 1e-6 ? figure(seconds * 1e9) + " ns"
                : seconds < 1e-3 ? figure(seconds * 1e6) + " us"
                        : seconds < 1 ? figure(seconds * 1e3) + " ms" : figure(seconds) + " s ";
    }

    static String bytes(double bytes) {
        return bytes < 10_000 ? String.format(Locale.ROOT, "%.0f B ", bytes)
                : bytes < 10_000_000 ? figure(bytes / 1e3) + " kB" : figure(bytes / 1e6) + " MB";
    }

    static String binary(long bytes) {
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }

    static String threads(int n) {
        return n == 1 ? "1 thread" : n + " threads";
    }

    static String percent(double share, int decimals) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * share);
    }

    static String figure(double value) {
        return String.format(Locale.ROOT, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
    }

    /// As a page for the repository.
    static String markdown(Results results) {
        var text = new StringBuilder("# Results of one run\n\n");
        text.append(
                "Medians over all iterations of %d fork%s; how each figure is taken: [docs/bench.md](../docs/bench.md).\n\n"
                        .formatted(results.forks(), results.forks() == 1 ? "" : "s"));
        text.append("- Processor: %s, %d available\n- Java: %s\n- Flags: `%s`\n- Date: %s\n".formatted(results.cpu(),
                results.processors(), results.java(), results.flags(), results.date()));
        results.devices().forEach(device -> text.append("- Device: %s\n".formatted(device)));
        appendLimits(text, results);
        for (Family family : Workloads.families()) {
            List<Row> rows = results.of(family);
            if (!rows.isEmpty()) {
                text.append("\n## %s%s\n\n".formatted(family.title().substring(0, 1).toUpperCase(Locale.ROOT),
                        family.title().substring(1)));
                text.append(
                        "| workload | shape | threads | kernels | time | spread | rate | of limit | memory | time / ours |\n"
                                + "|---|---|---:|---|---:|---:|---:|---:|---:|---:|\n");
                rows.forEach(row -> text.append("| `%s` | %s | %d | %s |\n".formatted(row.workload(), row.shape(),
                        row.threads(),
                        String.join(" | ", cells(results, row).stream().map(String::strip).toList()))));
            }
        }
        return text.toString();
    }

    private static void appendLimits(StringBuilder text, Results results) {
        List<Long> sets = results.workingSets();
        text.append("\n## Limits of the machine\n\n| of | probe |");
        sets.forEach(bytes -> text.append(" %s |".formatted(binary(bytes))));
        text.append("\n|---|---|").append("---:|".repeat(sets.size())).append('\n');
        for (Roofline roof : results.roofs()) {
            appendLimits(text, sets, roof, "copy, GB/s", Roofline.Bandwidth::copy);
            appendLimits(text, sets, roof, "triad, GB/s", Roofline.Bandwidth::triad);
            appendLimits(text, sets, roof, "axpy, GB/s", Roofline.Bandwidth::axpy);
        }
        text.append('\n');
        for (Roofline roof : results.roofs()) {
            text.append("FMA peak with %s: %s GFLOP/s%s.\n".formatted(roof.title(), figure(roof.flops() / 1e9),
                    launch(roof).isEmpty() ? "" : ", " + launch(roof).strip()));
        }
    }

    private static void appendLimits(StringBuilder text, List<Long> sets, Roofline roof, String name,
            ToDoubleFunction<Roofline.Bandwidth> rate) {
        text.append("| %s | %s |".formatted(roof.title(), name));
        sets.forEach(bytes -> text.append(" %s |".formatted(rate(roof, bytes, rate))));
        text.append('\n');
    }
}
