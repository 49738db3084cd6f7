package norma.embeddings.huggingface;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import norma.io.Safetensors;
import norma.tensor.Shape;

/// Weights in a safetensors file, as Hugging Face's libraries write it. The file is closed after the model is made.
public final class StoredWeights implements Weights, AutoCloseable {
    private final Safetensors file;
    private final BertVariant variant;

    private StoredWeights(Safetensors file, BertVariant variant) {
        this.file = file;
        this.variant = variant;
    }

    /// Opens a file.
    public static StoredWeights open(Path path, BertVariant variant) throws IOException {
        return new StoredWeights(Safetensors.open(path), variant);
    }

    @Override
    public float[] take(String name, Shape shape) {
        Optional<String> stored = stored(name);
        Optional<Safetensors.Entry> entry = stored.map(file.entries()::get);
        if (entry.isEmpty() || !Arrays.equals(entry.get().shape(), Safetensors.axes(shape))) {
            throw new IllegalArgumentException("must hold %s %s; got %s".formatted(variant.name(name), shape,
                    entry.map(Object::toString).orElse("none of that name")));
        }
        // integers would be read too, but quantized weights without their scales are other weights
        if (!entry.get().dtype().isFloat()) {
            throw new IllegalArgumentException("must hold %s as floats; got %s; convert it to F32 before"
                    .formatted(variant.name(name), entry.get()));
        }
        return file.floats(stored.get());
    }

    /// What the file calls a weight, if it has it: encoders that were saved with a head have a prefix, files that were made from
    /// TensorFlow's say gamma and beta.
    private Optional<String> stored(String name) {
        String plain = variant.name(name);
        String old = plain.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        return Stream.of(plain, variant.prefix() + plain, old, variant.prefix() + old)
                .filter(file.entries()::containsKey).findFirst();
    }

    @Override
    public void close() {
        file.close();
    }
}
