package norma.lab;

import static norma.lab.console.Figures.number;
import static norma.lab.run.Footprint.text;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import norma.lab.console.Table;
import norma.lab.run.Footprint;
import norma.lab.train.Train;
import norma.tornado.Tornado;

/// What `norma doctor --device` tells of devices.
///
/// @param name of the one that computes
/// @param product what its maker calls it
/// @param budget bytes of its memory that tensors may take
/// @param devices all there are
/// @param kernels methods of the engine's kernels that it computes
/// @param onProcessor those that it has no kernel for
/// @param training what `norma train` without options takes of it at least
record DeviceReport(String name, String product, long budget, List<Found> devices, List<String> kernels,
        List<String> onProcessor, List<Part> training) {
    /// WordNet's characters.
    private static final int VOCABULARY = 92;

    /// A device.
    ///
    /// @param memory in bytes
    /// @param largest bytes of the largest array that it takes
    record Found(String name, String product, String type, String backend, String driver, long memory, long largest) {

        private static Found of(Tornado.Device device) {
            return new Found(device.name(), device.product(), device.type(), device.backend(), device.driver(),
                    device.memory(), device.largest());
        }
    }

    /// What takes memory.
    record Part(String name, long bytes) {
    }

    static DeviceReport of(Tornado.Device used) {
        return new DeviceReport(used.name(), used.product(), Tornado.memory().budget(),
                Tornado.devices().stream().map(Found::of).toList(), methods(covered -> covered),
                methods(covered -> !covered),
                Train.usualFootprint(VOCABULARY).parts().stream()
                        .map(part -> new Part(part.name(), (long) part.bytes())).toList());
    }

    private static List<String> methods(Predicate<Boolean> which) {
        return Tornado.coverage().entrySet().stream().filter(method -> which.test(method.getValue()))
                .map(Map.Entry::getKey).toList();
    }

    /// Adds its rows to the table of what Norma runs on.
    void rows(Table table) {
        table.row("", "for %d of %d methods%s".formatted(kernels.size(), kernels.size() + onProcessor.size(),
                onProcessor.isEmpty() ? "" : "; the processor computes " + String.join(", ", onProcessor)));
        table.row("",
                "%s of its memory are for tensors; -Dnorma.device.memory=N asks for N MB".formatted(text(budget)));
    }

    /// All devices, and how much memory a usual training takes.
    String tables() {
        var all = new Table("device", "product", "type", "backend", "driver", ">memory", ">largest array", "");
        devices.forEach(each -> all.row(each.name, each.product, each.type, each.backend, each.driver,
                text(each.memory), text(each.largest), each.name.equals(name) ? "computes" : ""));
        var plan = new Table("norma train takes at least", ">MB", ">of " + text(budget));
        training.forEach(part -> plan.row(part.name, number(part.bytes / 0x1p20, 1), share(part.bytes)));
        long sum = training.stream().mapToLong(Part::bytes).sum();
        plan.row("together", number(sum / 0x1p20, 1), share(sum));
        return "%n%s%n%s".formatted(all, plan);
    }

    private String share(long bytes) {
        return number(100.0 * bytes / budget, 1) + " %";
    }
}
