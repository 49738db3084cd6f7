package norma.embeddings.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import norma.data.CorruptFileException;

/// An object of a JSON file, whose fields are asked for by name and type. A field that is not there is the same as one that is
/// null.
///
/// @param file where it stands
/// @param path where in the file, such as `$.model`
/// @param values its fields
record Fields(Path file, String path, JsonObject values) {
    private static final long LARGEST = 1 << 30;

    /// What is done with the text of a file.
    interface Reading<T> {
        T read(JsonReader json) throws IOException;
    }

    /// Reads a file of strict JSON.
    ///
    /// @throws CorruptFileException if it is none, or if `reading` finds other types than it asks for
    static <T> T read(Path file, Reading<T> reading) throws IOException {
        JsonReader json = new JsonReader(new StringReader(text(file)));
        json.setStrictness(Strictness.STRICT);
        try {
            T result = reading.read(json);
            json.peek(); // throws if anything follows
            return result;
        } catch (CorruptFileException e) {
            throw e;
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new CorruptFileException(file, "must be a tokenizer's JSON; it goes wrong at " + json.getPath(), e);
        }
    }

    /// The text of a file in UTF-8.
    static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new CorruptFileException(file, "must have at most " + LARGEST + " bytes; it has " + Files.size(file));
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(file, "must be UTF-8 text; it is not", e);
        }
    }

    boolean has(String name) {
        return !value(name).isJsonNull();
    }

    private JsonElement value(String name) {
        return values.has(name) ? values.get(name) : JsonNull.INSTANCE;
    }

    /// A text that must be there.
    String text(String name) throws CorruptFileException {
        return text(name, value(name));
    }

    /// A text, or `otherwise` if it is not there.
    String text(String name, String otherwise) throws CorruptFileException {
        return has(name) ? text(name) : otherwise;
    }

    private String text(String name, JsonElement value) throws CorruptFileException {
        if (value instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw wrong(name, "a text");
    }

    /// True or false, or `otherwise` if it is not there.
    boolean flag(String name, boolean otherwise) throws CorruptFileException {
        if (value(name) instanceof JsonPrimitive flag && flag.isBoolean()) {
            return flag.getAsBoolean();
        }
        if (has(name)) {
            throw wrong(name, "true or false");
        }
        return otherwise;
    }

    /// A whole number, not negative, that must be there.
    int number(String name) throws CorruptFileException {
        return number(name, value(name));
    }

    private int number(String name, JsonElement value) throws CorruptFileException {
        try {
            if (value instanceof JsonPrimitive number && number.isNumber() && number.getAsBigDecimal().signum() >= 0) {
                BigDecimal decimal = number.getAsBigDecimal();
                return decimal.intValueExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new CorruptFileException(file, problem(name, "a whole number below 2^31"), e);
        }
        throw wrong(name, "a whole number, not negative");
    }

    /// An object that must be there.
    Fields part(String name) throws CorruptFileException {
        return part(name, value(name));
    }

    /// An object, if it is there.
    Optional<Fields> optionalPart(String name) throws CorruptFileException {
        return has(name) ? Optional.of(part(name)) : Optional.empty();
    }

    private Fields part(String name, JsonElement value) throws CorruptFileException {
        if (value instanceof JsonObject object) {
            return new Fields(file, path + "." + name, object);
        }
        throw wrong(name, "an object");
    }

    /// A list of objects; empty if it is not there.
    List<Fields> parts(String name) throws CorruptFileException {
        List<Fields> parts = new ArrayList<>();
        for (JsonElement element : list(name)) {
            parts.add(part(name + "[" + parts.size() + "]", element));
        }
        return parts;
    }

    /// A list of whole numbers; empty if it is not there.
    int[] numbers(String name) throws CorruptFileException {
        JsonArray list = list(name);
        int[] numbers = new int[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(name + "[" + i + "]", list.get(i));
        }
        return numbers;
    }

    /// A token and its id, as in `["[SEP]", 102]`: the id.
    int tokenId(String name) throws CorruptFileException {
        JsonArray list = list(name);
        if (list.size() != 2) {
            throw wrong(name, "a token and its id");
        }
        text(name + "[0]", list.get(0));
        return number(name + "[1]", list.get(1));
    }

    private JsonArray list(String name) throws CorruptFileException {
        if (value(name) instanceof JsonArray list) {
            return list;
        }
        if (has(name)) {
            throw wrong(name, "a list");
        }
        return new JsonArray();
    }

    private CorruptFileException wrong(String name, String expected) {
        return new CorruptFileException(file, problem(name, expected));
    }

    private String problem(String name, String expected) {
        String value = String.valueOf(values.get(name));
        return path + "." + name + " must be " + expected + "; it is "
                + (value.length() > 60 ? value.substring(0, 60) + "..." : value);
    }

    /// The object's type, which must be one of `types`.
    String type(String... types) throws CorruptFileException {
        if (!List.of(types).contains(text("type"))) {
            throw corrupt("must be of type " + String.join(", ", types) + "; it is " + text("type"));
        }
        return text("type");
    }

    /// For a value that is well-formed and cannot be used.
    CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, path + " " + problem);
    }
}
