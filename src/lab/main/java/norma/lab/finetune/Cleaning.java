package norma.lab.finetune;

import static norma.lab.console.Figures.number;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import norma.lab.finetune.Rows.Row;

/// Leaves out what nothing can be learned from, and says what it was.
final class Cleaning {
    private final Columns columns;
    private final Set<List<String>> known = new HashSet<>();

    private Cleaning(Columns columns) {
        this.columns = columns;
    }

    /// Rows with something in each column, each one once.
    ///
    /// @param told what was left out, and the first line of it
    /// @throws IllegalArgumentException if nothing stays
    static Rows of(Rows rows, Columns columns, Consumer<String> told) {
        var cleaning = new Cleaning(columns);
        var kept = new ArrayList<Row>();
        Map<String, List<Row>> dropped = new LinkedHashMap<>();
        for (Row row : rows.rows()) {
            Optional<String> reason = cleaning.reason(row);
            reason.ifPresentOrElse(why -> dropped.computeIfAbsent(why, _ -> new ArrayList<>()).add(row),
                    () -> kept.add(row));
        }
        dropped.forEach((why, which) -> told.accept("left out: %s %s %s (the first: %s)".formatted(
                number(which.size()), which.size() == 1 ? "row" : "rows", why, which.getFirst().where())));
        if (kept.isEmpty()) {
            throw new IllegalArgumentException(
                    rows.source() + ": must have a row with something in each of the columns "
                            + columns.names().values() + "; it has none");
        }
        return new Rows(rows.source(), rows.columns(), kept);
    }

    /// Why a row is left out.
    private Optional<String> reason(Row row) {
        for (Role role : columns.roles()) {
            if (columns.of(row, role).isEmpty()) {
                return Optional.of("with nothing in the column " + columns.column(role));
            }
        }
        boolean first = known.add(columns.roles().stream().map(role -> columns.of(row, role)).toList());
        return first ? Optional.empty() : Optional.of("that stood there before, word for word");
    }
}
