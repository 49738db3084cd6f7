package norma.json;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.io.Utf8;

/// An object of a JSON file, whose fields are asked for by name and type: what is missing or of another type is named with file and
/// path. A field that is not there is the same as one that is null.
///
/// @param file where it stands
/// @param path where in the file, such as `$.model`
/// @param values its fields
public record JsonFields(Path file, String path, JsonObject values) {
    /// The largest of these files, vocabularies of many languages, have some 30 MB.
    private static final int LARGEST = 1 << 28;

    private static final int SHOWN = 60;

    /// What is done with the text of a file.
    ///
    /// @param <T> what comes out
    public interface Reading<T> {
        /// Reads, and throws what a [JsonReader] throws if something is wrong.
        T read(JsonReader json) throws IOException;
    }

    /// The object that a file of strict JSON is.
    public static JsonFields read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file, in, json -> new JsonFields(file, "$", JsonParser.parseReader(json).getAsJsonObject()));
        }
    }

    /// The same, or an object without fields if there is no such file.
    public static JsonFields readIfThere(Path file) throws IOException {
        return Files.exists(file) ? read(file) : new JsonFields(file, "$", new JsonObject());
    }

    /// The objects of the list that a file of strict JSON is.
    public static List<JsonFields> readList(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file, in, json -> {
                List<JsonFields> objects = new ArrayList<>();
                for (JsonElement element : JsonParser.parseReader(json).getAsJsonArray()) {
                    objects.add(new JsonFields(file, "$[" + objects.size() + "]", element.getAsJsonObject()));
                }
                return objects;
            });
        }
    }

    /// A new object, such as `object("type", "Fuse", "strict", true)`.
    ///
    /// @param fields names and values in turn; a value is a text, number, truth value, list, map or element of JSON
    public static JsonObject object(Object... fields) {
        Gson gson = new Gson();
        JsonObject object = new JsonObject();
        for (int i = 0; i < fields.length; i += 2) {
            object.add((String) fields[i], gson.toJsonTree(fields[i + 1]));
        }
        return object;
    }

    /// Reads strict JSON.
    ///
    /// @param file for messages
    /// @throws CorruptFileException if it is none, or if `reading` finds other types than it asks for
    public static <T> T read(Path file, InputStream in, Reading<T> reading) throws IOException {
        JsonReader json = new JsonReader(text(file, in));
        json.setStrictness(Strictness.STRICT);
        try {
            T result = reading.read(json);
            json.peek(); // throws if anything follows
            return result;
        } catch (CorruptFileException e) {
            throw e;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new CorruptFileException(file,
                    "must be JSON as Hugging Face's libraries write it; it goes wrong at " + json.getPath(), e);
        }
    }

    /// Text in UTF-8, all in memory: what goes wrong in reading it is the text's fault.
    ///
    /// @param file for messages
    public static BufferedReader text(Path file, InputStream in) throws IOException {
        return new BufferedReader(new StringReader(wholeText(file, in)));
    }

    /// The same as one string.
    public static String wholeText(Path file, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new CorruptFileException(file, "must have at most " + LARGEST + " bytes; it has more");
        }
        return Utf8.decode(file, bytes);
    }

    /// Whether there is a value other than null.
    public boolean has(String name) {
        return !value(name).isJsonNull();
    }

    private JsonElement value(String name) {
        return values.has(name) ? values.get(name) : JsonNull.INSTANCE;
    }

    /// A text that must be there.
    public String text(String name) throws CorruptFileException {
        return text(name, value(name));
    }

    /// A text, or `otherwise` if it is not there.
    public String text(String name, String otherwise) throws CorruptFileException {
        return has(name) ? text(name) : otherwise;
    }

    /// A text of one character, as a code point.
    public int character(String name) throws CorruptFileException {
        String text = text(name);
        if (text.codePointCount(0, text.length()) != 1) {
            throw incompatibility(name, "one character");
        }
        return text.codePointAt(0);
    }

    private String text(String name, JsonElement value) throws CorruptFileException {
        if (value instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw incompatibility(name, "a text", value);
    }

    /// True or false, or `otherwise` if it is not there.
    public boolean flag(String name, boolean otherwise) throws CorruptFileException {
        if (value(name) instanceof JsonPrimitive flag && flag.isBoolean()) {
            return flag.getAsBoolean();
        }
        if (has(name)) {
            throw incompatibility(name, "true or false");
        }
        return otherwise;
    }

    /// True or false, which must be there.
    public boolean flag(String name) throws CorruptFileException {
        if (!has(name)) {
            throw incompatibility(name, "true or false");
        }
        return flag(name, false);
    }

    /// A number, or `otherwise` if it is not there.
    public double number(String name, double otherwise) throws CorruptFileException {
        if (value(name) instanceof JsonPrimitive number && number.isNumber()) {
            return number.getAsDouble();
        }
        if (has(name)) {
            throw incompatibility(name, "a number");
        }
        return otherwise;
    }

    /// A whole number, not negative, that must be there.
    public int whole(String name) throws CorruptFileException {
        return whole(name, value(name));
    }

    /// A whole number, not negative, or `otherwise` if it is not there.
    public int whole(String name, int otherwise) throws CorruptFileException {
        return has(name) ? whole(name) : otherwise;
    }

    private int whole(String name, JsonElement value) throws CorruptFileException {
        // a double holds each int; BigDecimal would compute powers of five for 40 ms when its class is loaded
        if (value instanceof JsonPrimitive number && number.isNumber()) {
            int whole = (int) number.getAsDouble();
            if (whole == number.getAsDouble() && whole >= 0) {
                return whole;
            }
        }
        throw incompatibility(name, "a whole number from 0 to 2^31 - 1", value);
    }

    /// An object that must be there.
    public JsonFields part(String name) throws CorruptFileException {
        return part(name, value(name));
    }

    /// An object; one without fields if it is not there.
    public JsonFields optionalPart(String name) throws CorruptFileException {
        return has(name) ? part(name) : new JsonFields(file, path + "." + name, new JsonObject());
    }

    private JsonFields part(String name, JsonElement value) throws CorruptFileException {
        if (value instanceof JsonObject object) {
            return new JsonFields(file, path + "." + name, object);
        }
        throw incompatibility(name, "an object", value);
    }

    /// A list of texts; empty if it is not there.
    public List<String> texts(String name) throws CorruptFileException {
        List<String> texts = new ArrayList<>();
        for (JsonElement element : list(name)) {
            texts.add(text(name + "[" + texts.size() + "]", element));
        }
        return texts;
    }

    /// A list of objects; empty if it is not there.
    public List<JsonFields> parts(String name) throws CorruptFileException {
        List<JsonFields> parts = new ArrayList<>();
        for (JsonElement element : list(name)) {
            parts.add(part(name + "[" + parts.size() + "]", element));
        }
        return parts;
    }

    /// A list of objects, which must be there.
    public List<JsonFields> requiredParts(String name) throws CorruptFileException {
        if (!has(name)) {
            throw incompatibility(name, "a list");
        }
        return parts(name);
    }

    /// A list of whole numbers; empty if it is not there.
    public int[] numbers(String name) throws CorruptFileException {
        return numbers(name, list(name));
    }

    /// A list of lists of whole numbers, which must be there.
    public List<int[]> numberLists(String name) throws CorruptFileException {
        if (!has(name)) {
            throw incompatibility(name, "a list");
        }
        List<int[]> lists = new ArrayList<>();
        for (JsonElement element : list(name)) {
            if (!(element instanceof JsonArray list)) {
                throw incompatibility(name + "[" + lists.size() + "]", "a list", element);
            }
            lists.add(numbers(name + "[" + lists.size() + "]", list));
        }
        return lists;
    }

    private int[] numbers(String name, JsonArray list) throws CorruptFileException {
        int[] numbers = new int[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = whole(name + "[" + i + "]", list.get(i));
        }
        return numbers;
    }

    /// A token and its id, as in `["[SEP]", 102]`: the id.
    public int tokenId(String name) throws CorruptFileException {
        JsonArray list = list(name);
        if (list.size() != 2) {
            throw incompatibility(name, "a token and its id");
        }
        text(name + "[0]", list.get(0));
        return whole(name + "[1]", list.get(1));
    }

    private JsonArray list(String name) throws CorruptFileException {
        if (value(name) instanceof JsonArray list) {
            return list;
        }
        if (has(name)) {
            throw incompatibility(name, "a list");
        }
        return new JsonArray();
    }

    /// The object's type, which must be one of `types`.
    public String type(String... types) throws CorruptFileException {
        if (!List.of(types).contains(text("type"))) {
            throw incompatibility("type", String.join(" or ", types));
        }
        return text("type");
    }

    /// That a field's value is not what it must be.
    public CorruptFileException incompatibility(String name, String must) {
        return incompatibility(name, must, value(name));
    }

    private CorruptFileException incompatibility(String name, String must, JsonElement value) {
        String shown = value.isJsonNull() ? "nothing" : value.toString();
        return new CorruptFileException(file, "%s.%s must be %s; got %s".formatted(path, name, must,
                shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown));
    }

    /// That the values do not fit together.
    ///
    /// @param problem follows the object's path
    public CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, path + " " + problem);
    }
}
