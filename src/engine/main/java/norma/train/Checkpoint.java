package norma.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import norma.io.CorruptFileException;
import norma.io.ModelFile;
import norma.io.Safetensors;
import norma.nn.Parameterized;
import norma.optim.Optimizer;
import norma.tensor.Tensor;

/// A training run in one safetensors file: parameters under their names, the optimizer's tensors under `optimizer.`, and in
/// the metadata the step, the seed and a description of the model.
///
/// Batches and dropout are functions of seed and step, so these two numbers are the data cursor and the state of
/// everything random.
///
/// @param step steps done
/// @param seed of the run
/// @param description of the model's choices; a run goes on only where it is the same
public record Checkpoint(long step, long seed, String description) {
    /// How the names of the optimizer's tensors begin.
    public static final String OPTIMIZER = "optimizer.";

    private static final String FORMAT = "norma-checkpoint/1";

    /// Writes the file whole or not at all; one that was there is replaced only when the new one is safe on disk.
    ///
    /// @param model its parameters are written, buffers included
    public void write(Path file, Parameterized model, Optimizer optimizer) throws IOException {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("format", FORMAT);
        metadata.put("step", Long.toString(step));
        metadata.put("seed", Long.toString(seed));
        metadata.put("model", description);
        ModelFile.write(file, metadata, tensors(model, optimizer));
    }

    /// What a checkpoint says of its run.
    public static Checkpoint of(Path file, Safetensors stored) throws IOException {
        if (!FORMAT.equals(stored.metadata().get("format"))) {
            throw new CorruptFileException(file, "must be a checkpoint of format %s; got metadata %s".formatted(FORMAT,
                    stored.metadata().keySet()));
        }
        // files of the time when every model was a Gpt have its description under "gpt"
        String model = stored.metadata().containsKey("gpt") ? "gpt" : "model";
        var checkpoint = new Checkpoint(number(file, stored, "step"), number(file, stored, "seed"),
                text(file, stored, model));
        if (checkpoint.step < 0) {
            throw new CorruptFileException(file, "metadata step must not be negative; got " + checkpoint.step);
        }
        return checkpoint;
    }

    /// Goes on with the run of a model without a description.
    public static Checkpoint resume(Path file, Parameterized model, Optimizer optimizer, long seed) throws IOException {
        return resume(file, model, optimizer, seed, "");
    }

    /// Puts a checkpoint's numbers into a model and its optimizer; nothing is changed unless all of them fit and the file has
    /// no others.
    ///
    /// @param optimizer of the model's parameters
    /// @param seed of the run that goes on; batches of another one would differ
    /// @param description of the model
    /// @return how far the run had come
    public static Checkpoint resume(Path file, Parameterized model, Optimizer optimizer, long seed, String description)
            throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            Checkpoint checkpoint = of(file, stored);
            if (!checkpoint.description.equals(description)) {
                throw new IllegalArgumentException(
                        "%s: holds another model than this run's; it is %s and this run's is %s"
                                .formatted(file, described(checkpoint.description), described(description)));
            }
            if (checkpoint.seed != seed) {
                throw new IllegalArgumentException(
                        "%s: was trained with seed %d; this run has seed %d; batches would differ"
                                .formatted(file, checkpoint.seed, seed));
            }
            ModelFile.read(file, stored, tensors(model, optimizer), _ -> false);
            optimizer.resume(checkpoint.step);
            return checkpoint;
        }
    }

    private static String described(String description) {
        return description.isEmpty() ? "one without a description" : description;
    }

    private static SequencedMap<String, Tensor> tensors(Parameterized model, Optimizer optimizer) {
        SequencedMap<String, Tensor> tensors = ModelFile.tensors(model);
        optimizer.state().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
        return tensors;
    }

    private static String text(Path file, Safetensors stored, String key) throws IOException {
        String value = stored.metadata().get(key);
        if (value == null) {
            throw new CorruptFileException(file,
                    "must have metadata %s; got %s".formatted(key, stored.metadata().keySet()));
        }
        return value;
    }

    private static long number(Path file, Safetensors stored, String key) throws IOException {
        String value = text(file, stored, key);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new CorruptFileException(file, "metadata %s must be a whole number; got %s".formatted(key, value), e);
        }
    }
}
