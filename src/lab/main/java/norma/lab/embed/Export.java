package norma.lab.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import norma.embeddings.TrainableEncoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a model that comes with the command as a folder, whose weights can be read as they are. The launcher does it once, after building.
@Command(name = "export", mixinStandardHelpOptions = true, hidden = true,
        header = "Writes a model as a folder as Hugging Face has them, which Python reads too.")
public final class Export implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Where to; is made if it is not there.")
    private Path folder;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = EncoderOptions.BUILT_IN,
            description = "One of those that come with the command (default: ${DEFAULT-VALUE}).")
    private String model;

    @Override
    public Integer call() throws IOException {
        TrainableEncoder encoder = TrainableEncoder.load(model);
        Files.createDirectories(folder);
        encoder.save(folder);
        return 0;
    }
}
