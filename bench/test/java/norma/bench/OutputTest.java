package norma.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.lab.console.Json;
import norma.tornado.Tornado;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people and machines read, on figures that were not measured.
class OutputTest {
    private static final Roofline ROOF =
            Roofline.of(2, 200e9, List.of(new Roofline.Bandwidth(1 << 20, 80e9, 90e9, 70e9)));
    private static final Workload MATMUL = Workloads.of("matmul", "1024x1024x1024 NN");
    private static final Workload CLIP = Workloads.of("clip", "10M");
    private static final Row OURS = Row.of(MATMUL, 2, "simd512", new Timing(0.012, 0.01), ROOF, 1200L, null);
    private static final Row CLIP_ROW = Row.of(CLIP, 2, "simd512", new Timing(0.001, 0.02), ROOF, 0L, null);

    private static final String TORCH = """
            [{"workload": "matmul", "shape": "1024x1024x1024 NN", "threads": 2, "kernels": "torch best", "medianSeconds": 0.018,
              "spread": 0.005, "setting": "MKL preload, eager"},
             {"workload": "matmul", "shape": "1024x1024x1024 NN", "threads": 1, "kernels": "torch best", "medianSeconds": 1,
              "spread": 0}]""";

    private static Results results(Path folder) throws IOException {
        var rows = new ArrayList<>(List.of(CLIP_ROW, OURS));
        Path file = Files.writeString(folder.resolve("torch.json"), TORCH);
        var measured = new Case(MATMUL, new Variant("simd512", 2, List.of()));
        Torch.read(file).stream().filter(entry -> entry.isOf(measured)).map(entry -> entry.row(MATMUL, ROOF))
                .forEach(rows::add);
        return Results.of(5, List.of(ROOF), rows);
    }

    @Test
    void rowsHaveExactlyTheFieldsThatMachinesKnow() {
        JsonObject row = JsonParser.parseString(Json.line(OURS)).getAsJsonObject();
        assertEquals(List.of("workload", "shape", "threads", "kernels", "medianSeconds", "spread", "gbs", "gflops",
                "shareOfLimit", "allocatedBytes", "residentBytes"), List.copyOf(row.keySet()));
        assertEquals(1200, row.get("allocatedBytes").getAsLong());
    }

    @Test
    void pyTorchStandsBehindOursWithItsRatio(@TempDir Path folder) throws IOException {
        Results results = results(folder);
        assertEquals(List.of("simd512", "torch best", "simd512"), results.rows().stream().map(Row::kernels).toList());
        assertEquals(1.5, results.againstOurs(results.rows().get(1)), 1e-12);
        assertTrue(Double.isNaN(results.againstOurs(results.rows().getFirst())));
        assertTrue(JsonParser.parseString(Json.line(results.rows().get(1))).getAsJsonObject().get("allocatedBytes")
                .isJsonNull());
    }

    @Test
    void aFileOfSomethingElseIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"a\": 1}");
        assertThrows(IllegalArgumentException.class, () -> Torch.read(file));
    }

    @Test
    void theTableFitsATerminal(@TempDir Path folder) throws IOException {
        String table = ResultFormatter.table(results(folder));
        assertTrue(table.contains("matmul, 2 threads"), table);
        assertTrue(table.contains("1.50 x"), table);
        assertTrue(table.lines().allMatch(line -> line.length() <= 120), table);
    }

    @Test
    void aDeviceStandsBesideTheProcessorAndItsOwnLimits() {
        var device = new Tornado.Device("tornado:0", "A Fast One", "GPU", "OPENCL", "A Driver", 16L << 30, 4L << 30);
        var roof = new Roofline(device, 2, 10e12, 50e-6, List.of(new Roofline.Bandwidth(1 << 30, 800e9, 790e9, 780e9)));
        Row row = Row.of(MATMUL, 2, "tornado:0", new Timing(0.001, 0.01), roof, 0L, null);
        assertEquals(MATMUL.flops() / 10e12 / 0.001, row.shareOfLimit(), 1e-12);

        Results results = Results.of(1, List.of(ROOF, roof), List.of(OURS, row));
        assertEquals(0.001 / 0.012, results.againstOurs(row), 1e-12);
        assertEquals(List.of(1L << 20, 1L << 30), results.workingSets());
        String table = ResultFormatter.table(results);
        assertTrue(table.matches("(?s).*tornado:0 +1.00 ms .* 2147 GFLOP/s +21 % .*"), table);
        assertTrue(table.matches("(?s).*tornado:0: copy, GB/s +10000 GFLOP/s +800\\n.*launch 50.0 us .*"), table);
        String page = ResultFormatter.markdown(results);
        for (String part : List.of("- Device: tornado:0, A Fast One, OPENCL", "| tornado:0 | copy, GB/s |  | 800 |",
                "FMA peak with tornado:0: 10000 GFLOP/s, launch 50.0 us.")) {
            assertTrue(page.contains(part), page);
        }
        String html = Report.html(results);
        assertTrue(html.contains("<dt>Device<dd>tornado:0, A Fast One, OPENCL"), html);
        assertTrue(html.contains("<dt>tornado:0<dd>FMA peak 10000 GFLOP/s, launch 50.0 us"), html);
    }

    @Test
    void markdownNamesTheMachine(@TempDir Path folder) throws IOException {
        String page = ResultFormatter.markdown(results(folder));
        for (String part : List.of("Processor", "Java", "Flags", "Date", "FMA peak with 2 threads: 200 GFLOP/s",
                "| `clip` | 10M | 2 |")) {
            assertTrue(page.contains(part), part);
        }
    }

    @Test
    void thePageNeedsNothingElse(@TempDir Path folder) throws IOException {
        String page = Report.html(results(folder));
        assertFalse(page.contains("{{"), "a part is missing");
        assertFalse(page.contains("src=\"http") || page.contains("href=\"http"), "loads something");
        assertTrue(page.contains("<td>1024x1024x1024 NN<td>simd512"), "the table is there without a script");
        assertTrue(page.contains("id=\"results\""));
    }

    @Test
    void badInputIsOneLineAndCode2() {
        assertBad("did you mean gpt_step?", "--only", "gpt_stp");
        assertBad("--threads must be at least 1; got 0", "--threads", "0");
        assertBad("nowhere.json: there is no such file", "--torch", "nowhere.json", "--only", "clip");
        assertBad("Unknown option", "--nonsense");
        assertBad("Tornado: TornadoVM is not in this process", "--device", "tornado", "--only", "clip");
    }

    private static void assertBad(String message, String... args) {
        var err = new StringWriter();
        assertEquals(2, Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args));
        assertTrue(err.toString().contains(message), err.toString());
        assertEquals(1, err.toString().strip().lines().count());
    }
}
