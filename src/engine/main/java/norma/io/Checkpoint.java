package norma.io;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Param;
import norma.optim.Optimizer;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A training run in one safetensors file: parameters under their names, the optimizer's tensors under `optimizer.`, and in
/// the metadata the model's choices, the step and the seed.
///
/// Batches and dropout are functions of seed and step, so these two numbers are the data cursor and the state of
/// everything random.
///
/// @param step steps done
/// @param seed of the run
public record Checkpoint(long step, long seed) {
    private static final String FORMAT = "norma-checkpoint/1";
    private static final String OPTIMIZER = "optimizer.";

    /// Writes the file whole or not at all; one that was there is replaced only when the new one is safe on disk.
    public void write(Path file, Gpt model, Optimizer optimizer) throws IOException {
        var arrays = new LinkedHashMap<String, Safetensors.Array>();
        tensors(model.params(), optimizer).forEach((name, tensor) -> arrays.put(name, array(tensor)));
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("format", FORMAT);
        metadata.put("step", Long.toString(step));
        metadata.put("seed", Long.toString(seed));
        metadata.put("gpt", json(model.config()).toString());
        Safetensors.write(file, metadata, arrays);
    }

    /// The model of a checkpoint, with its parameters.
    public static Gpt model(Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            Gpt model = empty(file, stored);
            read(file, stored, tensors(model.params(), null));
            return model;
        }
    }

    private static Gpt empty(Path file, Safetensors stored) throws IOException {
        GptConfig config = config(file, stored);
        requireEnough(file, stored, config);
        try {
            return Gpt.of(config, 0);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, "metadata gpt must describe a model; " + e.getMessage(), e);
        }
    }

    /// Checks, before memory is taken for it, that the file can hold the model that it describes: its matrices at least.
    private static void requireEnough(Path file, Safetensors stored, GptConfig c) throws IOException {
        double described = (double) c.vocabulary() * c.dim() + (c.rotary() ? 0.0 : (double) c.context() * c.dim())
                + c.layers() * (4.0 * c.dim() * c.dim() + 2.0 * c.dim() * c.hidden());
        long held = stored.entries().values().stream().mapToLong(Safetensors.Entry::count).sum();
        if (described > held) {
            throw new CorruptFileException(file,
                    "must hold the model that metadata gpt describes, at least %.0f numbers; got %d"
                            .formatted(described, held));
        }
    }

    /// Puts a checkpoint's numbers into a model and its optimizer; nothing is changed unless all of them fit.
    ///
    /// @param optimizer of the model's parameters
    /// @param seed of the run that goes on; batches of another one would differ
    /// @return how far the run had come
    public static Checkpoint resume(Path file, Gpt model, Optimizer optimizer, long seed) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            GptConfig config = config(file, stored);
            if (!config.equals(model.config())) {
                throw new IllegalArgumentException(
                        "%s: holds another model than this run's; it is %s and this run's is %s"
                                .formatted(file, config, model.config()));
            }
            var checkpoint = new Checkpoint(number(file, stored, "step"), number(file, stored, "seed"));
            if (checkpoint.step < 0) {
                throw new CorruptFileException(file, "metadata step must not be negative; got " + checkpoint.step);
            }
            if (checkpoint.seed != seed) {
                throw new IllegalArgumentException(
                        "%s: was trained with seed %d; this run has seed %d; batches would differ"
                                .formatted(file, checkpoint.seed, seed));
            }
            read(file, stored, tensors(model.params(), optimizer));
            optimizer.resume(checkpoint.step);
            return checkpoint;
        }
    }

    private static Map<String, Tensor> tensors(Map<String, Param> params, Optimizer optimizer) {
        var tensors = new LinkedHashMap<String, Tensor>();
        params.forEach((name, param) -> tensors.put(name, param.value()));
        if (optimizer != null) {
            optimizer.state().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
        }
        return tensors;
    }

    private static Safetensors.Array array(Tensor tensor) {
        Floats data = tensor.data();
        return new Safetensors.Array.Floats(data.array(), data.offset(), axes(tensor.shape()));
    }

    private static void read(Path file, Safetensors stored, Map<String, Tensor> tensors) throws IOException {
        for (var wanted : tensors.entrySet()) {
            Safetensors.Entry entry = stored.entries().get(wanted.getKey());
            if (entry == null || entry.dtype() != Safetensors.Dtype.F32
                    || !Arrays.equals(entry.shape(), axes(wanted.getValue().shape()))) {
                throw new CorruptFileException(file, "must hold %s F32%s; got %s".formatted(wanted.getKey(),
                        wanted.getValue().shape(), entry == null ? "nothing of that name" : entry));
            }
        }
        tensors.forEach(
                (name, tensor) -> stored.read(name, 0, tensor.data().array(), tensor.data().offset(), tensor.size()));
    }

    private static long[] axes(Shape shape) {
        return Arrays.stream(shape.toArray()).asLongStream().toArray();
    }

    private static String text(Path file, Safetensors stored, String key) throws IOException {
        String value = stored.metadata().get(key);
        if (value == null || !FORMAT.equals(stored.metadata().get("format"))) {
            throw new CorruptFileException(file, "must be a checkpoint of format %s with metadata %s; got metadata %s"
                    .formatted(FORMAT, key, stored.metadata().keySet()));
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

    private static GptConfig config(Path file, Safetensors stored) throws IOException {
        String text = text(file, stored, "gpt");
        try {
            return config(JsonParser.parseString(text).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException | IllegalArgumentException | NullPointerException e) {
            throw new CorruptFileException(file, "metadata gpt must describe a model; got " + text, e);
        }
    }

    private static JsonObject json(GptConfig c) {
        var json = new JsonObject();
        json.addProperty("vocabulary", c.vocabulary());
        json.addProperty("context", c.context());
        json.addProperty("dim", c.dim());
        json.addProperty("heads", c.heads());
        json.addProperty("layers", c.layers());
        json.addProperty("hidden", c.hidden());
        json.addProperty("activation", c.activation().name());
        json.addProperty("gated", c.gated());
        json.addProperty("norm", c.norm());
        json.addProperty("placement", c.placement());
        json.addProperty("rotary", c.rotary());
        json.addProperty("tied", c.tied());
        json.addProperty("unitEmbeddings", c.unitEmbeddings());
        json.addProperty("dropout", c.dropout());
        return json;
    }

    private static GptConfig config(JsonObject json) {
        return new GptConfig(json.get("vocabulary").getAsInt(), json.get("context").getAsInt(),
                json.get("dim").getAsInt(),
                json.get("heads").getAsInt(), json.get("layers").getAsInt(), json.get("hidden").getAsInt(),
                Activation.valueOf(json.get("activation").getAsString()), json.get("gated").getAsBoolean(),
                json.get("norm").getAsString(), json.get("placement").getAsString(), json.get("rotary").getAsBoolean(),
                json.get("tied").getAsBoolean(), json.get("unitEmbeddings").getAsBoolean(),
                json.get("dropout").getAsFloat());
    }
}
