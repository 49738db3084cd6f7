package norma.csv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import norma.io.CorruptFileException;
import norma.io.Utf8;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// How a table is written in a text file, and the reading of it: cells between commas or tabs, in quotes where they hold one
/// (RFC 4180), UTF-8. The work is done by Apache Commons CSV.
///
/// ```java
/// Table iris = Csv.commas().read(Path.of("iris.csv"));
/// Tensor x = iris.floats("sepal length", "sepal width");    // (N, 2)
/// Labels y = iris.labels("species");                        // y.ids() (N), y.names() [setosa, versicolor, virginica]
/// ```
///
/// @param separator what stands between two cells
/// @param header whether the first line names the columns
/// @param quotes whether a cell that begins with `"` ends with the next one, `""` in it being one quote; if not, a quote is a
///         character like others
public record Csv(char separator, boolean header, boolean quotes) {

    /// Cells between commas, the first line has the names.
    public static Csv commas() {
        return new Csv(',', true, true);
    }

    /// Cells between tabs, the first line has the names.
    public static Csv tabs() {
        return new Csv('\t', true, true);
    }

    /// The same for a file whose first line is a row like others: its columns have numbers only.
    public Csv withoutHeader() {
        return new Csv(separator, false, quotes);
    }

    /// The same for a file in which quotes mean nothing, as in many of tabs.
    public Csv withoutQuotes() {
        return new Csv(separator, header, false);
    }

    /// Reads a file; empty lines are left out.
    ///
    /// @throws CorruptFileException if it is not a table: it is not UTF-8, a quote is not closed, a row has more or fewer cells
    ///         than the first line, or there is no row
    /// @throws IOException if it cannot be read
    public Table read(Path file) throws IOException {
        List<Table.Row> rows = rows(file, Utf8.read(file));
        if (rows.size() < (header ? 2 : 1)) {
            throw new CorruptFileException(file,
                    "must have at least one row%s; it has none".formatted(header ? " below the line of names" : ""));
        }
        List<String> first = rows.getFirst().cells();
        for (Table.Row row : rows) {
            if (row.cells().size() != first.size()) {
                throw new CorruptFileException(file, "line %d: must have %d cells, as the first line; it has %d"
                        .formatted(row.line(), first.size(), row.cells().size()));
            }
        }
        return new Table(file, header ? first.stream().map(String::strip).toList() : numbers(first.size()),
                header ? rows.subList(1, rows.size()) : rows);
    }

    private List<Table.Row> rows(Path file, String text) throws IOException {
        List<Table.Row> rows = new ArrayList<>();
        try (CSVParser parser = CSVParser.parse(text, format())) {
            for (CSVRecord record : parser) {
                rows.add(new Table.Row(parser.getCurrentLineNumber() - breaks(record), record.toList()));
            }
        } catch (UncheckedIOException e) {
            throw new CorruptFileException(file, "must be a table; " + e.getCause().getMessage(), e);
        }
        return rows;
    }

    private CSVFormat format() {
        return CSVFormat.DEFAULT.builder().setDelimiter(separator).setQuote(quotes ? '"' : null).get();
    }

    /// How many of a row's cells' lines end within it.
    private static long breaks(CSVRecord row) {
        return row.stream()
                .mapToLong(cell -> cell.replace("\r\n", "\n").chars().filter(c -> c == '\n' || c == '\r').count())
                .sum();
    }

    private static List<String> numbers(int columns) {
        return IntStream.range(0, columns).mapToObj(Integer::toString).toList();
    }
}
