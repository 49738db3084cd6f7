package norma.bench;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.bench.workload.Workloads.Family;
import norma.lab.console.Machine;

/// The results of a run, in the order in which they are shown.
///
/// @param date of the run
/// @param cpu name of the processor
/// @param processors available to this process
/// @param java version of the VM
/// @param flags of the VM
/// @param forks Java VMs for each figure
/// @param roofs the limits, for each number of threads and for the device
/// @param rows by workload, threads, shape; ours first, then the device, other kernel sets, peers
record Results(String date, String cpu, int processors, String java, String flags, int forks, List<Roofline> roofs,
        List<Row> rows) {

    static Results of(int forks, List<Roofline> roofs, List<Row> rows) {
        return new Results(LocalDate.now().toString(), Machine.cpu(), Runtime.getRuntime().availableProcessors(),
                Machine.jdk(), String.join(" ", Variant.standard(1).jvmArgs()).replaceAll(" ?-Dnorma.threads=1", ""),
                forks, roofs, sorted(rows));
    }

    private static List<Row> sorted(List<Row> rows) {
        List<Workload> order = Workloads.families().stream().flatMap(family -> family.workloads().stream()).toList();
        List<String> names = order.stream().map(Workload::name).distinct().toList();
        var sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparingInt((Row row) -> names.indexOf(row.workload())).thenComparingInt(Row::threads)
                .thenComparingInt(row -> order.indexOf(Workloads.of(row.workload(), row.shape()))));
        return sorted;
    }

    /// Working sets of all bandwidths, in bytes.
    List<Long> workingSets() {
        return roofs.stream().flatMap(roof -> roof.bandwidths().stream()).map(Roofline.Bandwidth::bytes).distinct()
                .sorted().toList();
    }

    /// What the makers of the devices call them, if there are any.
    List<String> devices() {
        return roofs.stream().map(Roofline::device).filter(Objects::nonNull)
                .map(device -> "%s, %s, %s".formatted(device.name(), device.product(), device.backend())).toList();
    }

    /// Rows of one family.
    List<Row> of(Family family) {
        List<String> names = family.workloads().stream().map(Workload::name).toList();
        return rows.stream().filter(row -> names.contains(row.workload())).toList();
    }

    /// Whether anything is compared with our standard kernels.
    boolean isCompared() {
        return rows.stream().anyMatch(row -> !Double.isNaN(againstOurs(row)));
    }

    /// How many times as long this row takes as our standard kernels on the same workload; NaN for those themselves.
    double againstOurs(Row row) {
        Row ours = rows.stream()
                .filter(other -> other.workload().equals(row.workload()) && other.shape().equals(row.shape())
                        && other.threads() == row.threads())
                .findFirst().orElse(row);
        return ours == row ? Double.NaN : row.medianSeconds() / ours.medianSeconds();
    }

    /// The heading of a row.
    static String group(Row row) {
        return row.workload() + ", " + ResultFormatter.threads(row.threads());
    }
}
