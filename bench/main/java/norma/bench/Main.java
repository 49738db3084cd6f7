package norma.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// `norma bench`: quick figures beside the machine's limits, measured in the same run.
///
/// Limits and work run on one thread first, then on two; `--threads N` picks one. Each figure is the median of the
/// iterations of all forks.
public final class Main {

    /// A figure of the table.
    ///
    /// @param method benchmark
    /// @param amount what one operation does, in units of `rate` per second
    /// @param rate unit of the rate
    /// @param limit whose rate it is a share of, or null
    private record Work(String method, ToDoubleFunction<RunResult> amount, String rate, Predicate<RunResult> limit) {
    }

    private static final Predicate<RunResult> FMA = result -> name(result).equals("Limits.fusedMultiplyAdd");
    /// A copy of as many bytes as the layer norm reads and writes.
    private static final Predicate<RunResult> COPY = result -> name(result).equals("Limits.copy")
            && parameter(result, "floats") == LayerNorms.FORWARD_BYTES / 4;

    private static final List<Work> WORKS = List.of(
            new Work("Limits.fusedMultiplyAdd", _ -> Limits.FLOPS / 1e9, "GFLOP/s", null),
            new Work("Limits.copy", result -> 4 * parameter(result, "floats") / 1e9, "GB/s", null),
            new Work("Products.matmul", result -> 2 * Math.pow(parameter(result, "size"), 3) / 1e9, "GFLOP/s", FMA),
            new Work("LayerNorms.layerNorm", _ -> LayerNorms.FORWARD_BYTES / 1e9, "GB/s", COPY),
            new Work("GptStep.trainingStep", result -> GptStep.flops((int) parameter(result, "vocabulary")) / 1e9,
                    "GFLOP/s",
                    FMA),
            new Work("GptStep.trainingStep", _ -> GptStep.TOKENS, "tokens/s", null));

    private Main() {
    }

    /// Runs the suite and prints the table.
    ///
    /// @param args `--threads N` for one number of threads only; `--forks N` for more than one fork
    public static void main(String[] args) throws RunnerException {
        int forks = 1;
        int threads = 0;
        for (int i = 0; i < args.length; i += 2) {
            boolean number = i + 1 < args.length && args[i + 1].matches("[1-9][0-9]{0,3}");
            switch (number ? args[i] : "") {
                case "--forks" -> forks = Integer.parseInt(args[i + 1]);
                case "--threads" -> threads = Integer.parseInt(args[i + 1]);
                default -> {
                    System.err.println("norma bench: takes --threads N and --forks N, positive whole numbers; got "
                            + String.join(" ", args));
                    System.exit(2);
                }
            }
        }
        System.out.printf("%-52s %7s %12s %7s %12s %s%n", "work", "threads", "median", "spread", "rate", "of limit");
        for (int n : threads > 0 ? new int[] {threads} : new int[] {1, 2}) {
            print(n, measure(n, forks));
        }
    }

    private static Collection<RunResult> measure(int threads, int forks) throws RunnerException {
        String suite = "norma\\.bench\\.(Products|LayerNorms|GptStep)\\..*";
        var work = options(suite, forks, threads).threads(1).build();
        var limits = options("norma\\.bench\\.Limits\\..*", forks, threads).threads(threads).build();
        var results = new java.util.ArrayList<>(new Runner(limits).run());
        results.addAll(new Runner(work).run());
        return results;
    }

    private static org.openjdk.jmh.runner.options.ChainedOptionsBuilder options(String include, int forks,
            int threads) {
        return new OptionsBuilder().include(include).forks(forks).verbosity(VerboseMode.SILENT).warmupIterations(3)
                .warmupTime(TimeValue.seconds(1)).measurementIterations(5).measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend("--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC",
                        "-Dnorma.threads=" + threads);
    }

    private static void print(int threads, Collection<RunResult> results) {
        for (Work work : WORKS) {
            for (RunResult result : results) {
                if (name(result).equals(work.method())) {
                    double rate = rate(work, result, threads);
                    String share = work.limit() == null ? ""
                            : "%.0f %%".formatted(100 * rate / limit(work, results, threads));
                    var statistics = result.getPrimaryResult().getStatistics();
                    System.out.printf(Locale.ROOT, "%-52s %7d %9.3f ms %5.1f %% %12.1f %-9s %s%n", title(result),
                            threads,
                            seconds(result) * 1e3,
                            50 * (statistics.getMax() - statistics.getMin()) / statistics.getPercentile(50), rate,
                            work.rate(), share);
                }
            }
        }
    }

    /// Limits run in every thread at once and count each one's operations; work is cut among the threads by itself.
    private static double rate(Work work, RunResult result, int threads) {
        int copies = work.method().startsWith("Limits") ? threads : 1;
        return copies * work.amount().applyAsDouble(result) / seconds(result);
    }

    private static double limit(Work work, Collection<RunResult> results, int threads) {
        RunResult limit = results.stream().filter(work.limit()).findFirst().orElseThrow();
        return rate(WORKS.stream().filter(w -> w.method().equals(name(limit))).findFirst().orElseThrow(), limit,
                threads);
    }

    private static double seconds(RunResult result) {
        double score = result.getPrimaryResult().getStatistics().getPercentile(50);
        return switch (result.getPrimaryResult().getScoreUnit()) {
            case "ns/op" -> score / 1e9;
            case "us/op" -> score / 1e6;
            case "ms/op" -> score / 1e3;
            default -> score;
        };
    }

    private static String name(RunResult result) {
        String[] parts = result.getParams().getBenchmark().split("\\.");
        return parts[parts.length - 2] + "." + parts[parts.length - 1];
    }

    private static String title(RunResult result) {
        var parameters = result.getParams();
        return name(result) + parameters.getParamsKeys().stream().map(key -> " " + key + "=" + parameters.getParam(key))
                .reduce("", String::concat);
    }

    private static double parameter(RunResult result, String key) {
        return Double.parseDouble(result.getParams().getParam(key));
    }
}
