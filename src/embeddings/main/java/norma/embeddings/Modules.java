package norma.embeddings;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import norma.embeddings.huggingface.LoadMode;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// The file `modules.json` that sentence-transformers writes: the steps from tokens to a text's vector, each with a folder of its own.
/// First comes the network, then the pooling, then [VectorModule]s; any other step is refused, since vectors without it would be wrong.
///
/// @param network the folder of config.json and the weights
/// @param readout what follows; without poolings if none is said
record Modules(Path network, Readout readout) {
    private static final String PACKAGE = "sentence_transformers.";

    private static final String MODES =
            Arrays.stream(Pooling.values()).map(Pooling::mode).collect(Collectors.joining(", "))
                    + ", or a list of them";

    static Modules read(Path folder, LoadMode mode) throws IOException {
        Path file = folder.resolve("modules.json");
        var modules = new Modules(folder, Readout.NONE);
        int number = 0;
        for (JsonFields step : Files.exists(file) ? JsonFields.readList(file) : List.<JsonFields>of()) {
            modules = modules.with(number++, folder, step, mode);
        }
        return modules;
    }

    /// The folder of a network that nothing follows.
    static Path network(Path folder) throws IOException {
        Path file = folder.resolve("modules.json");
        if (!Files.exists(file)) {
            return folder;
        }
        List<JsonFields> steps = JsonFields.readList(file);
        if (steps.size() != 1 || !steps.getFirst().text("type").matches("sentence_transformers\\..*\\.Transformer")) {
            throw new CorruptFileException(file, "must have one module, a Transformer with a classification head; got "
                    + steps.stream().map(step -> step.values().get("type")).toList());
        }
        return inside(folder, steps.getFirst());
    }

    private Modules with(int number, Path folder, JsonFields step, LoadMode mode) throws IOException {
        String type = step.text("type");
        String module = type.startsWith(PACKAGE) ? type.substring(type.lastIndexOf('.') + 1) : "";
        boolean pooled = !readout.poolings().isEmpty();
        if (number == 0 ? !module.equals("Transformer") : module.equals("Transformer")) {
            throw step.incompatibility("type", "Transformer for the first module, and for no other");
        }
        if (number == 1 ? !module.equals("Pooling") : module.equals("Pooling")) {
            throw step.incompatibility("type", "Pooling for the second module, and for no other");
        }
        Path path = inside(folder, step);
        return switch (module) {
            case "Transformer" -> new Modules(path, readout);
            case "Pooling" -> new Modules(network,
                    new Readout(poolings(JsonFields.read(path.resolve("config.json"))), List.of()));
            case "Dense" -> with(DenseModule.read(new ModuleFolder(path), mode));
            case "LayerNorm" -> with(LayerNormModule.read(new ModuleFolder(path)));
            case "Normalize" -> with(NormalizeModule.read(new ModuleFolder(path)));
            default -> throw step.incompatibility("type", PACKAGE
                    + "models.Transformer, Pooling, Dense, LayerNorm or Normalize");
        };
    }

    private Modules with(VectorModule module) {
        var modules = new ArrayList<>(readout.modules());
        modules.add(module);
        return new Modules(network, new Readout(readout.poolings(), List.copyOf(modules)));
    }

    private static Path inside(Path folder, JsonFields step) throws IOException {
        try {
            Path path = folder.resolve(step.text("path", "")).normalize();
            if (path.startsWith(folder.normalize())) {
                return path;
            }
        } catch (InvalidPathException _) {
            // refused below
        }
        throw step.incompatibility("path", "a folder inside of the model's");
    }

    /// Either a word, `"pooling_mode": "mean"`, or a list of them, in their order; or a flag for each kind: then the order is always
    /// the same, and it is the mean if none is true.
    private static List<Pooling> poolings(JsonFields json) throws IOException {
        if (!json.flag("include_prompt", true)) {
            throw json.incompatibility("include_prompt", "true");
        }
        if (!json.has("pooling_mode")) {
            return flagged(json);
        }
        JsonElement modes = json.values().get("pooling_mode");
        List<Pooling> poolings = new ArrayList<>();
        for (JsonElement mode : modes instanceof JsonArray list ? list.asList() : List.of(modes)) {
            poolings.add(Arrays.stream(Pooling.values())
                    .filter(each -> mode.equals(new JsonPrimitive(each.mode()))).findFirst()
                    .orElseThrow(() -> json.incompatibility("pooling_mode", MODES)));
        }
        if (poolings.isEmpty()) {
            throw json.incompatibility("pooling_mode", MODES);
        }
        return List.copyOf(poolings);
    }

    private static List<Pooling> flagged(JsonFields json) throws IOException {
        List<Pooling> poolings = new ArrayList<>();
        for (Pooling pooling : Pooling.values()) {
            if (json.flag(pooling.flag(), false)) {
                poolings.add(pooling);
            }
        }
        for (String key : json.values().keySet()) {
            if (key.startsWith("pooling_mode_") && json.flag(key, false)
                    && poolings.stream().noneMatch(pooling -> pooling.flag().equals(key))) {
                throw json.incompatibility(key, "false: the poolings are " + MODES);
            }
        }
        return poolings.isEmpty() ? List.of(Pooling.MEAN) : List.copyOf(poolings);
    }
}
