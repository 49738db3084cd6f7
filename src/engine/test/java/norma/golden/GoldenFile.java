package norma.golden;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import norma.data.CorruptFileException;
import norma.tensor.Shape;

/// A file of golden vectors in the format `norm-golden/1`: inputs, options, and what must come out, computed elsewhere in
/// double precision.
///
/// ```json
/// {"method": "layer_norm", "format": "norm-golden/1", "cases": [{
///     "name": "no_affine", "config": {"eps": 1e-05},
///     "inputs": {"x": {"shape": [1, 2], "data": [1.0, 3.0]}}, "fixed_inputs": {}, "buffers_before": {},
///     "outputs": {"y": ...}, "buffers_after": {}, "grad_outputs": {"y": ...}, "grads": {"x": ...}}]}
/// ```
///
/// Tensors are row-major, and one of no axes may be a plain number; numbers that are not finite are the texts `NaN`, `Infinity`
/// and `-Infinity`. The gradients are those of L = sum over the outputs of `<grad_output, output>`.
///
/// @param method which method, as in [Methods]
/// @param cases at least one
public record GoldenFile(String method, List<Case> cases) {
    private static final String FORMAT = "norm-golden/1";

    /// A tensor of the file.
    ///
    /// @param values row-major, not copied
    /// @param shape its sizes
    public record Values(double[] values, Shape shape) {
        float[] floats() {
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return floats;
        }

        /// The floats on the other side of the values, where these are no floats themselves.
        float[] otherFloats() {
            float[] floats = floats();
            for (int i = 0; i < floats.length; i++) {
                floats[i] = values[i] > floats[i] ? Math.nextUp(floats[i])
                        : values[i] < floats[i] ? Math.nextDown(floats[i]) : floats[i];
            }
            return floats;
        }
    }

    /// One case.
    ///
    /// @param name of the case, unique in its file
    /// @param config numbers, booleans, texts, lists of them, and nulls
    /// @param inputs tensors with gradient
    /// @param constants tensors without, and running statistics before the call
    /// @param outputs what must come out
    /// @param buffers running statistics after the call
    /// @param gradOutputs dL/d(output), for some or all outputs
    /// @param grads dL/d(input), for some or all inputs
    public record Case(String name, Map<String, Object> config, Map<String, Values> inputs,
            Map<String, Values> constants,
            Map<String, Values> outputs, Map<String, Values> buffers, Map<String, Values> gradOutputs,
            Map<String, Values> grads) {
    }

