package norma.bench;

import java.util.List;
import java.util.Locale;
import norma.lab.console.Table;

/// Rows as text.
final class Words {

    private Words() {
    }

    /// Works one below the other, each with its shapes.
    static String table(List<Row> rows) {
        var table = new Table("work and shape", ">threads", "kernels", ">time", ">spread", ">GB/s", ">GFLOP/s",
                ">of limit", ">allocated");
        String work = "";
        for (Row row : rows) {
            if (!row.work().equals(work)) {
                work = row.work();
                table.row(work, "", "", "", "", "", "", "", "");
            }
            table.row("  " + row.shape(), Integer.toString(row.threads()), row.kernels(), time(row.medianSeconds()),
                    percent(row.spread(), 1), figure(row.gbs()), figure(row.gflops()), percent(row.shareOfLimit(), 0),
                    row.allocatedBytes() == null ? "" : bytes(row.allocatedBytes()));
        }
        return table.toString().stripTrailing();
    }

    /// Three digits and a unit.
    static String time(double seconds) {
        return seconds < 1e-6 ? figure(seconds * 1e9) + " ns"
                : seconds < 1e-3 ? figure(seconds * 1e6) + " us"
                        : seconds < 1 ? figure(seconds * 1e3) + " ms" : figure(seconds) + " s";
    }

    static String bytes(double bytes) {
        return bytes < 10_000 ? figure(bytes) + " B"
                : bytes < 10_000_000 ? figure(bytes / 1e3) + " kB" : figure(bytes / 1e6) + " MB";
    }

    private static String percent(double share, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f %%", 100 * share);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
