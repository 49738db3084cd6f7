package norma.lab.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import norma.embeddings.SentenceEncoder;
import norma.embeddings.Vectors;
import norma.lab.console.Figures;
import norma.lab.console.Json;
import norma.lab.console.Table;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma similar`: finds the lines of a file that are nearest to a query.
@Command(name = "similar", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Finds the lines of a file whose meaning is nearest to a query.",
        footer = "%nBlank lines are left out. Lines that are equally near keep their order. With --json, each line found is an "
                + "object with line, cosine and text.")
public final class Similar implements Callable<Integer> {

    /// @param line its number, from 1 on
    private record Hit(int line, double cosine, String text) {
    }

    @Parameters(paramLabel = "QUERY", description = "What to look for.")
    private String query;

    @Option(names = "--file", paramLabel = "FILE",
            description = "UTF-8 file with a text a line (default: standard input).")
    private Path file;

    @Option(names = "-k", paramLabel = "K", defaultValue = "5",
            description = "How many lines to find (default: ${DEFAULT-VALUE}).")
    private int k;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (k < 1) {
            throw new IllegalArgumentException("-k must be at least 1; got " + k);
        }
        List<String> lines = (file == null ? Texts.read(System.in) : Texts.read(file)).list();
        List<Hit> hits = nearest(lines);
        if (output.json()) {
            hits.forEach(hit -> output.print(Json.line(hit)));
        } else {
            output.print(table(hits));
        }
        return 0;
    }

    private List<Hit> nearest(List<String> lines) throws IOException {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                places.add(i);
            }
        }
        var hits = new ArrayList<Hit>();
        try (SentenceEncoder loaded = encoder.load()) {
            float[] wanted = loaded.encodeQuery(query);
            new Texts(places.stream().map(lines::get).toList()).encode(loaded::encodePassages, (i, vector) -> hits
                    .add(new Hit(places.get(i) + 1, Vectors.cosine(wanted, vector), lines.get(places.get(i)))));
        }
        hits.sort(Comparator.comparingDouble(Hit::cosine).reversed());
        return hits.subList(0, Math.min(k, hits.size()));
    }

    private static String table(List<Hit> hits) {
        var table = new Table(">cosine", ">line", "text");
        hits.forEach(hit -> table.row(Figures.number(hit.cosine(), 4), Figures.number(hit.line()), hit.text()));
        return table.toString().stripTrailing();
    }
}
