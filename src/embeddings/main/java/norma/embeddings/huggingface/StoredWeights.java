package norma.embeddings.huggingface;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import norma.tensor.Shape;

/// Weights in safetensors, as Hugging Face's libraries write them. The files are closed after the model is made.
public final class StoredWeights implements Weights, AutoCloseable {
    private final StoredTensors tensors;
    private final Names names;

    private StoredWeights(StoredTensors tensors, Names names) {
        this.tensors = tensors;
        this.names = names;
    }

    /// Opens a file, or those that an index names.
    public static StoredWeights open(Path path, Names names) throws IOException {
        return new StoredWeights(StoredTensors.open(path), names);
    }

    @Override
    public float[] take(String name, Shape shape) {
        Names.Place place = names.place(name);
        if (place.parts() == 1) {
            return takeStored(place.name(), shape);
        }
        float[] all = takeStored(place.name(), shape.with(0, place.parts() * shape.dim(0)));
        return Arrays.copyOfRange(all, place.part() * shape.size(), (place.part() + 1) * shape.size());
    }

    /// The same by the name in the file, with or without a prefix.
    public float[] takeStored(String name, Shape shape) {
        return tensors.take(find(name).orElse(name), shape);
    }

    /// What the file calls a weight, if it has it: encoders that were saved with a head have a prefix, files that were made from
    /// TensorFlow's say gamma and beta.
    private Optional<String> find(String name) {
        String old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        return Stream.of(name, old)
                .flatMap(each -> Stream.concat(Stream.of(each), names.prefixes().stream().map(prefix -> prefix + each)))
                .filter(tensors::has).findFirst();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
