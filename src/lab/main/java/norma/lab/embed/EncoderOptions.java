package norma.lab.embed;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import norma.embeddings.Options;
import norma.embeddings.Pooling;
import norma.embeddings.SentenceEncoder;
import norma.lab.run.DeviceOption;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of an encoder.
public final class EncoderOptions {
    /// The model whose weights come with the command, in langchain4j's jar.
    public static final String BUILT_IN = "all-minilm-l6-v2";

    /// System property: a folder with folders of models, by name. Weights in safetensors load half a second faster than those in a jar,
    /// which must be inflated.
    private static final String UNPACKED = "norma.models";

    @Option(names = "--model", paramLabel = "PATH|NAME", defaultValue = BUILT_IN,
            description = "Folder as Hugging Face has them, ONNX file beside its tokenizer.json, or name of a model that "
                    + "comes with the command (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--pooling", paramLabel = "HOW", split = ",",
            description = "mean, cls, last, max, weighted_mean or mean_sqrt_length: how the vectors of a text's tokens become one; "
                    + "with a comma between them several, one behind the other (default: as the model says).")
    private Pooling[] pooling;

    @Option(names = "--max-tokens", paramLabel = "N",
            description = "Longer texts are cut (default: as many as the model reads).")
    private int maxTokens;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with (default: all processors).")
    private Integer threads;

    @Mixin
    private DeviceOption device;

    /// Reads the model.
    SentenceEncoder load() throws IOException {
        Optional<Path> path = path();
        if (path.isPresent()) {
            return SentenceEncoder.load(path.get(), options());
        }
        if (weights(model).isEmpty()) {
            throw new FileNotFoundException(
                    "--model must be a folder, an ONNX file or the name of a model on the class path, such as %s; got %s"
                            .formatted(BUILT_IN, model));
        }
        return SentenceEncoder.load(model, options());
    }

    /// What the model is called: the last name of its path.
    String name() {
        return path().map(path -> path.toAbsolutePath().normalize().getFileName().toString()).orElse(model);
    }

    /// Where a model's weights are among the libraries.
    public static Optional<URL> weights(String name) {
        return Optional.ofNullable(ClassLoader.getSystemResource(name + ".onnx"));
    }

    private Options options() {
        Options options = team().maxTokens(maxTokens);
        return pooling == null ? options : options.pooling(pooling);
    }

    /// With the threads asked for, and nothing else.
    Options team() {
        return threads == null ? Options.DEFAULT : Options.DEFAULT.threads(threads);
    }

    /// Where the model is as files: where the user says, or where the launcher has unpacked it ([Export]).
    private Optional<Path> path() {
        try {
            return Stream.of(Path.of(model), Path.of(System.getProperty(UNPACKED, ""), model)).filter(Files::exists)
                    .findFirst();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }
}
