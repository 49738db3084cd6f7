package norma.lab.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import norma.embeddings.CrossEncoder;
import norma.embeddings.Options;
import norma.lab.console.Figures;
import norma.lab.console.Table;
import norma.lab.run.DeviceOption;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma rerank`: orders passages by how well they answer a query.
@Command(name = "rerank", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Orders passages by how well they answer a query.",
        footer = "%nA cross encoder reads the query together with each passage. Blank lines are left out. Passages that answer equally well keep their order. A score is the model's logit: the "
                + "larger the better. With --json, each passage is an object with line, score and text.")
public final class Rerank implements Callable<Integer> {

    /// @param line its number, from 1 on
    private record Ranked(long line, double score, String text) {
    }

    @Parameters(paramLabel = "QUERY", description = "What the passages shall answer.")
    private String query;

    @Option(names = "--file", paramLabel = "FILE",
            description = "UTF-8 file with a passage a line (default: standard input).")
    private Path file;

    @Option(names = "-k", paramLabel = "K", description = "How many passages to print (default: all).")
    private int k = Integer.MAX_VALUE;

    @Option(names = "--model", paramLabel = "FOLDER", required = true,
            description = "Folder as Hugging Face has them, with a classification head: ms-marco-MiniLM-L-6-v2, for example.")
    private Path model;

    @Option(names = "--max-tokens", paramLabel = "N",
            description = "Query and passage are cut to so many together (default: as many as the model reads).")
    private int maxTokens;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with (default: all processors).")
    private Integer threads;

    @Mixin
    private DeviceOption device;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        var best = new Best<Ranked>(k);
        Options options = Options.DEFAULT.maxTokens(maxTokens);
        try (Texts texts = Texts.lines(file);
                CrossEncoder loaded = CrossEncoder.load(model, threads == null ? options : options.threads(threads))) {
            texts.readLines(lines -> rank(lines, loaded, best));
        }
        List<Ranked> ranked = best.values();
        var table = new Table(">score", ">line", "text");
        ranked.forEach(p -> table.row(Figures.number(p.score, 4), Figures.number(p.line), p.text));
        output.print(ranked, table);
        return 0;
    }

    private void rank(List<Texts.Line> lines, CrossEncoder loaded, Best<Ranked> best) {
        float[] scores = loaded.scores(query, lines.stream().map(Texts.Line::text).toList());
        for (int i = 0; i < scores.length; i++) {
            best.add(scores[i], new Ranked(lines.get(i).number(), scores[i], lines.get(i).text()));
        }
    }
}
