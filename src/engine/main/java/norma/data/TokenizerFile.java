package norma.data;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.data.BpeTokenizer.Merge;

/// The file format of [Tokenizer#save], both ways.
final class TokenizerFile {
    private static final String FORMAT = "norma-tokenizer/1";

    private final Path file;
    private String format;
    private String type;
    private String characters;
    private List<Merge> merges;

    private TokenizerFile(Path file) {
        this.file = file;
    }

    static String toJson(Tokenizer tokenizer) throws IOException {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.beginObject().name("format").value(FORMAT).name("type");
        switch (tokenizer) {
            case ByteTokenizer _ -> json.value("byte");
            case CharTokenizer chars -> json.value("char").name("characters").value(chars.characters());
            case BpeTokenizer bpe -> {
                json.value("bpe").name("merges").beginArray();
                for (Merge merge : bpe.merges()) {
                    json.beginArray().value(merge.left()).value(merge.right()).endArray();
                }
                json.endArray();
            }
        }
        json.endObject().close();
        return text + "\n";
    }

    static Tokenizer read(Path file) throws IOException {
        TokenizerFile fields = new TokenizerFile(file);
        fields.parse(new JsonReader(new StringReader(Utf8.read(file))));
        return fields.tokenizer();
    }

    private void parse(JsonReader json) throws IOException {
        json.setStrictness(Strictness.STRICT);
        try {
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "format" -> format = json.nextString();
                    case "type" -> type = json.nextString();
                    case "characters" -> characters = json.nextString();
                    case "merges" -> merges = merges(json);
                    case String other -> throw corrupt("it has a field \"" + other + "\"");
                }
            }
            json.endObject();
            json.peek(); // throws if anything follows
        } catch (CorruptFileException e) {
            throw e;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new CorruptFileException(file, expected("its JSON goes wrong at " + json.getPath()), e);
        }
    }

    private static List<Merge> merges(JsonReader json) throws IOException {
        List<Merge> merges = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            json.beginArray();
            merges.add(new Merge(json.nextInt(), json.nextInt()));
            json.endArray();
        }
        json.endArray();
        return merges;
    }

    private Tokenizer tokenizer() throws CorruptFileException {
        if (!FORMAT.equals(format)) {
            throw corrupt("its format is " + format);
        }
        try {
            return switch (type) {
                case "byte" -> new ByteTokenizer();
                case "char" -> new CharTokenizer(present("characters", characters));
                case "bpe" -> new BpeTokenizer(present("merges", merges));
                case null, default -> throw corrupt("its type is " + type + ", not byte, char or bpe");
            };
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, expected(e.getMessage()), e);
        }
    }

    private <T> T present(String field, T value) throws CorruptFileException {
        if (value == null) {
            throw corrupt("type " + type + " comes without \"" + field + "\"");
        }
        return value;
    }

    private CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, expected(problem));
    }

    private static String expected(String problem) {
        return "must be a tokenizer of format " + FORMAT + "; " + problem;
    }
}
