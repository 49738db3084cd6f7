package norma.csv;

import java.util.List;
import norma.tensor.Indices;

/// The classes of a table's rows.
///
/// @param ids for each row the number of its class, (N)
/// @param names what the classes are called, by number
public record Labels(Indices ids, List<String> names) {

    /// Keeps a copy of the names.
    public Labels {
        names = List.copyOf(names);
    }
}
