package norma.embeddings.huggingface;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.data.CorruptFileException;

/// A JSON file, asked key by key: what is missing or of another type than it must be is named with the file.
///
/// @param file for messages
/// @param root its object
public record JsonFile(Path file, JsonObject root) {
    /// No configuration is larger.
    private static final long LARGEST = 16 << 20;

    /// Reads an object.
    public static JsonFile read(Path file) throws IOException {
        JsonElement root = parse(file);
        if (!root.isJsonObject()) {
            throw new CorruptFileException(file, "must hold a JSON object");
        }
        return new JsonFile(file, root.getAsJsonObject());
    }

    /// Reads an object, or an empty one if there is no such file.
    public static JsonFile readIfThere(Path file) throws IOException {
        return Files.exists(file) ? read(file) : new JsonFile(file, new JsonObject());
    }

    /// Reads anything.
    public static JsonElement parse(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new CorruptFileException(file,
                    "must have at most %d bytes; it has %d".formatted(LARGEST, Files.size(file)));
        }
        try {
            return JsonParser.parseString(Files.readString(file));
        } catch (JsonParseException | java.nio.charset.CharacterCodingException e) {
            throw new CorruptFileException(file, "must be JSON; " + e.getMessage(), e);
        }
    }

    /// Whether there is a value other than null.
    public boolean has(String key) {
        return root.has(key) && !root.get(key).isJsonNull();
    }

    /// A whole number that must be there.
    public int whole(String key) throws IOException {
        double value = number(key, Double.NaN);
        if (value != (int) value) {
            throw refusal(key, "a whole number");
        }
        return (int) value;
    }

    /// A whole number.
    public int whole(String key, int otherwise) throws IOException {
        return has(key) ? whole(key) : otherwise;
    }

    /// A number.
    public double number(String key, double otherwise) throws IOException {
        if (!has(key)) {
            return otherwise;
        }
        if (!(root.get(key) instanceof JsonPrimitive value) || !value.isNumber()) {
            throw refusal(key, "a number");
        }
        return value.getAsDouble();
    }

    /// A text.
    public String text(String key, String otherwise) throws IOException {
        if (!has(key)) {
            return otherwise;
        }
        if (!(root.get(key) instanceof JsonPrimitive value) || !value.isString()) {
            throw refusal(key, "a text");
        }
        return value.getAsString();
    }

    /// True or false.
    public boolean flag(String key, boolean otherwise) throws IOException {
        if (!has(key)) {
            return otherwise;
        }
        if (!(root.get(key) instanceof JsonPrimitive value) || !value.isBoolean()) {
            throw refusal(key, "true or false");
        }
        return value.getAsBoolean();
    }

    /// An object inside, empty if there is none.
    public JsonFile object(String key) throws IOException {
        if (!has(key)) {
            return new JsonFile(file, new JsonObject());
        }
        if (!root.get(key).isJsonObject()) {
            throw refusal(key, "an object");
        }
        return new JsonFile(file, root.getAsJsonObject(key));
    }

    /// That a key's value is not what it must be.
    public CorruptFileException refusal(String key, String must) {
        return new CorruptFileException(file,
                "%s must be %s; got %s".formatted(key, must, has(key) ? root.get(key) : "nothing"));
    }
}
