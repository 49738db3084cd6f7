package norma.lab.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import norma.io.AtomicFile;
import norma.io.CorruptFileException;
import norma.lab.console.Json;
import norma.lab.console.Version;

/// The files of a training run in its folder.
///
/// `run.json` is written last when a run begins, so where it is, the tokenizer is too; a checkpoint may still be missing.
///
/// @param path the folder
record RunFolder(Path path) {
    private static final String FORMAT = "norma-run/1";

    /// What is needed to resume a run.
    ///
    /// @param format of this record
    /// @param version of Norma
    /// @param kernels that computed; others give other last bits
    /// @param tokens fingerprint of what is read
    /// @param options of the command line by name
    record Manifest(String format, String version, String kernels, String tokens, Map<String, String> options) {
        static Manifest of(String kernels, String tokens, Map<String, String> options) {
            return new Manifest(FORMAT, Version.text(), kernels, tokens, options);
        }

        /// The same run with other options.
        Manifest with(Map<String, String> options) {
            return new Manifest(format, version, kernels, tokens, options);
        }
    }

    Path checkpoint() {
        return path.resolve("checkpoint.safetensors");
    }

    Path tokenizer() {
        return path.resolve("tokenizer.json");
    }

    Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    private Path manifest() {
        return path.resolve("run.json");
    }

    /// Whether a run has begun here.
    boolean used() {
        return Files.exists(manifest()) || Files.exists(checkpoint());
    }

    /// Makes room for a new run, whose tokenizer must be saved next, then [#begin(Manifest)].
    void clear() throws IOException {
        for (Path file : List.of(manifest(), checkpoint(), metrics(), tokenizer())) {
            Files.deleteIfExists(file);
        }
        removeLeftovers();
    }

    /// Says that a run has begun.
    void begin(Manifest manifest) throws IOException {
        AtomicFile.write(manifest(), Json.page(manifest) + "\n");
    }

    /// The manifest of the run that has begun here.
    Manifest read() throws IOException {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(manifest())).getAsJsonObject();
            var options = new LinkedHashMap<String, String>();
            json.getAsJsonObject("options").asMap().forEach((name, value) -> options.put(name, value.getAsString()));
            var manifest = new Manifest(json.get("format").getAsString(), json.get("version").getAsString(),
                    json.get("kernels").getAsString(), json.get("tokens").getAsString(), options);
            if (manifest.format.equals(FORMAT)) {
                return manifest;
            }
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no run to resume in %s: it has no %s"
                    .formatted(path, manifest().getFileName()), e);
        } catch (JsonParseException | IllegalStateException | NullPointerException | UnsupportedOperationException
                | ClassCastException e) {
            throw new CorruptFileException(manifest(), "must describe a run in format " + FORMAT, e);
        }
        throw new CorruptFileException(manifest(), "must describe a run in format " + FORMAT);
    }

    /// Removes what a stopped run measured after its checkpoint, since these steps are done again, and validations that were made only
    /// because it stopped.
    ///
    /// @param step of the checkpoint, -1 if there is none
    /// @param kept which steps had a validation
    void rewind(long step, Predicate<Long> kept) throws IOException {
        removeLeftovers();
        if (Files.exists(metrics())) {
            var lines = new StringBuilder();
            for (String line : Files.readAllLines(metrics())) {
                OptionalLong of = stepOf(line, kept);
                if (of.isPresent() && of.getAsLong() <= step) {
                    lines.append(line).append('\n');
                }
            }
            AtomicFile.write(metrics(), lines.toString());
        }
    }

    /// The step of a line, unless the line is broken or a validation to be left out.
    private static OptionalLong stepOf(String line, Predicate<Long> kept) {
        try {
            JsonElement json = JsonParser.parseString(line);
            long step = json.getAsJsonObject().get("step").getAsLong();
            boolean validation = json.getAsJsonObject().has("validationLoss");
            return validation && !kept.test(step) ? OptionalLong.empty() : OptionalLong.of(step);
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            return OptionalLong.empty(); // the process was killed while it wrote
        }
    }

    /// Removes what writers that were killed left behind.
    private void removeLeftovers() throws IOException {
        List<Path> left;
        try (Stream<Path> files = Files.list(path)) {
            left = files.filter(
                    file -> file.getFileName().toString().matches("\\.(checkpoint|tokenizer|metrics|run)\\..*\\.tmp"))
                    .toList();
        }
        for (Path file : left) {
            Files.deleteIfExists(file);
        }
    }
}
