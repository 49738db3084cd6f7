package norma.lab.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import norma.embeddings.CrossEncoder;
import norma.embeddings.Metric;
import norma.embeddings.SentenceEncoder;
import norma.embeddings.TextIndex;
import norma.embeddings.Vectors;
import norma.lab.console.Figures;
import norma.lab.console.Json;
import norma.lab.console.Table;
import norma.lab.run.Footprint;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma similar`: finds the texts that are nearest to a query, among the lines of a file or in an index.
@Command(name = "similar", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Finds the texts whose meaning is nearest to a query.",
        footer = {
                "%nBlank lines are left out. Texts that are equally near keep their order. With --json, each text found is an "
                        + "object with line, cosine and text.",
                "%n  norma similar --index notes.index --file notes.txt   makes an index",
                "  norma similar \"a query\" --index notes.index          searches it, without the file",
                "%nIn an index, line is the text's number among those that were added, blank lines not counted."})
public final class Similar implements Callable<Integer> {

    /// A text that was found.
    ///
    /// @param line its number, from 1 on
    private record Hit(long line, double cosine, String text) {
    }

    /// What a cross encoder says of a hit.
    private record Ranked(long line, double score, double cosine, String text) {
    }

    /// An index that was made.
    private record Indexed(String index, long added, long texts) {
        @Override
        public String toString() {
            return "%s: added %s texts; %s are there".formatted(index, Figures.number(added), Figures.number(texts));
        }
    }

    @Parameters(arity = "0..1", paramLabel = "QUERY", description = "What to look for.")
    private String query;

    @Option(names = "--file", paramLabel = "FILE",
            description = "UTF-8 file with a text a line (default: standard input).")
    private Path file;

    @Option(names = "--index", paramLabel = "DIR",
            description = "Folder with an index of texts: to be searched if there is a QUERY, else to be made.")
    private Path folder;

    @Option(names = "--add", description = "Add the texts to an --index that is there.")
    private boolean add;

    @Option(names = "-k", paramLabel = "K", defaultValue = "5",
            description = "How many texts to find (default: ${DEFAULT-VALUE}).")
    private int k;

    @Option(names = "--rerank", paramLabel = "FOLDER",
            description = "Order the nearest texts again with this cross encoder.")
    private Path reranker;

    @Option(names = "--candidates", paramLabel = "N", defaultValue = "100",
            description = "How many texts --rerank reads (default: ${DEFAULT-VALUE}).")
    private int candidates;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (query == null && folder == null) {
            throw new IllegalArgumentException("there must be a QUERY to look for, or an --index to make");
        }
        if (query != null && folder != null && (file != null || add)) {
            throw new IllegalArgumentException(
                    "an --index is made or searched, one after the other; leave out the QUERY, or --file and --add");
        }
        if (k < 1 || candidates < 1) {
            throw new IllegalArgumentException(
                    "-k and --candidates must be at least 1; got %d and %d".formatted(k, candidates));
        }
        try (SentenceEncoder loaded = encoder.load()) {
            if (query == null) {
                Indexed made = index(loaded);
                output.print(output.json() ? Json.line(made) : made.toString());
            } else {
                print(folder == null ? compare(loaded) : search(loaded));
            }
        }
        return 0;
    }

    private Indexed index(SentenceEncoder loaded) throws IOException {
        try (Texts texts = Texts.lines(file)) {
            TextIndex index = TextIndex.isIn(folder) ? TextIndex.open(folder, encoder.name(), loaded)
                    : TextIndex.create(folder, Metric.COSINE, encoder.name(), loaded);
            if (index.size() > 0 && !add) {
                throw new IllegalArgumentException("--index %s has %s texts already; --add adds to them"
                        .formatted(folder, Figures.number(index.size())));
            }
            Spliterator<String> all = Spliterators.spliteratorUnknownSize(texts, Spliterator.ORDERED);
            long added = index.add(StreamSupport.stream(all, false).filter(text -> !text.isBlank()).iterator());
            return new Indexed(folder.toString(), added, index.size());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// How many texts must be found.
    private int wanted() {
        return reranker == null ? k : Math.max(k, candidates);
    }

    private List<Hit> search(SentenceEncoder loaded) throws IOException {
        TextIndex index = TextIndex.open(folder, encoder.name(), loaded);
        long begin = System.nanoTime();
        List<Hit> hits = index.nearest(query, wanted()).stream()
                .map(hit -> new Hit(hit.number() + 1, hit.value(), hit.text())).toList();
        output.say("%s texts, %s of vectors, compared in %s s".formatted(Figures.number(index.size()),
                Footprint.text(index.size() * loaded.dimensions() * Float.BYTES),
                Figures.number((System.nanoTime() - begin) / 1e9, 2)));
        return hits;
    }

    private List<Hit> compare(SentenceEncoder loaded) throws IOException {
        var best = new Best<Hit>(wanted());
        float[] wanted = loaded.encodeQuery(query);
        try (Texts texts = Texts.lines(file)) {
            texts.readLines(lines -> {
                float[][] vectors = loaded.encodePassages(lines.stream().map(Texts.Line::text).toList());
                for (int i = 0; i < vectors.length; i++) {
                    double cosine = Vectors.cosine(wanted, vectors[i]);
                    best.add(cosine, new Hit(lines.get(i).number(), cosine, lines.get(i).text()));
                }
            });
        }
        return best.values();
    }

    private void print(List<Hit> hits) throws IOException {
        if (reranker == null) {
            var table = new Table(">cosine", ">line", "text");
            hits.forEach(hit -> table.row(Figures.number(hit.cosine, 4), Figures.number(hit.line), hit.text));
            output.print(hits, table);
        } else {
            List<Ranked> ranked = rerank(hits);
            var table = new Table(">score", ">cosine", ">line", "text");
            ranked.forEach(hit -> table.row(Figures.number(hit.score, 4), Figures.number(hit.cosine, 4),
                    Figures.number(hit.line), hit.text));
            output.print(ranked, table);
        }
    }

    private List<Ranked> rerank(List<Hit> hits) throws IOException {
        var best = new Best<Ranked>(k);
        try (CrossEncoder loaded = CrossEncoder.load(reranker, encoder.team())) {
            float[] scores = loaded.scores(query, hits.stream().map(Hit::text).toList());
            for (int i = 0; i < scores.length; i++) {
                Hit hit = hits.get(i);
                best.add(scores[i], new Ranked(hit.line, scores[i], hit.cosine, hit.text));
            }
        }
        return best.values();
    }
}
