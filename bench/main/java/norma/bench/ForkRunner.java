package norma.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import norma.bench.workload.Workload;
import norma.lab.console.Progress;
import norma.tornado.Tornado;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Measures cases and the machine's limits. A round measures each of them once, in a Java VM of its own. Cases that are compared
/// follow each other in each round, so that other load on the machine reaches all alike.
final class ForkRunner {
    private static final List<String> BANDWIDTH = List.of("copy", "triad", "axpy");

    private final List<Case> cases;
    private final List<Integer> threads;
    private final Tornado.Device device;
    private final Progress progress;
    private final PrintStream log;
    private final Map<Object, List<BenchmarkResult>> results = new LinkedHashMap<>();
    private final Map<Case, String> failed = new LinkedHashMap<>();

    /// A measurement of a limit, of a device if it has no threads.
    private record Probe(String name, long bytes, int threads) {
        static Probe onDevice(String name) {
            return new Probe(name, 0, 0);
        }
    }

    /// @param cases in the order of the table
    /// @param device that some of them are for, or null
    /// @param log JMH's own output
    ForkRunner(List<Case> cases, Tornado.Device device, Progress progress, PrintStream log) {
        this.cases = cases;
        this.device = device;
        this.threads = cases.stream().map(c -> c.variant().threads()).distinct().sorted().toList();
        this.progress = progress;
        this.log = log;
    }

    /// How many forks there will be.
    static int forks(List<Case> cases, Tornado.Device device, int count) {
        var none = new ForkRunner(cases, device, null, null);
        return count * (cases.size() + none.probes().size());
    }

    /// Runs another round.
    void run() throws RunnerException {
        for (Probe probe : probes()) {
            progress.note("limits, " + (probe.threads() == 0 ? device.name() : probe.threads() + " threads"));
            measure(probe);
        }
        for (Case c : cases) {
            progress.note("%s, %d threads, %s".formatted(c.workload(), c.variant().threads(), c.variant().kernels()));
            measure(c);
        }
    }

    private void measure(Probe probe) throws RunnerException {
        try {
            keep(probe, fork(limit(probe)));
        } catch (RunnerException e) {
            if (probe.threads() > 0) {
                throw e;
            }
            throw new IllegalStateException("%s failed: %s".formatted(device.name(), reason(e)), e);
        }
    }

    /// Another engine or device that fails is left out, so that a run of hours goes on.
    private void measure(Case c) throws RunnerException {
        if (failed.containsKey(c)) {
            progress.step();
            return;
        }
        try {
            keep(c, fork(workload(c)));
        } catch (RunnerException e) {
            String kernels = c.variant().kernels();
            if (Peer.named(kernels).isEmpty() && !Variant.isDevice(kernels)) {
                throw e;
            }
            failed.put(c, reason(e));
        }
    }

    /// The cases that other engines or a device failed on, and why.
    Map<Case, String> failed() {
        return failed;
    }

