package norma.embeddings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredTensors;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.kernel.Matrix;
import norma.nn.Linear;
import norma.nn.Param;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The folder of a [VectorModule]: config.json and, if it has parameters, model.safetensors.
///
/// @param path where it is
record ModuleFolder(Path path) {

    /// Its settings. It must stand between vectors of texts.
    JsonFields settings() throws IOException {
        JsonFields json = JsonFields.readIfThere(path.resolve("config.json"));
        for (String name : new String[] {"module_input_name", "module_output_name"}) {
            if (!json.text(name, "sentence_embedding").equals("sentence_embedding")) {
                throw json.incompatibility(name, "sentence_embedding");
            }
        }
        return json;
    }

    /// What is made of its weights.
    ///
    /// @param count how many it must have
    <T> T weights(int count, Function<StoredTensors, T> reading) throws IOException {
        Path file = path.resolve("model.safetensors");
        if (!Files.exists(file)) {
            throw new IOException(file + ": must be there; it is not; weights in pytorch_model.bin are a program that "
                    + "Python runs, save them as safetensors");
        }
        try (StoredTensors tensors = StoredTensors.open(file)) {
            T module = reading.apply(tensors);
            if (tensors.names().size() != count) {
                throw new CorruptFileException(file,
                        "must hold the %d weights that config.json asks for, and no others; got %s"
                                .formatted(count, tensors.names()));
            }
            return module;
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A linear layer without bias.
    static Linear linear(StoredTensors tensors, String name, int in, int out, LoadMode mode) {
        Shape shape = Shape.of(out, in);
        float[] values = tensors.take(name + ".weight", shape);
        return Linear.of(mode.weight(Matrix.of(Tensor.adopt(shape, values).data(), out, in)));
    }

    /// A bias or a gain.
    static Param vector(StoredTensors tensors, String name, int size) {
        return Param.noDecay(Tensor.adopt(Shape.of(size), tensors.take(name, Shape.of(size))));
    }
}
