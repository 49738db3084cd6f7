package norma.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import norma.backend.Backend;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.lab.console.Json;
import norma.lab.console.Progress;
import norma.lab.run.DeviceOption;
import norma.tornado.Tornado;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures the workloads and prints how near each comes to the machine's own limits.
@Command(name = "norma bench", mixinStandardHelpOptions = true,
        header = "Figures beside this machine's own limits, measured in the same run.%n")
final class Bench implements Callable<Integer> {
    private static final int FULL_FORKS = 5;

    @Option(names = "--full", description = "Every workload and shape, one thread and all, every kernel set, 5 forks.")
    private boolean full;

    @Option(names = "--only", paramLabel = "NAME", split = ",",
            description = "Workloads by name, in all their shapes; NAME/TEXT takes the shapes that contain the text.")
    private List<String> only;

    @Option(names = "--threads", paramLabel = "N", description = "Only this many threads (default: all processors).")
    private Integer threads;

    @Option(names = "--forks", paramLabel = "N", description = "Java VMs for each figure (default: 1; with --full, 5).")
    private Integer forks;

    @Option(names = DeviceOption.NAME, paramLabel = "DEVICE",
            description = "tornado or tornado:N: the same on a GPU too, through TornadoVM, beside its own limits (docs/gpu.md).")
    private String device;

    @Option(names = "--json", description = "Print one JSON array on standard output and nothing else.")
    private boolean json;

    @Option(names = "--peers",
            description = "The same workloads in other engines too; with --full, those of the quick run.")
    private boolean peers;

    @Option(names = "--torch", paramLabel = "FILE",
            description = "Puts PyTorch's times beside ours: what bench/peers/torch_ops.py --json FILE wrote.")
    private Path torch;

    @Option(names = "--lessons",
            description = "The lessons: one computation, better and better. Same as --only lessons.")
    private boolean lessons;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/bench",
            description = "Folder for results (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        requirePositive("--threads", threads);
        requirePositive("--forks", forks);
        List<Torch.Entry> others = torch == null ? List.of() : Torch.read(torch);
        if (peers && Peer.all().isEmpty()) {
            throw new ParameterException(command.commandLine(), "--peers: no other engine is on the class path");
        }
        Tornado.Device found = device == null ? null : Tornado.device(device);
        List<Case> cases = cases(found);
        Files.createDirectories(out);
        int count = forks != null ? forks : full ? FULL_FORKS : 1;
        ForkRunner rounds;
        Results results = null;
        try (var log = new PrintStream(out.resolve("jmh.log").toFile(), StandardCharsets.UTF_8);
                Progress progress = Progress.of("bench", "fork", ForkRunner.forks(cases, found, count), json)) {
            rounds = new ForkRunner(cases, found, progress, log);
            for (int round = 1; round <= count; round++) {
                rounds.run();
                results = write(rounds, round, cases, others);
            }
        }
        print(results);
        if (found != null) {
            warnOfOthers(found, cases);
        }
        rounds.failed().forEach(this::warn);
        return 0;
    }

    /// Writes the results of the rounds so far, so that a long run that is cut short leaves them.
    private Results write(ForkRunner rounds, int count, List<Case> cases, List<Torch.Entry> others) throws IOException {
        try (var file = new PrintStream(out.resolve("jmh.json").toFile(), StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, file).writeOut(rounds.jmh());
        }
        var rows = new ArrayList<>(rounds.rows());
        rows.addAll(rows(others, cases, rounds.roofs()));
        var results = Results.of(count, rounds.roofs(), rows);
        Files.writeString(out.resolve("results.json"), Json.page(results) + "\n");
        Files.writeString(out.resolve("results.md"), ResultFormatter.markdown(results));
        Files.writeString(out.resolve("bench.html"), Report.html(results));
        return results;
    }

    private void print(Results results) {
        var to = command.commandLine().getOut();
        to.println(
                json ? Json.page(results.rows())
                        : ResultFormatter.table(results) + "\n\nReport: " + out.resolve("bench.html"));
        to.flush();
    }

    private void warn(Case failed, String reason) {
        command.commandLine().getErr().printf("bench: left out, because it failed: %s on %s, %s: %s; %s says more%n",
                failed.variant().kernels(), failed.workload(), ResultFormatter.threads(failed.variant().threads()),
                reason, out.resolve("jmh.log"));
    }

    private void warnOfOthers(Tornado.Device device, List<Case> cases) {
        List<String> others = cases.stream().map(Case::workload).filter(w -> !Workloads.onDevice(w))
                .map(Workload::name).distinct().toList();
        if (!others.isEmpty()) {
            command.commandLine().getErr().printf("bench: left out, because they do not run on %s: %s%n", device.name(),
                    String.join(", ", others));
        }
    }

    private static List<Row> rows(List<Torch.Entry> others, List<Case> cases, List<Roofline> roofs) {
        var rows = new ArrayList<Row>();
        for (Torch.Entry entry : others) {
            cases.stream().filter(entry::isOf).findFirst().ifPresent(c -> rows.add(entry.row(c.workload(),
                    roofs.stream().filter(roof -> roof.isOf(entry.kernels(), entry.threads())).findFirst()
                            .orElseThrow())));
        }
        return rows;
    }

    /// Each workload in all its variants, side by side.
    private List<Case> cases(Tornado.Device device) {
        List<Workload> workloads = lessons ? Workloads.lessons()
                : only != null ? Workloads.named(only) : full ? Workloads.all() : Workloads.quick();
        return workloads.stream()
                .flatMap(workload -> variants(workload, device).map(variant -> new Case(workload, variant)))
                .toList();
    }

    private Stream<Variant> variants(Workload workload, Tornado.Device device) {
        return threadCounts().stream().flatMap(n -> Stream
                .of(Stream.of(Variant.standard(n)), onDevice(workload, device, n), otherKernels(workload, n),
                        otherEngines(workload, n))
                .flatMap(s -> s));
    }

    /// Beside the processor with all its threads.
    private Stream<Variant> onDevice(Workload workload, Tornado.Device device, int n) {
        return device != null && Workloads.onDevice(workload) && n == threadCounts().getLast()
                ? Stream.of(Variant.device(device, n))
                : Stream.of();
    }

    /// Only in a full run, on one shape of each workload and one thread.
    private Stream<Variant> otherKernels(Workload workload, int n) {
        if (!full || n != threadCounts().getFirst() || !Workloads.representatives().contains(workload)) {
            return Stream.of();
        }
        return Stream.concat(Stream.of(Variant.reference(n)),
                otherWidths().stream().map(bits -> Variant.simd(bits, n)));
    }

    /// In a full run only on the workloads of the quick run and all threads: else it would last for hours.
    private Stream<Variant> otherEngines(Workload workload, int n) {
        if (!peers || full && !(workload.quick() && n == threadCounts().getLast())) {
            return Stream.of();
        }
        return Peer.all().stream().filter(peer -> peer.maker(workload, n).isPresent())
                .map(peer -> Variant.peer(peer, n));
    }

    private List<Integer> threadCounts() {
        int all = Runtime.getRuntime().availableProcessors();
        return threads != null ? List.of(threads) : full && all > 1 ? List.of(1, all) : List.of(all);
    }

    /// Vectors narrower than those of the standard kernels.
    private static List<Integer> otherWidths() {
        String kernels = Backend.name();
        int bits = kernels.startsWith("simd") ? Integer.parseInt(kernels.substring(4)) : 0;
        return Stream.of(128, 256, 512).filter(width -> width < bits).toList();
    }

    private void requirePositive(String option, Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(command.commandLine(), option + " must be at least 1; got " + value);
        }
    }
}
