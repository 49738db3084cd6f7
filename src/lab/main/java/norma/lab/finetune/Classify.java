package norma.lab.finetune;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import norma.embeddings.TrainableEncoder;
import norma.embeddings.finetuning.Classifier;
import norma.lab.console.Figures;
import norma.lab.console.Json;
import norma.lab.embed.Texts;
import norma.lab.run.DeviceOption;
import norma.lab.run.Output;
import norma.parallel.Workers;
import norma.tokenizer.Encoding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma classify`: labels of texts.
@Command(name = "classify", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Says which label texts have, by a tuned model.",
        footer = "%nPrints a line for each text, in order: the label, its probability, the text; or with --json an object with text, "
                + "label, probability and those of all labels. A blank line is a text too, so line n of the output belongs to line n "
                + "of the input.")
public final class Classify implements Callable<Integer> {
    private record Line(String text, String label, double probability, Map<String, Double> probabilities) {
    }

    @Parameters(index = "0", paramLabel = "FOLDER", description = "The tuned model: out/finetune/model.")
    private Path folder;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts (default: the lines of standard input).")
    private List<String> arguments = List.of();

    @Option(names = "--file", paramLabel = "FILE", description = "UTF-8 file with a text a line.")
    private Path file;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with (default: all processors).")
    private Integer threads;

    @Mixin
    private DeviceOption device;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = output.command().commandLine().getOut();
        try (Texts texts = Texts.of(arguments, file);
                var workers = new Workers(threads == null ? Workers.current().threads() : threads)) {
            Classifier model = Classifier.load(folder);
            texts.read(portion -> {
                workers.call(() -> lines(model, portion))
                        .forEach(line -> out.println(output.json() ? Json.line(line) : shown(line)));
                return !out.checkError(); // true when the reader has left: `norma classify ... | head`
            });
        }
        return 0;
    }

    private static List<Line> lines(Classifier model, List<String> texts) {
        var encoder = (TrainableEncoder) model.encoder();
        List<Encoding> tokens = texts.stream().map(encoder::tokens).toList();
        float[][] probabilities = model.probabilities(tokens);
        return IntStream.range(0, texts.size()).mapToObj(i -> line(texts.get(i), model.labels(), probabilities[i]))
                .toList();
    }

    private static Line line(String text, List<String> labels, float... probabilities) {
        var all = new LinkedHashMap<String, Double>();
        for (int i = 0; i < probabilities.length; i++) {
            all.put(labels.get(i), (double) probabilities[i]);
        }
        var best = all.entrySet().stream().max(Comparator.comparingDouble(Map.Entry::getValue)).orElseThrow();
        return new Line(text, best.getKey(), best.getValue(), all);
    }

    private static String shown(Line line) {
        return "%s\t%s\t%s".formatted(line.label(), Figures.number(line.probability(), 4), line.text());
    }
}
