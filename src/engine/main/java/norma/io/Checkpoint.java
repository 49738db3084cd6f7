package norma.io;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import norma.data.CorruptFileException;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.model.FeedForward;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.model.TransformerConfig;
import norma.nn.Param;
import norma.nn.Rotary;
import norma.optim.Optimizer;
import norma.placement.Placements;
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
        boolean rotary = c.transformer().rotary().isPresent();
        double described = (double) c.vocabulary() * c.dim() + (rotary ? 0.0 : (double) c.context() * c.dim())
                + c.transformer().layers() * (4.0 * c.dim() * c.dim() + 2.0 * c.dim() * c.hidden());
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
                                .formatted(file, json(config), json(model.config())));
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
        TransformerConfig t = c.transformer();
        var json = new JsonObject();
        json.addProperty("vocabulary", c.vocabulary());
        json.addProperty("context", c.context());
        json.addProperty("dim", t.dim());
        json.addProperty("heads", t.heads());
        json.addProperty("layers", t.layers());
        json.addProperty("hidden", t.feedForward().hidden());
        json.addProperty("activation", t.feedForward().activation().name());
        json.addProperty("gated", t.feedForward().gated());
        json.addProperty("norm", named(t.norm().text(), "norm"));
        json.addProperty("placement", named(Placements.nameOf(t.placement()), "placement"));
        json.addProperty("rotary", t.rotary().isPresent());
        t.rotary().ifPresent(rotary -> json.addProperty("rotaryBase", rotary.base()));
        json.addProperty("tied", c.tied());
        json.addProperty("unitEmbeddings", c.unitEmbeddings());
        json.addProperty("dropout", t.dropout());
        return json;
    }

    private static String named(Optional<String> name, String what) {
        return name.orElseThrow(() -> new IllegalArgumentException(
                "Checkpoint: the %s must be of the catalogue, or nobody can build the model again; this one has no name"
                        .formatted(what)));
    }

    private static GptConfig config(JsonObject json) {
        var feedForward = new FeedForward(json.get("hidden").getAsInt(),
                Activation.valueOf(json.get("activation").getAsString()), json.get("gated").getAsBoolean());
        var placement = Placements.named(json.get("placement").getAsString());
        GptConfig config = GptConfig.of(json.get("vocabulary").getAsInt(), json.get("context").getAsInt(),
                json.get("dim").getAsInt(), json.get("heads").getAsInt(), json.get("layers").getAsInt())
                .with(feedForward).with(placement.norm(json.get("norm").getAsString()), placement.placement())
                .withDropout(json.get("dropout").getAsFloat()).withTied(json.get("tied").getAsBoolean())
                .withUnitEmbeddings(json.get("unitEmbeddings").getAsBoolean());
        return json.get("rotary").getAsBoolean() ? config.with(rotary(json)) : config;
    }

    /// Older files say no base.
    private static Rotary rotary(JsonObject json) {
        return json.has("rotaryBase") ? new Rotary(json.get("rotaryBase").getAsDouble()) : Rotary.PAPER;
    }
}
