package norma.embeddings.huggingface;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import norma.io.Safetensors;
import norma.tensor.Shape;

/// Weights in a safetensors file, as Hugging Face's libraries write it. The file is closed after the model is made.
public final class StoredWeights implements Weights, AutoCloseable {
    private final Safetensors file;
    private final BertVariant family;

    private StoredWeights(Safetensors file, BertVariant family) {
        this.file = file;
        this.family = family;
    }

    /// Opens a file.
    public static StoredWeights open(Path path, BertVariant family) throws IOException {
        return new StoredWeights(Safetensors.open(path), family);
    }

    @Override
    public boolean has(String name) {
        return stored(name) != null;
    }

    @Override
    public float[] take(String name, Shape shape) {
        String stored = stored(name);
        Safetensors.Entry entry = stored == null ? null : file.entries().get(stored);
        if (entry == null || !Arrays.equals(entry.shape(), Safetensors.axes(shape))) {
            throw new IllegalArgumentException("must hold %s %s; got %s".formatted(family.name(name), shape,
                    entry == null ? "none of that name" : entry));
        }
        return file.floats(stored);
    }

    /// What the file calls a weight: encoders that were saved with a head have a prefix, files that were made from TensorFlow's
    /// say gamma and beta.
    private String stored(String name) {
        String plain = family.name(name);
        String old = plain.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        return List.of(plain, family.prefix() + plain, old, family.prefix() + old).stream()
                .filter(file.entries()::containsKey).findFirst().orElse(null);
    }

    @Override
    public void close() {
        file.close();
    }
}
