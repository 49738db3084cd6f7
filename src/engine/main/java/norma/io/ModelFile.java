package norma.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Tensor;

/// The parameters of a model in a safetensors file, buffers included, under the names that the model lists.
///
/// ```java
/// ModelFile.save(model, path);
/// ModelFile.load(model, path);
/// ```
public final class ModelFile {

    private ModelFile() {
    }

    /// Writes a model's parameters, whole or not at all.
    public static void save(Parameterized model, Path file) throws IOException {
        write(file, Map.of(), tensors(model));
    }

    /// Reads a model's parameters; nothing is changed unless the file has each of them in its shape, and no others.
    public static void load(Parameterized model, Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            read(file, stored, tensors(model), _ -> false);
        }
    }

    /// The tensors of a model's parameters by name, shared and not copied.
    public static SequencedMap<String, Tensor> tensors(Parameterized model) {
        var tensors = new LinkedHashMap<String, Tensor>();
        ParameterTree.of(model).params().forEach((name, param) -> tensors.put(name, param.value()));
        return tensors;
    }

    /// Writes tensors by name, whole or not at all.
    public static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors) throws IOException {
        var arrays = new LinkedHashMap<String, Safetensors.Array>();
        tensors.forEach((name, tensor) -> arrays.put(name, Safetensors.Array.of(tensor)));
        Safetensors.write(file, metadata, arrays);
    }

    /// Reads tensors by name; nothing is changed unless the file has each of them in its shape, and no others.
    ///
    /// @param ignored names of the file that may be left out
    public static void read(Path file, Safetensors stored, Map<String, Tensor> tensors, Predicate<String> ignored)
            throws IOException {
        List<String> unknown = stored.entries().entrySet().stream()
                .filter(entry -> !tensors.containsKey(entry.getKey()) && !ignored.test(entry.getKey()))
                .map(entry -> entry.getKey() + " " + entry.getValue()).toList();
        String others = unknown.isEmpty() ? "" : "; it has %s, which the model lacks".formatted(unknown);
        for (var wanted : tensors.entrySet()) {
            Safetensors.Entry entry = stored.entries().get(wanted.getKey());
            if (entry == null || entry.dtype() != Safetensors.Dtype.F32
                    || !Arrays.equals(entry.shape(), Safetensors.axes(wanted.getValue().shape()))) {
                throw new CorruptFileException(file,
                        "must hold %s F32%s; got %s%s".formatted(wanted.getKey(), wanted.getValue().shape(),
                                entry == null ? "nothing of that name" : entry, others));
            }
        }
        if (!unknown.isEmpty()) {
            throw new CorruptFileException(file, "must hold the model's tensors only" + others);
        }
        tensors.forEach((name, tensor) -> tensor.set(stored.floats(name)));
    }
}
