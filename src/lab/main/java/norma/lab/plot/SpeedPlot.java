package norma.lab.plot;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Other engines' times beside Norma's, for what users do: a picture and a table, both from the published results of the bench.
final class SpeedPlot {
    private static final String OURS = "simd512";

    /// What the bench calls them, and what they are called here.
    private static final Map<String, String> ENGINES = Map.of("torch as installed", "PyTorch", "torch best",
            "PyTorch, tuned", "onnxruntime", "ONNX Runtime", "djl as installed", "DJL");
    private static final List<String> ORDER =
            List.of("torch as installed", "torch best", "onnxruntime", "djl as installed");

    /// One line of the picture.
    private record Work(String name, String workload, String shape, int threads) {
    }

    private static final List<Work> WORKS = List.of(
            new Work("Sentence encoder, 32 texts of 128 tokens", "encoder_fwd", "B 32, T 128", 2),
            new Work("Sentence encoder, one text of 128 tokens", "encoder_fwd", "B 1, T 128", 2),
            new Work("The same on one thread", "encoder_fwd", "B 1, T 128", 1),
            new Work("GPT, a training step", "gpt_step", "B 8, T 256, D 384, 6 layers, V 4096", 2),
            new Work("Causal attention, with gradients", "attention_fwd_bwd", "B 8, H 12, T 512, D 64, causal", 2),
            new Work("Convolution 3 x 3, with gradients, one thread", "conv2d_fwd_bwd",
                    "64x64x32x32, 64 of 3x3, padding 1", 1),
            new Work("Matrix product, 1024 x 1024", "matmul", "1024x1024x1024 NN", 2),
            new Work("One row times a matrix", "matmul", "1x768x3072 NT", 2),
            new Work("Softmax, with gradients", "softmax_fwd_bwd", "4096x1024", 2),
            new Work("Layer norm, with gradients, one thread", "layer_norm_fwd_bwd", "4096x1024", 1),
            new Work("AdamW, 10 million parameters", "adamw", "10M", 2),
            new Work("Fourier transform of 4096 planes", "fft2", "64x64x32x32", 2));

    private final BenchResults results;

    SpeedPlot(BenchResults results) {
        this.results = results;
    }

    /// Each engine a marker, each workload a row, from the top.
    Figure figure(Palette palette) {
        List<String> labels = WORKS.stream().map(work -> work.name + ", " + time(work)).toList();
        var figure =
                new Figure("Time that others take, Norma = 1", "left: faster than Norma; right: slower", "", palette)
                        .rows(labels, -3, 5)
                        .describedBy(table());
        for (String engine : ORDER) {
            int[] measured = IntStream.range(0, WORKS.size()).filter(i -> ratio(WORKS.get(i), engine).isPresent())
                    .toArray();
            figure.markers(ENGINES.get(engine),
                    IntStream.of(measured).mapToDouble(i -> ratio(WORKS.get(i), engine).orElseThrow()).toArray(),
                    IntStream.of(measured).mapToDouble(i -> WORKS.size() - i).toArray());
        }
        return figure.reference("Norma", new double[] {1, 1}, new double[] {0, WORKS.size() + 1});
    }

    /// The picture's numbers in Markdown.
    String table() {
        String head = "| time / Norma's | Norma | %s |\n|---|---:|%s\n".formatted(
                ORDER.stream().map(ENGINES::get).collect(Collectors.joining(" | ")), "---:|".repeat(ORDER.size()));
        return head + WORKS.stream().map(this::row).collect(Collectors.joining("\n"));
    }

    private String row(Work work) {
        return "| %s | %s | %s |".formatted(work.name, time(work), ORDER.stream()
                .map(engine -> ratio(work, engine).map(x -> String.format(Locale.ROOT, "%.2f", x)).orElse(""))
                .collect(Collectors.joining(" | ")));
    }

    private String time(Work work) {
        return results.time(work.workload, work.shape, work.threads, OURS);
    }

    private Optional<Double> ratio(Work work, String engine) {
        return results.ratio(work.workload, work.shape, work.threads, engine);
    }
}
