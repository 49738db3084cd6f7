package norma.embeddings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// The file `modules.json` that sentence-transformers writes: the steps from tokens to a text's vector, each with a folder of its own.
/// Known steps are the network, a pooling and scaling to length 1; any other one is refused, since vectors without it would be wrong.
///
/// @param network the folder of config.json and the weights
/// @param pooling of the tokens' vectors, if it is said
record Modules(Path network, Optional<Pooling> pooling) {

    static Modules read(Path folder) throws IOException {
        Path file = folder.resolve("modules.json");
        var modules = new Modules(folder, Optional.empty());
        for (JsonFields step : Files.exists(file) ? JsonFields.readList(file) : List.<JsonFields>of()) {
            modules = modules.with(folder, step);
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

    private Modules with(Path folder, JsonFields step) throws IOException {
        String type = step.text("type", "");
        return switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "Transformer" -> new Modules(inside(folder, step), pooling);
            case "Pooling" -> new Modules(network,
                    Optional.of(pooling(JsonFields.read(inside(folder, step).resolve("config.json")))));
            case "Normalize" -> this;
            default -> throw step.incompatibility("type", "Transformer, Pooling or Normalize");
        };
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

    /// Either one word, `"pooling_mode": "mean"`, or a flag for each kind, of which one must be true.
    private static Pooling pooling(JsonFields json) throws IOException {
        if (!json.flag("include_prompt", true)) {
            throw json.incompatibility("include_prompt", "true");
        }
        String mode = json.has("pooling_mode") ? json.text("pooling_mode", "") : flagged(json);
        return switch (mode) {
            case "mean", "mean_tokens" -> Pooling.MEAN;
            case "cls", "cls_token" -> Pooling.CLS;
            case "lasttoken" -> Pooling.LAST;
            default -> throw json.corrupt("must have one pooling: mean, cls or lasttoken; got " + mode);
        };
    }

    private static String flagged(JsonFields json) throws IOException {
        String modes = "";
        for (String key : json.values().keySet()) {
            if (key.startsWith("pooling_mode_") && json.flag(key, false)) {
                modes += (modes.isEmpty() ? "" : " and ") + key.substring("pooling_mode_".length());
            }
        }
        return modes;
    }
}
