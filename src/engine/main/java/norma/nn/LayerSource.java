package norma.nn;

import java.util.function.Consumer;
import java.util.function.Function;

/// Where a model's layers come from: [Init] draws first values, a file's reader takes the numbers that were learned before. The same
/// code builds both models.
public interface LayerSource {

    /// The source of a part inside.
    LayerSource at(String name);

    /// A linear layer with bias.
    ///
    /// @param std of a new weight
    Linear linear(int in, int out, double std);

    /// A linear layer without bias.
    ///
    /// @param std of a new weight
    Linear linearWithoutBias(int in, int out, double std);

    /// A linear layer with or without bias.
    ///
    /// @param std of a new weight
    default Linear linear(int in, int out, boolean bias, double std) {
        return bias ? linear(in, out, std) : linearWithoutBias(in, out, std);
    }

    /// A table of embeddings.
    ///
    /// @param std of a new table
    /// @param scale on its rows
    Embedding embedding(int ids, int dim, double std, float scale);

    /// A part of any kind, made new; a reader then replaces the values of its parameters.
    <P extends Parameterized> P make(Function<Init, P> fresh);

    /// Changes first values, if this source draws them.
    void ifNew(Consumer<Init> change);
}
