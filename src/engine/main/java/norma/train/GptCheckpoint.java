package norma.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import norma.io.CorruptFileException;
import norma.io.ModelFile;
import norma.io.Safetensors;
import norma.kernel.Activation;
import norma.model.Gpt;
import norma.model.GptConfig;

/// A [Gpt] from a checkpoint alone: its choices are the checkpoint's description, as JSON.
public final class GptCheckpoint {

    private GptCheckpoint() {
    }

    /// An objective whose checkpoints describe the model.
    public static LanguageModeling objective(Gpt model) {
        return new LanguageModeling(model, json(model.config()));
    }

    /// The model of a checkpoint, with its parameters.
    public static Gpt model(Path file) throws IOException {
        try (Safetensors stored = Safetensors.open(file)) {
            Gpt model = empty(file, stored);
            ModelFile.read(file, stored, ModelFile.tensors(model), name -> name.startsWith(Checkpoint.OPTIMIZER));
            return model;
        }
    }

    private static Gpt empty(Path file, Safetensors stored) throws IOException {
        GptConfig config = config(file, Checkpoint.of(file, stored).description());
        requireEnough(file, stored, config);
        try {
            return Gpt.of(config, 0);
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, "metadata model must describe a model; " + e.getMessage(), e);
        }
    }

    /// Checks, before memory is taken for it, that the file can hold the model that it describes: its matrices at least.
    private static void requireEnough(Path file, Safetensors stored, GptConfig c) throws IOException {
        double described = (double) c.vocabulary() * c.dim() + (c.rotary() ? 0.0 : (double) c.context() * c.dim())
                + c.layers() * (4.0 * c.dim() * c.dim() + 2.0 * c.dim() * c.hidden());
        long held = stored.entries().values().stream().mapToLong(Safetensors.Entry::count).sum();
        if (described > held) {
            throw new CorruptFileException(file,
                    "must hold the model that metadata model describes, at least %.0f numbers; got %d"
                            .formatted(described, held));
        }
    }

    private static GptConfig config(Path file, String text) throws IOException {
        try {
            return config(JsonParser.parseString(text).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException | IllegalArgumentException | NullPointerException e) {
            throw new CorruptFileException(file, "metadata model must describe a model; got " + text, e);
        }
    }

    private static String json(GptConfig c) {
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
        return json.toString();
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
