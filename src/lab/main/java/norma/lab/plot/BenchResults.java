package norma.lab.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The tables of `norma bench`, in the Markdown that it writes.
final class BenchResults {
    /// A row's workload, shape, threads and kernels, and its cells.
    private final Map<List<String>, List<String>> rows = new LinkedHashMap<>();

    static BenchResults read(Path file) throws IOException {
        var results = new BenchResults();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.replaceAll("^\\| ?| ?\\|$", "").split(" ?\\| ?", -1);
            if (line.startsWith("| `") && cells.length == 10) {
                String workload = cells[0].replace("`", "");
                results.rows.put(List.of(workload, cells[1], cells[2], cells[3]), List.of(cells));
            }
        }
        if (results.rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "plots: --results must be a results.md of `norma bench`; %s has no such table".formatted(file));
        }
        return results;
    }

    /// What an engine took, as it stands there: `944 ms`.
    String time(String workload, String shape, int threads, String engine) {
        return row(workload, shape, threads, engine).map(cells -> cells.get(4)).orElseThrow(
                () -> new IllegalArgumentException("plots: the results must have %s, %s, %d threads, %s; they have not"
                        .formatted(workload, shape, threads, engine)));
    }

    /// How many times as long as ours another engine took, if it was measured.
    Optional<Double> ratio(String workload, String shape, int threads, String engine) {
        return row(workload, shape, threads, engine).map(cells -> Double.valueOf(cells.get(9).replace(" x", "")));
    }

    private Optional<List<String>> row(String workload, String shape, int threads, String engine) {
        return Optional.ofNullable(rows.get(List.of(workload, shape, String.valueOf(threads), engine)));
    }
}
