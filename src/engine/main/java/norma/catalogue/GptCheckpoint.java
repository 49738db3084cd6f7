package norma.catalogue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import norma.io.CorruptFileException;
import norma.io.ModelFile;
import norma.io.Safetensors;
import norma.kernel.Activation;
import norma.model.FeedForward;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.model.SelfAttention;
import norma.model.TransformerConfig;
import norma.nn.Rotary;
import norma.train.Checkpoint;
import norma.train.LanguageModeling;

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
        boolean rotary = c.transformer().rotary().isPresent();
        double described = (double) c.vocabulary() * c.dim() + (rotary ? 0.0 : (double) c.context() * c.dim())
                + c.transformer().layers() * (4.0 * c.dim() * c.dim() + 2.0 * c.dim() * c.hidden());
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
        TransformerConfig t = c.transformer();
        requirePlain(t);
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
        t.rotary().filter(rotary -> !rotary.equals(Rotary.HALVES)).ifPresent(rotary -> {
            json.addProperty("rotaryBase", rotary.base());
            json.addProperty("rotaryLayout", rotary.layout().name());
        });
        json.addProperty("tied", c.tied());
        json.addProperty("unitEmbeddings", c.unitEmbeddings());
        json.addProperty("dropout", t.dropout());
        return json.toString();
    }

    /// What no field of the description says.
    private static void requirePlain(TransformerConfig t) {
        SelfAttention plain = SelfAttention.of(t.heads(), t.dim() / t.heads()).withCausal();
        SelfAttention described = t.rotary().map(plain::with).orElse(plain);
        if (!t.attention().equals(List.of(described)) || !t.feedForward().bias()) {
            throw new IllegalArgumentException(
                    ("GptCheckpoint: a model must have %s and biases to be built again from its file; got %s and %s; "
                            + "train new LanguageModeling(model), which needs no file")
                            .formatted(described, t.attention(), t.feedForward()));
        }
    }

    private static String named(Optional<String> name, String what) {
        return name.orElseThrow(() -> new IllegalArgumentException(
                ("GptCheckpoint: the %s must be of the catalogue, or nobody can build the model again from its file; "
                        + "this one has no name; train new LanguageModeling(model), which needs none")
                        .formatted(what)));
    }

    private static GptConfig config(JsonObject json) {
        var feedForward = new FeedForward(json.get("hidden").getAsInt(),
                Activation.valueOf(json.get("activation").getAsString()), json.get("gated").getAsBoolean(), true);
        var placement = Placements.named(json.get("placement").getAsString());
        GptConfig config = GptConfig.of(json.get("vocabulary").getAsInt(), json.get("context").getAsInt(),
                json.get("dim").getAsInt(), json.get("heads").getAsInt(), json.get("layers").getAsInt())
                .with(feedForward).with(placement.norm(json.get("norm").getAsString()), placement.placement())
                .withDropout(json.get("dropout").getAsFloat()).withTied(json.get("tied").getAsBoolean())
                .withUnitEmbeddings(json.get("unitEmbeddings").getAsBoolean());
        return json.get("rotary").getAsBoolean() ? config.with(rotary(json)) : config;
    }

    private static Rotary rotary(JsonObject json) {
        Rotary layout = json.has("rotaryLayout")
                ? new Rotary(Rotary.HALVES.base(), Rotary.Layout.valueOf(json.get("rotaryLayout").getAsString()))
                : Rotary.HALVES;
        return json.has("rotaryBase") ? layout.withBase(json.get("rotaryBase").getAsDouble()) : layout;
    }
}
