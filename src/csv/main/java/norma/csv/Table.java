package norma.csv;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Rows of a file that [Csv] has read. Columns have names, if the file has a line of them, and numbers from 0 on.
///
/// Nothing is guessed and nothing left out: a column is what one asks for, and a cell that is not is an error that names file, line
/// and column.
public final class Table {
    private static final Set<String> MISSING = Set.of("", "NA", "N/A", "NaN", "nan", "null", "?");

    /// Java itself reads more: 1f, 0x1p3, Infinity.
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /// A line of the file.
    ///
    /// @param line its number, from 1 on; of several lines the first
    record Row(long line, List<String> cells) {
    }

    private final Path file;
    private final List<String> columns;
    private final List<Row> rows;
    private final OptionalDouble missing;

    Table(Path file, List<String> columns, List<Row> rows) {
        this(file, columns, rows, OptionalDouble.empty());
    }

    private Table(Path file, List<String> columns, List<Row> rows, OptionalDouble missing) {
        this.file = file;
        this.columns = columns;
        this.rows = rows;
        this.missing = missing;
    }

    /// N, how many rows there are.
    public int rows() {
        return rows.size();
    }

    /// The line of the file, from 1 on, in which a row begins.
    public long line(int row) {
        return rows.get(row).line;
    }

    /// The names of the columns; their numbers if the file has no line of names.
    public List<String> columns() {
        return columns;
    }

    /// The same table with `value` in place of each number that is missing: an empty cell, NA, N/A, NaN, null or a question mark.
    /// Without it a missing number is an error.
    public Table missingAs(float value) {
        return new Table(file, columns, rows, OptionalDouble.of(value));
    }

    /// All columns as numbers, (N, C).
    public Tensor floats() {
        return floats(IntStream.range(0, columns.size()).toArray());
    }

    /// Columns as numbers, in this order, each rounded to the nearest `float`: (N, C).
    ///
    /// @throws IllegalArgumentException if there is no such column, or a cell is not a finite number
    public Tensor floats(String... names) {
        return floats(IntStream.range(0, names.length).map(i -> column(names[i])).toArray());
    }

    /// Columns as numbers, by their own numbers, in this order: (N, C).
    ///
    /// @throws IllegalArgumentException if there is no such column, or a cell is not a finite number
    public Tensor floats(int... numbers) {
        for (int number : numbers) {
            column(number);
        }
        float[] values = new float[Math.multiplyExact(rows.size(), numbers.length)];
        int at = 0;
        for (Row row : rows) {
            for (int number : numbers) {
                values[at++] = number(row, number);
            }
        }
        return Tensor.adopt(Shape.of(rows.size(), numbers.length), values);
    }

    /// A column as classes, numbered in the order of their names: by value if all are whole numbers, else by letters.
    ///
    /// @throws IllegalArgumentException if there is no such column, or a cell is empty
    public Labels labels(String name) {
        return labels(column(name));
    }

    /// A column, by its number, as classes; see [#labels(String)].
    public Labels labels(int number) {
        List<String> cells = labelCells(number);
        boolean whole = cells.stream().allMatch(cell -> cell.matches("[+-]?\\d{1,18}"));
        Comparator<String> order = whole ? Comparator.comparingLong(Long::parseLong) : Comparator.naturalOrder();
        List<String> names = cells.stream().distinct().sorted(order).toList();
        return new Labels(ids(number, cells, names), names);
    }

    /// A column as classes that are known already: those of the table that a model was trained on.
    ///
    /// @param names the classes by number
    /// @throws IllegalArgumentException if there is no such column, or a cell is none of the classes
    public Labels labels(String name, List<String> names) {
        return labels(column(name), names);
    }

    /// A column, by its number, as classes that are known already; see [#labels(String, List)].
    public Labels labels(int number, List<String> names) {
        return new Labels(ids(number, labelCells(number), names), names);
    }

    /// A column as it stands in the file.
    ///
    /// @throws IllegalArgumentException if there is no such column
    public List<String> texts(String name) {
        return texts(column(name));
    }

    /// A column, by its number, as it stands in the file.
    ///
    /// @throws IllegalArgumentException if there is no such column
    public List<String> texts(int number) {
        int column = column(number);
        return rows.stream().map(row -> row.cells.get(column)).toList();
    }

    @Override
    public String toString() {
        return "Table[%s, %d rows of %s]".formatted(file, rows.size(), columns);
    }

    private float number(Row row, int column) {
        String cell = row.cells.get(column).strip();
        if (MISSING.contains(cell)) {
            return (float) missing.orElseThrow(() -> wrong(row, column,
                    "a number must be there; got nothing; fill it by missingAs, or take the row out"));
        }
        if (NUMBER.matcher(cell).matches() && Float.isFinite(Float.parseFloat(cell))) {
            return Float.parseFloat(cell);
        }
        throw wrong(row, column, "must be a finite number; read the column as texts or labels?");
    }

    private List<String> labelCells(int number) {
        int column = column(number);
        for (Row row : rows) {
            if (row.cells.get(column).isBlank()) {
                throw wrong(row, column, "a class must be there; got nothing; take the row out");
            }
        }
        return rows.stream().map(row -> row.cells.get(column).strip()).toList();
    }

    private Indices ids(int column, List<String> cells, List<String> names) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            numbers.put(names.get(i), i);
        }
        int[] ids = new int[cells.size()];
        for (int i = 0; i < ids.length; i++) {
            Integer id = numbers.get(cells.get(i));
            if (id == null) {
                throw wrong(rows.get(i), column, "must be one of the classes " + names);
            }
            ids[i] = id;
        }
        return Indices.of(ids, ids.length);
    }

    private int column(int number) {
        if (number < 0 || number >= columns.size()) {
            throw new IllegalArgumentException("Table %s: columns have numbers from 0 to %d; got %d; they are %s"
                    .formatted(file, columns.size() - 1, number, columns));
        }
        return number;
    }

    private int column(String name) {
        int first = columns.indexOf(name), last = columns.lastIndexOf(name);
        if (first < 0) {
            throw new IllegalArgumentException(
                    "Table %s: must have a column %s; it has %s".formatted(file, name, columns));
        }
        if (first != last) {
            throw new IllegalArgumentException(
                    "Table %s: the name %s must stand for one column; it is that of %d and of %d; ask by number"
                            .formatted(file, name, first, last));
        }
        return first;
    }

    private IllegalArgumentException wrong(Row row, int column, String problem) {
        return new IllegalArgumentException("Table %s, line %d, column %s (%d): %s; the cell is \"%s\""
                .formatted(file, row.line, columns.get(column), column, problem, row.cells.get(column)));
    }
}
