package norma.nn;

import norma.tensor.Indices;
import norma.tensor.Tensor;

/// `y = scale * table[ids]`: a row of D features for each id. Shapes: table (V, D), ids (...), y (..., D).
///
/// @param table one row an id
/// @param scale sqrt(D) gives unit variance from a table of N(0, 1 / D) (Vaswani et al. 2017, section 3.4)
public record Embedding(Param table, float scale) implements Parameterized {

    /// Rows of N(0, std^2).
    public static Embedding of(Init init, int ids, int dim, double std, float scale) {
        return new Embedding(init.normal("table", std, ids, dim), scale);
    }

    /// The rows of the ids.
    public Tensor forward(Indices ids) {
        Tensor rows = table.value().take(ids, 0);
        return scale == 1 ? rows : rows.multiply(scale);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("table", table);
    }
}
