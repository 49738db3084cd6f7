package norma.embeddings.huggingface;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import norma.tensor.Shape;

/// Weights in safetensors, as Hugging Face's libraries write them. The files are closed after the model is made.
public final class StoredWeights implements Weights, AutoCloseable {
    private final StoredTensors tensors;
    private final BertVariant variant;

    private StoredWeights(StoredTensors tensors, BertVariant variant) {
        this.tensors = tensors;
        this.variant = variant;
    }

    /// Opens a file, or those that an index names.
    public static StoredWeights open(Path path, BertVariant variant) throws IOException {
        return new StoredWeights(StoredTensors.open(path), variant);
    }

    @Override
    public float[] take(String name, Shape shape) {
        return tensors.take(stored(name).orElse(variant.name(name)), shape);
    }

    /// What the file calls a weight, if it has it: encoders that were saved with a head have a prefix, files that were made from
    /// TensorFlow's say gamma and beta.
    private Optional<String> stored(String name) {
        String plain = variant.name(name);
        String old = plain.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        return Stream.of(plain, variant.prefix() + plain, old, variant.prefix() + old).filter(tensors::has).findFirst();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
