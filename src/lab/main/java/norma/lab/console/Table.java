package norma.lab.console;

import java.util.ArrayList;
import java.util.List;

/// A table in plain text: columns two spaces apart, each as wide as it must be.
///
/// @param headings of the columns; one that begins with `>` stands over a column of numbers, which is aligned right
/// @param rows of as many cells
public record Table(List<String> headings, List<List<String>> rows) {

    public Table(String... headings) {
        this(List.of(headings), new ArrayList<>());
    }

    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /// The same without its last column.
    public Table withoutLast() {
        int columns = headings.size() - 1;
        return new Table(headings.subList(0, columns), rows.stream().map(row -> row.subList(0, columns)).toList());
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        line(text, headings.stream().map(Table::title).toList());
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells) {
        var line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String padding = " ".repeat(width(i) - cells.get(i).length());
            line.append(i == 0 ? "" : "  ").append(isNumber(i) ? padding + cells.get(i) : cells.get(i) + padding);
        }
        text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }

    private int width(int column) {
        int width = title(headings.get(column)).length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }

    private boolean isNumber(int column) {
        return headings.get(column).startsWith(">");
    }

    private static String title(String heading) {
        return heading.startsWith(">") ? heading.substring(1) : heading;
    }
}
