package norma.nn;

import java.util.OptionalInt;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// `y = scale * table[ids]`: a row of D features for each id. Shapes: table (V, D), ids (...), y (..., D).
///
/// @param table one row an id
/// @param scale sqrt(D) gives unit variance from a table of N(0, 1 / D) (Vaswani et al. 2017, section 3.4)
/// @param padding an id that stands for nothing: its rows in y are zeros, and its row of the table gets no gradient
public record Embedding(Param table, float scale, OptionalInt padding) implements Parameterized {

    /// Checks that the table has a row for the padding.
    public Embedding {
        if (padding.isPresent() && (padding.getAsInt() < 0 || padding.getAsInt() >= table.shape().dim(0))) {
            throw new IllegalArgumentException("Embedding: the padding must be one of the ids, [0, %d); got %d"
                    .formatted(table.shape().dim(0), padding.getAsInt()));
        }
    }

    /// Rows of N(0, 1), not scaled, of the thread's next seed.
    public static Embedding of(int ids, int dim) {
        return of(Init.next(), ids, dim);
    }

    /// Rows of N(0, 1), not scaled.
    public static Embedding of(Init init, int ids, int dim) {
        return of(init, ids, dim, 1, 1);
    }

    /// Rows of N(0, std^2).
    public static Embedding of(Init init, int ids, int dim, double std, float scale) {
        return of(init.normal("table", std, ids, dim), scale);
    }

    /// The rows of a given table.
    public static Embedding of(Param table, float scale) {
        return new Embedding(table, scale, OptionalInt.empty());
    }

    /// The same with an id that stands for nothing.
    public Embedding withPadding(int id) {
        return new Embedding(table, scale, OptionalInt.of(id));
    }

    /// The rows of the ids.
    public Tensor forward(Indices ids) {
        Tensor rows = table.value().take(ids, 0);
        if (padding.isPresent()) {
            return rows.multiply(scales(ids, padding.getAsInt()));
        }
        return scale == 1 ? rows : rows.multiply(scale);
    }

    /// The factor of each row, (..., 1).
    private Tensor scales(Indices ids, int nothing) {
        float[] scales = new float[ids.values().length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = ids.values()[i] == nothing ? 0 : scale;
        }
        return Tensor.adopt(ids.shape().append(1), scales);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("table", table);
    }
}