    /// Reads a file, or all files of a folder whose names end in `.json` but the list `index.json`, in the order of their
    /// names.
    ///
    /// @throws CorruptFileException if one of them is not what it must be, or there is none
    /// @throws IOException if something can't be read
    public static List<GoldenFile> read(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(new Reader(path).read());
        }
        var files = new ArrayList<GoldenFile>();
        for (Path file : files(path)) {
            files.add(new Reader(file).read());
        }
        if (files.isEmpty()) {
            throw new CorruptFileException(path,
                    "must hold golden vectors, files of format %s that end in .json; holds none"
                            .formatted(FORMAT));
        }
        return files;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.toString().endsWith(".json") && !file.endsWith("index.json")).sorted()
                    .toList();
        }
    }

    /// Reads JSON and believes nothing of it.
    private record Reader(Path file) {

        GoldenFile read() throws IOException {
            JsonObject root = object(parse(), "the file");
            if (!FORMAT.equals(text(root, "format", "the file"))) {
                throw wrong("format must be %s; got %s".formatted(FORMAT, root.get("format")));
            }
            String method = text(root, "method", "the file");
            var cases = new LinkedHashMap<String, Case>();
            for (JsonElement element : array(root.get("cases"), "cases")) {
                Case read = readCase(object(element, "a case"));
                if (cases.put(read.name(), read) != null) {
                    throw wrong("each case must have a name of its own; " + read.name() + " comes twice");
                }
            }
            if (cases.isEmpty()) {
                throw wrong("must hold at least one case");
            }
            return new GoldenFile(method, List.copyOf(cases.values()));
        }

        private JsonElement parse() throws IOException {
            try {
                var json = new JsonReader(new StringReader(Files.readString(file)));
                json.setStrictness(Strictness.STRICT);
                JsonElement root = new Gson().getAdapter(JsonElement.class).read(json);
                if (json.peek() != JsonToken.END_DOCUMENT) {
                    throw wrong("nothing may follow the JSON object");
                }
                return root;
            } catch (CorruptFileException e) {
                throw e;
            } catch (CharacterCodingException e) {
                throw new CorruptFileException(file, "must be UTF-8 text", e);
            } catch (java.nio.file.FileSystemException e) {
                throw e;
            } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
                throw new CorruptFileException(file, "must be JSON; " + firstLine(e), e);
            }
        }

        private static String firstLine(Exception e) {
            return e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
        }

        private Case readCase(JsonObject json) throws CorruptFileException {
            String name = text(json, "name", "a case");
            String who = "case " + name + ", ";
            if (!json.has("inputs") || !json.has("outputs")) {
                throw wrong(who + (json.has("inputs") ? "outputs" : "inputs") + " must be there");
            }
            var inputs = tensors(json, "inputs", who);
            var constants = tensors(json, "fixed_inputs", who);
            constants.putAll(tensors(json, "buffers_before", who));
            var outputs = tensors(json, "outputs", who);
            var gradOutputs = tensors(json, "grad_outputs", who);
            var grads = tensors(json, "grads", who);
            requireLike(gradOutputs, outputs, who + "grad_outputs");
            requireLike(grads, inputs, who + "grads");
            for (String input : inputs.keySet()) {
                if (constants.containsKey(input)) {
                    throw wrong(who + "each tensor must be given once; " + input + " comes twice");
                }
            }
            return new Case(name, config(json, who), inputs, constants, outputs, tensors(json, "buffers_after", who),
                    gradOutputs, grads);
        }

        private void requireLike(Map<String, Values> some, Map<String, Values> all, String who)
                throws CorruptFileException {
            for (var entry : some.entrySet()) {
                Values like = all.get(entry.getKey());
                if (like == null || !like.shape().equals(entry.getValue().shape())) {
                    throw wrong("%s: %s must be %s; got %s".formatted(who, entry.getKey(),
                            like == null ? "the name of a tensor it belongs to" : like.shape(),
                            entry.getValue().shape()));
                }
            }
        }

        private Map<String, Object> config(JsonObject json, String who) throws CorruptFileException {
            var config = new LinkedHashMap<String, Object>();
            if (json.has("config")) {
                for (var entry : object(json.get("config"), who + "config").entrySet()) {
                    config.put(entry.getKey(), entry.getValue().isJsonNull() ? null : plain(entry.getValue()));
                }
            }
            return config;
        }

        /// Numbers as `Double`, whatever they are written like.
        private static Object plain(JsonElement element) {
            return switch (element) {
                case JsonArray list -> list.asList().stream().map(Reader::plain).toList();
                case JsonElement value when value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber() ->
                    value.getAsDouble();
                case JsonElement value when value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean() ->
                    value.getAsBoolean();
                case JsonElement value when value.isJsonPrimitive() -> value.getAsString();
                default -> element.toString();
            };
        }

        private Map<String, Values> tensors(JsonObject json, String key, String who) throws CorruptFileException {
            var tensors = new LinkedHashMap<String, Values>();
            if (json.has(key)) {
                for (var entry : object(json.get(key), who + key).entrySet()) {
                    tensors.put(entry.getKey(), tensor(entry.getValue(), who + key + "." + entry.getKey()));
                }
            }
            return tensors;
        }

        private Values tensor(JsonElement element, String who) throws CorruptFileException {
            if (element.isJsonPrimitive()) {
                return new Values(new double[] {number(element, who)}, Shape.SCALAR);
            }
            JsonObject json = object(element, who);
            JsonArray sizes = array(json.get("shape"), who + ": shape");
            JsonArray data = array(json.get("data"), who + ": data");
            int[] dims = new int[sizes.size()];
            for (int i = 0; i < dims.length; i++) {
                double size = number(sizes.get(i), who + ": shape");
                dims[i] = (int) size;
                if (dims[i] != size || size < 0) {
                    throw wrong(who + ": shape must hold whole numbers; got " + sizes);
                }
            }
            double[] values = new double[data.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = number(data.get(i), who + ": data");
            }
            return new Values(values, shape(dims, values.length, who));
        }

        private Shape shape(int[] dims, int length, String who) throws CorruptFileException {
            try {
                Shape shape = Shape.of(dims);
                if (shape.size() != length) {
                    throw wrong("%s: %s must have %d numbers; got %d".formatted(who, shape, shape.size(), length));
                }
                return shape;
            } catch (IllegalArgumentException e) {
                throw new CorruptFileException(file, who + ": " + e.getMessage(), e);
            }
        }

        private double number(JsonElement element, String who) throws CorruptFileException {
            BiPredicate<JsonElement, String> is =
                    (value, word) -> value.isJsonPrimitive() && value.getAsString().equals(word);
            if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()) {
                return element.getAsDouble();
            }
            if (is.test(element, "NaN") || is.test(element, "Infinity") || is.test(element, "-Infinity")) {
                return Double.parseDouble(element.getAsString());
            }
            throw wrong(who + " must hold numbers, or \"NaN\", \"Infinity\", \"-Infinity\"; got " + brief(element));
        }

        private JsonObject object(JsonElement element, String who) throws CorruptFileException {
            if (element == null || !element.isJsonObject()) {
                throw wrong(who + " must be a JSON object; got " + brief(element));
            }
            return element.getAsJsonObject();
        }

        private JsonArray array(JsonElement element, String who) throws CorruptFileException {
            if (element == null || !element.isJsonArray()) {
                throw wrong(who + " must be a JSON array; got " + brief(element));
            }
            return element.getAsJsonArray();
        }

        private String text(JsonObject json, String key, String who) throws CorruptFileException {
            JsonElement value = json.get(key);
            if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                throw wrong(who + " must have a text " + key + "; got " + brief(value));
            }
            return value.getAsString();
        }

        private static String brief(JsonElement element) {
            String text = element == null ? "nothing" : element.toString();
            return text.length() <= 60 ? text : text.substring(0, 60) + " ...";
        }

        private CorruptFileException wrong(String problem) {
            return new CorruptFileException(file, problem);
        }
    }
}
