package norma.lab.finetune;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import norma.csv.Csv;
import norma.csv.Table;
import norma.io.CorruptFileException;
import norma.io.Utf8;

/// The rows of a file: TSV or CSV with a line of names, or JSONL, an object a line.
///
/// @param source the file, or the name of a set
/// @param columns names in their order
record Rows(String source, List<String> columns, List<Row> rows) {

    /// A row.
    ///
    /// @param where it stands, for messages
    /// @param cells what stands in its columns; "" where nothing does
    record Row(String where, Map<String, String> cells) {
        String cell(String column) {
            return cells.getOrDefault(column, "").strip();
        }

        /// That a cell is not what it must be.
        IllegalArgumentException wrong(String column, String must) {
            return new IllegalArgumentException(
                    "%s, column %s: must be %s; got \"%s\"".formatted(where, column, must, cell(column)));
        }
    }

    private static final TypeAdapter<JsonElement> JSON =
            new GsonBuilder().setStrictness(Strictness.STRICT).create().getAdapter(JsonElement.class);

    /// Reads a file by its name's end.
    ///
    /// @param told what was guessed
    static Rows read(Path file, Consumer<String> told) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return lines(file);
        }
        if (name.endsWith(".csv")) {
            return table(file, Csv.commas().read(file));
        }
        if (name.endsWith(".tsv") || name.endsWith(".tab")) {
            return tabs(file, told);
        }
        throw new IllegalArgumentException(
                "--data: a file's name must end in .tsv, .csv or .jsonl, which says how it is written; got " + file);
    }

    /// Many files of tabs mean nothing by quotes.
    private static Rows tabs(Path file, Consumer<String> told) throws IOException {
        try {
            return table(file, Csv.tabs().read(file));
        } catch (CorruptFileException e) {
            Rows rows = table(file, Csv.tabs().withoutQuotes().read(file));
            told.accept(file + ": quotes don't enclose cells here, and are read like other characters");
            return rows;
        }
    }

    private static Rows table(Path file, Table table) {
        Set<String> columns = new LinkedHashSet<>(table.columns());
        if (columns.size() < table.columns().size()) {
            throw new IllegalArgumentException(
                    file + ": each column must have a name of its own; got " + table.columns());
        }
        Map<String, List<String>> texts = new LinkedHashMap<>();
        columns.forEach(column -> texts.put(column, table.texts(column)));
        var rows = new ArrayList<Row>();
        for (int i = 0; i < table.rows(); i++) {
            var cells = new LinkedHashMap<String, String>();
            for (String column : columns) {
                cells.put(column, texts.get(column).get(i));
            }
            rows.add(new Row(file + ", line " + table.line(i), cells));
        }
        return new Rows(file.toString(), List.copyOf(columns), rows);
    }

    private static Rows lines(Path file) throws IOException {
        Set<String> columns = new LinkedHashSet<>();
        var rows = new ArrayList<Row>();
        List<String> lines = Utf8.read(file).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                rows.add(new Row(file + ", line " + (i + 1), cells(file, i + 1, lines.get(i))));
                columns.addAll(rows.getLast().cells.keySet());
            }
        }
        if (rows.isEmpty()) {
            throw new CorruptFileException(file, "must have at least one line with an object; it has none");
        }
        return new Rows(file.toString(), List.copyOf(columns), rows);
    }

    private static Map<String, String> cells(Path file, int line, String text) throws IOException {
        var cells = new LinkedHashMap<String, String>();
        for (var field : object(file, line, text).entrySet()) {
            switch (field.getValue()) {
                case JsonPrimitive value -> cells.put(field.getKey(), value.getAsString());
                case JsonElement value when value.isJsonNull() -> cells.put(field.getKey(), "");
                // a list of tokens beside the text, for example: wrong only if it is asked for
                case JsonElement value -> cells.put(field.getKey(), value.toString());
            }
        }
        return cells;
    }

    private static JsonObject object(Path file, int line, String text) throws IOException {
        try {
            if (JSON.fromJson(text) instanceof JsonObject object) {
                return object;
            }
        } catch (IOException | JsonParseException _) {
            // refused below
        }
        throw new CorruptFileException(file,
                "line %d: must be an object of JSON, such as {\"text\": \"...\", \"label\": \"...\"}; got %s"
                        .formatted(line, text.length() > 60 ? text.substring(0, 60) + "..." : text));
    }
}
