package norma.lab.finetune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import norma.lab.finetune.Rows.Row;

/// A task, and which column has what it takes.
///
/// @param names of columns by what they are for
record Columns(Task task, Map<Role, String> names) {

    /// Finds them by what the user says and by their usual names.
    ///
    /// @param asked the task, if one was
    /// @param said columns that the user names
    /// @throws IllegalArgumentException if no task can be done with the columns
    static Columns find(Rows rows, Optional<Task> asked, Map<Role, String> said) {
        said.forEach((role, column) -> {
            if (!rows.columns().contains(column)) {
                throw new IllegalArgumentException("%s: %s must name a column; there is no %s among %s"
                        .formatted(rows.source(), role.option(), column, rows.columns()));
            }
        });
        List<Task> tasks = asked.map(List::of).orElse(List.of(Task.values()));
        for (Task task : tasks) {
            for (List<Role> form : task.forms()) {
                Optional<Columns> found = find(rows, task, form, said);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        throw new IllegalArgumentException("%s: must have columns for %s; it has %s; name them by options".formatted(
                rows.source(), tasks.stream().map(Columns::wanted).collect(Collectors.joining(", or for ")),
                rows.columns()));
    }

    private static String wanted(Task task) {
        return task + " (" + task.forms().stream()
                .map(form -> form.stream().map(role -> role.names().getFirst()).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; or ")) + ")";
    }

    private static Optional<Columns> find(Rows rows, Task task, List<Role> form, Map<Role, String> asked) {
        Map<Role, String> said = new HashMap<>(asked);
        if (form.contains(Role.SCORE) && said.containsKey(Role.LABEL)) {
            said.put(Role.SCORE, said.remove(Role.LABEL)); // a label of 0 or 1 is a score
        }
        List<Role> roles = new ArrayList<>(form);
        if (task == Task.CONTRAST) {
            roles.add(Role.NEGATIVE);
        }
        // what the user names must be used: else it is another form's
        if (!roles.containsAll(said.keySet())) {
            return Optional.empty();
        }
        Map<Role, String> names = new EnumMap<>(Role.class);
        names.putAll(said);
        for (Role role : roles) {
            if (!names.containsKey(role)) {
                usual(rows, role, names).ifPresent(column -> names.put(role, column));
            }
        }
        return names.keySet().containsAll(form) && new HashSet<>(names.values()).size() == names.size()
                ? Optional.of(new Columns(task, names)) : Optional.empty();
    }

    private static Optional<String> usual(Rows rows, Role role, Map<Role, String> taken) {
        return role.names().stream().flatMap(name -> rows.columns().stream()
                .filter(column -> column.toLowerCase(Locale.ROOT).equals(name) && !taken.containsValue(column)))
                .findFirst();
    }

    /// The roles that each row must fill.
    List<Role> roles() {
        return Arrays.stream(Role.values()).filter(names::containsKey).toList();
    }

    boolean has(Role role) {
        return names.containsKey(role);
    }

    String column(Role role) {
        return names.get(role);
    }

    /// What a row has for a role.
    String of(Row row, Role role) {
        return row.cell(names.get(role));
    }

    @Override
    public String toString() {
        return roles().stream().map(role -> "%s = %s".formatted(role.name().toLowerCase(Locale.ROOT), column(role)))
                .collect(Collectors.joining(", "));
    }
}
