package norma.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import norma.bench.workload.Workload;
import norma.lab.console.Progress;
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
    private final Progress progress;
    private final PrintStream log;
    private final Map<Object, List<BenchmarkResult>> results = new LinkedHashMap<>();
    private final Set<Case> failed = new HashSet<>();

    /// A measurement of a limit.
    private record Probe(String name, long bytes, int threads) {
    }

    /// @param cases in the order of the table
    /// @param log JMH's own output
    ForkRunner(List<Case> cases, Progress progress, PrintStream log) {
        this.cases = cases;
        this.threads = cases.stream().map(c -> c.variant().threads()).distinct().sorted().toList();
        this.progress = progress;
        this.log = log;
    }

    /// How many forks there will be.
    static int forks(List<Case> cases, int count) {
        var none = new ForkRunner(cases, null, null);
        return count * (cases.size() + none.probes().size());
    }

    /// Runs another round.
    void run() throws RunnerException {
        for (Probe probe : probes()) {
            progress.note("limits, %d threads".formatted(probe.threads()));
            keep(probe, fork(limit(probe)));
        }
        for (Case c : cases) {
            progress.note("%s, %d threads, %s".formatted(c.workload(), c.variant().threads(), c.variant().kernels()));
            measure(c);
        }
    }

    /// Another engine that fails is left out, so that a run of hours goes on.
    private void measure(Case c) throws RunnerException {
        if (failed.contains(c)) {
            progress.step();
            return;
        }
        try {
            keep(c, fork(workload(c)));
        } catch (RunnerException e) {
            if (Peer.named(c.variant().kernels()).isEmpty()) {
                throw e;
            }
            failed.add(c);
        }
    }

    /// The cases that other engines failed on, in the order of the table.
    List<Case> failed() {
        return cases.stream().filter(failed::contains).toList();
    }

    /// FMA peak, and bandwidth at the working sets next to those of the workloads.
    private List<Probe> probes() {
        var probes = new ArrayList<Probe>();
        for (int n : threads) {
            probes.add(new Probe("fusedMultiplyAdd", 0, n));
            for (long bytes : workingSets()) {
                BANDWIDTH.forEach(name -> probes.add(new Probe(name, bytes, n)));
            }
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

    private static ChainedOptionsBuilder limit(Probe probe) {
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
        return Row.of(c.workload(), variant.threads(), variant.kernels(), timing(c), roof(variant.threads()),
                resident > 0 ? null : allocated, resident > 0 ? resident : null);
    }

    /// The limits for each number of threads.
    List<Roofline> roofs() {
        return threads.stream().map(this::roof).toList();
    }

    private Roofline roof(int n) {
        double flops = n * Limits.FLOPS / timing(new Probe("fusedMultiplyAdd", 0, n)).median();
        var bandwidths = Arrays.stream(workingSets())
                .mapToObj(bytes -> new Roofline.Bandwidth(bytes, rate("copy", bytes, n), rate("triad", bytes, n),
                        rate("axpy", bytes, n)))
                .toList();
        return new Roofline(n, flops, bandwidths);
    }

    /// All threads' bytes: each array of the working set is read or written once, and axpy's second one both.
    private double rate(String name, long bytes, int n) {
        return (name.equals("axpy") ? 1.5 : 1) * bytes / timing(new Probe(name, bytes, n)).median();
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
