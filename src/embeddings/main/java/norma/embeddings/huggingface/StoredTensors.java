package norma.embeddings.huggingface;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import norma.io.Safetensors;
import norma.json.JsonFields;
import norma.tensor.Shape;

/// Tensors in a safetensors file, or in several: then a file `...index.json` says which tensor stands in which, as in
/// `{"weight_map": {"embeddings.LayerNorm.bias": "model-00001-of-00002.safetensors"}}`.
public final class StoredTensors implements AutoCloseable {
    private final Collection<Safetensors> files;
    private final Map<String, Safetensors> places;

    private StoredTensors(Collection<Safetensors> files, Map<String, Safetensors> places) {
        this.files = files;
        this.places = places;
    }

    /// Opens a file, or those that an index names, all of which must be there.
    public static StoredTensors open(Path path) throws IOException {
        var files = new LinkedHashMap<Path, Safetensors>();
        var places = new HashMap<String, Safetensors>();
        try {
            if (path.toString().endsWith(".json")) {
                JsonFields map = JsonFields.read(path).part("weight_map");
                for (String tensor : map.values().keySet()) {
                    places.put(tensor, shard(map, tensor, files));
                }
            } else {
                Safetensors file = Safetensors.open(path);
                files.put(path, file);
                file.entries().keySet().forEach(tensor -> places.put(tensor, file));
            }
        } catch (Throwable e) {
            files.values().forEach(Safetensors::close);
            throw e;
        }
        return new StoredTensors(files.values(), places);
    }

    /// The file that an index names for a tensor.
    private static Safetensors shard(JsonFields map, String tensor, Map<Path, Safetensors> open) throws IOException {
        Path path = inside(map, tensor);
        Safetensors file = open.get(path);
        if (file == null) {
            file = Safetensors.open(path);
            open.put(path, file);
        }
        if (!file.entries().containsKey(tensor)) {
            throw map.incompatibility(tensor, "the file that holds it; %s does not".formatted(path.getFileName()));
        }
        return file;
    }

    private static Path inside(JsonFields map, String tensor) throws IOException {
        try {
            Path folder = map.file().toAbsolutePath().normalize().getParent();
            Path path = folder.resolve(map.text(tensor)).normalize();
            if (path.startsWith(folder) && Files.isRegularFile(path)) {
                return map.file().resolveSibling(folder.relativize(path));
            }
        } catch (InvalidPathException _) {
            // refused below
        }
        throw map.incompatibility(tensor, "a file in the index's folder; is it not downloaded?");
    }

    /// The names of all tensors.
    public Set<String> names() {
        return places.keySet();
    }

    /// Whether there is a tensor of that name.
    public boolean has(String name) {
        return places.containsKey(name);
    }

    /// The numbers of a tensor.
    ///
    /// @throws IllegalArgumentException if there is none of that name and shape
    public float[] take(String name, Shape shape) {
        if (!has(name)) {
            throw new IllegalArgumentException("must hold %s %s; got none of that name".formatted(name, shape));
        }
        Safetensors file = places.get(name);
        Safetensors.Entry entry = file.entries().get(name);
        if (!Arrays.equals(entry.shape(), Safetensors.axes(shape))) {
            throw new IllegalArgumentException("must hold %s %s; got %s".formatted(name, shape, entry));
        }
        // integers would be read too, but quantized weights without their scales are other weights
        if (!entry.dtype().isFloat()) {
            throw new IllegalArgumentException(
                    "must hold %s as floats; got %s; convert it to F32 before".formatted(name, entry));
        }
        return file.floats(name);
    }

    @Override
    public void close() {
        files.forEach(Safetensors::close);
    }
}
