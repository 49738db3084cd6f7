package norma.lab.embed;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import norma.embeddings.SentenceEncoder;
import norma.lab.console.Json;
import norma.lab.run.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `norma embed`: makes vectors of texts.
@Command(name = "embed", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Makes vectors of texts with a pretrained sentence encoder.",
        footer = "%nPrints a line for each text, in order: the first numbers of its vector, or with --json an object with text and "
                + "embedding. A blank line is a text too, so line n of the output belongs to line n of the input.")
public final class Embed implements Callable<Integer> {
    /// Numbers of a vector that a person is shown.
    private static final int SHOWN = 4;

    private record Line(String text, float[] embedding) {
    }

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts (default: the lines of standard input).")
    private List<String> arguments = List.of();

    @Option(names = "--file", paramLabel = "FILE", description = "UTF-8 file with a text a line.")
    private Path file;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        Texts texts = texts();
        PrintWriter out = output.command().commandLine().getOut();
        try (SentenceEncoder loaded = encoder.load()) {
            texts.encode(loaded::encode, (i, vector) -> {
                String text = texts.list().get(i);
                out.println(output.json() ? Json.line(new Line(text, vector)) : shown(text, vector));
                return !out.checkError(); // false when the reader has left: `norma embed ... | head`
            });
        }
        return 0;
    }

    private Texts texts() throws IOException {
        if (file != null && !arguments.isEmpty()) {
            throw new IllegalArgumentException(
                    "texts come as arguments or from --file, not both; got %d arguments and %s"
                            .formatted(arguments.size(), file));
        }
        if (!arguments.isEmpty()) {
            return new Texts(arguments);
        }
        return file == null ? Texts.read(System.in) : Texts.read(file);
    }

    private static String shown(String text, float[] vector) {
        var line = new StringBuilder("[");
        for (int i = 0; i < Math.min(SHOWN, vector.length); i++) {
            line.append(String.format(Locale.ROOT, "%9.6f, ", vector[i]));
        }
        return line.append("... ").append(vector.length).append("]  ").append(text).toString();
    }
}
