package norma.lab.embed;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import norma.embeddings.EncoderIdentity;
import norma.embeddings.SentenceEncoder;
import norma.lab.console.Figures;
import norma.lab.console.Json;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma embed`: makes vectors of texts.
@Command(name = "embed", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Makes vectors of texts with a pretrained sentence encoder.",
        footer = {
                "%nPrints a line for each text, in order: the first numbers of its vector, or with --json an object with text and "
                        + "embedding. A blank line is a text too, so line n of the output belongs to line n of the input.",
                "%nWith --out, vectors are written to a file, which is there when it is whole. What an interrupted run has done lies "
                        + "beside it in FILE.part, and --resume goes on with it."})
public final class Embed implements Callable<Integer> {
    /// Numbers of a vector that a person is shown.
    private static final int SHOWN = 4;

    /// What was written.
    private record Written(String file, String format, long texts, int dimensions) {
        @Override
        public String toString() {
            return "%s: %s vectors of %d numbers, %s".formatted(file, Figures.number(texts), dimensions, format);
        }
    }

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts (default: the lines of standard input).")
    private List<String> arguments = List.of();

    @Option(names = "--file", paramLabel = "FILE", description = "UTF-8 file with a text a line, of any length.")
    private Path file;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the vectors to this file.")
    private Path out;

    @Option(names = "--format", paramLabel = "FORMAT",
            description = "Of --out: jsonl, csv, npy or safetensors (default: as its name ends). The last two have vectors only.")
    private VectorFormat format;

    @Option(names = "--resume", description = "Go on with what an interrupted run left of --out, if it left something.")
    private boolean resume;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (out == null && (format != null || resume)) {
            throw new IllegalArgumentException("--format and --resume are about a file; say which with --out");
        }
        VectorFormat written = out == null || format != null ? format : VectorFormat.of(out);
        Optional<Written> result;
        try (Texts texts = Texts.of(arguments, file); SentenceEncoder loaded = encoder.load()) {
            result = out == null ? print(texts, loaded) : write(texts, loaded, written);
        }
        result.ifPresent(file -> output.print(output.json() ? Json.line(file) : file.toString()));
        return 0;
    }

    private Optional<Written> print(Texts texts, SentenceEncoder loaded) throws IOException {
        PrintWriter to = output.command().commandLine().getOut();
        texts.read(portion -> {
            float[][] vectors = loaded.encode(portion);
            for (int i = 0; i < vectors.length && !to.checkError(); i++) {
                String text = portion.get(i);
                to.println(
                        output.json() ? Json.line(new VectorFormat.Line(text, vectors[i])) : shown(text, vectors[i]));
            }
            return !to.checkError(); // true when the reader has left: `norma embed ... | head`
        });
        return Optional.empty();
    }

    private Optional<Written> write(Texts texts, SentenceEncoder loaded, VectorFormat written) throws IOException {
        EncoderIdentity identity = EncoderIdentity.of(encoder.name(), loaded);
        try (var vectors = new VectorFile(out, written, identity, loaded.dimensions(), resume)) {
            long done = vectors.skip(texts);
            if (resume) {
                output.say(done == 0 ? "nothing to go on with; this run begins with the first text"
                        : "goes on behind text " + Figures.number(done));
            }
            texts.read(portion -> {
                vectors.write(portion, loaded.encode(portion));
                return true;
            });
            return Optional.of(new Written(out.toString(), written.toString(), vectors.finish(), loaded.dimensions()));
        }
    }

    private static String shown(String text, float[] vector) {
        var line = new StringBuilder("[");
        for (int i = 0; i < Math.min(SHOWN, vector.length); i++) {
            line.append(String.format(Locale.ROOT, "%9.6f, ", vector[i]));
        }
        return line.append("... ").append(vector.length).append("]  ").append(text).toString();
    }
}