    /// What the fork threw.
    private static String reason(RunnerException e) {
        Throwable cause = e;
        while (cause.getCause() != null || cause.getSuppressed().length > 0) {
            cause = cause.getCause() != null ? cause.getCause() : cause.getSuppressed()[0];
        }
        return String.valueOf(cause.getMessage()).replaceAll("\\e\\[\\d*m", "").strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /// FMA peak, and bandwidth at the working sets next to those of the workloads; of a device at one.
    private List<Probe> probes() {
        var probes = new ArrayList<Probe>();
        for (int n : threads) {
            probes.add(new Probe("fusedMultiplyAdd", 0, n));
            for (long bytes : workingSets()) {
                BANDWIDTH.forEach(name -> probes.add(new Probe(name, bytes, n)));
            }
        }
        if (device != null) {
            Stream.concat(Stream.of("launch", "multiplyAdd"), BANDWIDTH.stream()).map(Probe::onDevice)
                    .forEach(probes::add);
        }
        return probes;
    }

    private long[] workingSets() {
        return cases.stream().map(Case::workload).filter(Workload::isBounded).mapToLong(ForkRunner::nearest).distinct()
                .sorted()
                .toArray();
    }

    private static long nearest(Workload workload) {
        return Arrays.stream(Limits.BYTES).boxed()
                .min((a, b) -> Double.compare(Roofline.distance(a, workload.bytes()),
                        Roofline.distance(b, workload.bytes())))
                .orElseThrow();
    }

    private ChainedOptionsBuilder limit(Probe probe) {
        if (probe.threads() == 0) {
            return IterationPlan.LIMIT.set(options("DeviceLimits." + probe.name())).param("name", device.name())
                    .jvmArgs(Variant.device(device, 1).jvmArgs().toArray(String[]::new));
        }
        var options = IterationPlan.LIMIT.set(options("Limits." + probe.name())).threads(probe.threads())
                .jvmArgs(Variant.standard(probe.threads()).jvmArgs().toArray(String[]::new));
        return probe.bytes() == 0 ? options : options.param("bytes", Long.toString(probe.bytes()));
    }

    private static ChainedOptionsBuilder workload(Case c) {
        Variant variant = c.variant();
        var options =
                IterationPlan.of(c.workload()).set(options("WorkloadBenchmark.run"))
                        .jvmArgs(variant.jvmArgs().toArray(String[]::new));
        Peer.named(variant.kernels()).flatMap(Peer::jvm).ifPresent(options::jvm);
        return options.param("workload", c.workload().name()).param("shape", c.workload().shape())
                .param("kernels", variant.kernels()).param("threads", Integer.toString(variant.threads()));
    }

    private static ChainedOptionsBuilder options(String benchmark) {
        return new OptionsBuilder().include("norma\\.bench\\." + benchmark + "$").forks(1).shouldFailOnError(true)
                .addProfiler(GCProfiler.class);
    }

    private RunResult fork(ChainedOptionsBuilder options) throws RunnerException {
        var format = OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
        try {
            return new Runner(options.build(), format).runSingle();
        } catch (RunnerException e) {
            if (e.getMessage() != null && e.getMessage().contains("JMH lock")) {
                throw new IllegalStateException(
                        "another bench is running on this machine, and each would slow the other; "
                                + "wait until it has ended",
                        e);
            }
            throw e;
        } finally {
            progress.step();
        }
    }

    private void keep(Object key, RunResult result) {
        results.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(result.getBenchmarkResults());
    }

    // ---- Results ----

    /// A row for each case that could be measured.
    List<Row> rows() {
        return cases.stream().filter(results::containsKey).map(this::row).toList();
    }

    private Row row(Case c) {
        Variant variant = c.variant();
        Long allocated = Peer.named(variant.kernels()).isPresent() ? null : bytes(results.get(c), "gc.alloc.rate.norm");
        long resident = bytes(results.get(c), "residentBytes");
        Roofline roof = Variant.isDevice(variant.kernels()) ? deviceRoof() : roof(variant.threads());
        return Row.of(c.workload(), variant.threads(), variant.kernels(), timing(c), roof,
                resident > 0 ? null : allocated, resident > 0 ? resident : null);
    }

    /// The limits for each number of threads, and the device's.
    List<Roofline> roofs() {
        return Stream.concat(threads.stream().map(this::roof), device == null ? Stream.of() : Stream.of(deviceRoof()))
                .toList();
    }

    /// What a launch takes is no part of the rates.
    private Roofline deviceRoof() {
        double launch = timing(Probe.onDevice("launch")).median();
        double flops = DeviceLimits.FLOPS / (timing(Probe.onDevice("multiplyAdd")).median() - launch);
        long bytes = DeviceLimits.bytes(device.megabytes());
        double[] rates = BANDWIDTH.stream().mapToDouble(name -> moved(name, bytes)
                / (timing(Probe.onDevice(name)).median() - launch)).toArray();
        return new Roofline(device, threads.getLast(), flops, launch,
                List.of(new Roofline.Bandwidth(bytes, rates[0], rates[1], rates[2])));
    }

    private Roofline roof(int n) {
        double flops = n * Limits.FLOPS / timing(new Probe("fusedMultiplyAdd", 0, n)).median();
        var bandwidths = Arrays.stream(workingSets())
                .mapToObj(bytes -> new Roofline.Bandwidth(bytes, rate("copy", bytes, n), rate("triad", bytes, n),
                        rate("axpy", bytes, n)))
                .toList();
        return Roofline.of(n, flops, bandwidths);
    }

    private double rate(String name, long bytes, int n) {
        return moved(name, bytes) / timing(new Probe(name, bytes, n)).median();
    }

    /// All threads' bytes: each array of the working set is read or written once, and axpy's second one both.
    private static double moved(String name, long bytes) {
        return (name.equals("axpy") ? 1.5 : 1) * bytes;
    }

    private Timing timing(Object key) {
        return Timing.of(iterations(results.get(key)).stream().map(IterationResult::getPrimaryResult)
                .mapToDouble(result -> result.getScore() / 1e9).toArray());
    }

    private static long bytes(List<BenchmarkResult> forks, String name) {
        double[] bytes = iterations(forks).stream().mapToDouble(i -> i.getSecondaryResults().get(name).getScore())
                .toArray();
        return Math.round(Timing.of(bytes).median());
    }

    private static List<IterationResult> iterations(List<BenchmarkResult> forks) {
        return forks.stream().flatMap(fork -> fork.getIterationResults().stream()).toList();
    }

    /// JMH's results, the forks of a case as one.
    Collection<RunResult> jmh() {
        return results.values().stream().map(forks -> new RunResult(forks.getFirst().getParams(), forks)).toList();
    }
}
